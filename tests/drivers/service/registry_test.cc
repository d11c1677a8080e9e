#include <IOKit/IORegistryEntry.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/owned.h"
#include "gtest/gtest.h"
#include "scheduler/simulation.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

IORegistryEntry* MakeEntry(const char* name) {
  IORegistryEntry* entry = OSTypeAlloc(IORegistryEntry);
  entry->init();
  if (name != nullptr) entry->setName(name);
  return entry;
}

DRYDOCK_TEST(IORegistryEntry, RG1IdIsGivenOnceAtTheFirstAttach) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e"));
  EXPECT_EQ(e->getRegistryEntryID(), 0u);
  e->attachToParent(platform.service(), gIOServicePlane);
  const uint64_t id = e->getRegistryEntryID();
  EXPECT_GE(id, 0x100000100u);
  e->detachAbove(gIOServicePlane);
  EXPECT_FALSE(e->inPlane());
  e->attachToParent(platform.service(), gIOServicePlane);
  EXPECT_EQ(e->getRegistryEntryID(), id);
  e->detachAbove(gIOServicePlane);
}

DRYDOCK_TEST(IORegistryEntry, RG2NoEntryIsItsOwnParent) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e"));
  EXPECT_FALSE(e->attachToParent(e.get(), gIOServicePlane));
}

DRYDOCK_TEST(IORegistryEntry, RG3ASecondLinkChangesNothing) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e")), p = Owned(MakeEntry("p"));
  EXPECT_TRUE(e->attachToParent(p.get(), gIOServicePlane));
  EXPECT_TRUE(e->attachToParent(p.get(), gIOServicePlane));
  EXPECT_EQ(p->getChildCount(gIOServicePlane), 1u);
  e->detachFromParent(p.get(), gIOServicePlane);
  EXPECT_EQ(p->getChildCount(gIOServicePlane), 0u);
}

DRYDOCK_TEST(IORegistryEntry, RG4ChildIteratorIsASnapshot) {
  BootedPlatform platform;
  const auto p = Owned(MakeEntry("p")), a = Owned(MakeEntry("a")), b = Owned(MakeEntry("b"));
  a->attachToParent(p.get(), gIOServicePlane);
  b->attachToParent(p.get(), gIOServicePlane);
  const auto children = Owned(p->getChildIterator(gIOServicePlane));
  EXPECT_EQ(children->getNextObject(), a.get());
  b->detachAbove(gIOServicePlane);
  EXPECT_EQ(children->getNextObject(), b.get());
  EXPECT_EQ(children->getNextObject(), nullptr);
  a->detachAbove(gIOServicePlane);
}

DRYDOCK_TEST(IORegistryEntry, RG6OnlyParentMeansThereIsNoOther) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e")), p = Owned(MakeEntry("p")), q = Owned(MakeEntry("q"));
  e->attachToParent(p.get(), gIOServicePlane);
  EXPECT_TRUE(e->isParent(p.get(), gIOServicePlane, true));
  e->attachToParent(q.get(), gIOServicePlane);
  EXPECT_FALSE(e->isParent(p.get(), gIOServicePlane, true));
  EXPECT_TRUE(e->isParent(p.get(), gIOServicePlane));
  EXPECT_EQ(e->getParentEntry(gIOServicePlane), p.get());
  e->detachAbove(gIOServicePlane);
}

DRYDOCK_TEST(IOService, RG7WorkLoopIsTheNearestUpTheChain) {
  Journal journal;
  BootedPlatform platform;
  RecordingService* a = RecordingService::Make("A", platform.service(), &journal);
  const auto b = Owned(OSTypeAlloc(IOService)), c = Owned(OSTypeAlloc(IOService));
  b->init(nullptr), c->init(nullptr);
  EXPECT_EQ(c->getWorkLoop(), nullptr);  // (RG-08)
  b->attach(a);
  c->attach(b.get());
  EXPECT_EQ(c->getWorkLoop(), a->loop);
  const auto d = Owned(OSTypeAlloc(IOService));
  d->init(nullptr);
  d->attach(platform.service());
  EXPECT_EQ(d->getWorkLoop(), platform.service()->getWorkLoop());  // the system's
  EXPECT_NE(d->getWorkLoop(), nullptr);
  EXPECT_EQ(platform.service()->getProvider(), nullptr);  // the root is no service
}

DRYDOCK_TEST(IORegistryEntry, RG10PropertiesAreFoundUpThePlaneWhenAsked) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e")), p = Owned(MakeEntry("p"));
  e->attachToParent(p.get(), gIOServicePlane);
  p->setProperty("K", "provider's");
  EXPECT_EQ(e->getProperty("K"), nullptr);
  OSString* value = OSDynamicCast(OSString, e->getProperty("K", gIOServicePlane));
  ASSERT_NE(value, nullptr);
  EXPECT_TRUE(value->isEqualTo("provider's"));
  e->detachAbove(gIOServicePlane);
}

DRYDOCK_TEST(IORegistryEntry, RG11NameFallsBackToTheClass) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry(nullptr));
  EXPECT_STREQ(e->getName(), "IORegistryEntry");
  e->setName("named");
  EXPECT_STREQ(e->getName(), "named");
}

DRYDOCK_TEST(IORegistryEntry, PropertiesOfEveryFormAreSetReplacedAndRemoved) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e"));
  e->setProperty("number", 42, 32);
  e->setProperty("flag", true);
  char bytes[] = {1, 2, 3};
  e->setProperty("data", bytes, sizeof(bytes));
  EXPECT_EQ(OSDynamicCast(OSNumber, e->getProperty("number"))->unsigned32BitValue(), 42u);
  EXPECT_EQ(e->getProperty("flag"), kOSBooleanTrue);
  EXPECT_EQ(OSDynamicCast(OSData, e->getProperty("data"))->getLength(), 3u);
  e->setProperty("number", "now text");
  EXPECT_NE(OSDynamicCast(OSString, e->getProperty("number")), nullptr);
  e->removeProperty("number");
  EXPECT_EQ(e->getProperty("number"), nullptr);
}

DRYDOCK_TEST(IORegistryEntry, InitTakesTheDictionaryAsItsTableAndItsName) {
  BootedPlatform platform;
  const auto table = Owned(OSDictionary::withCapacity(1));
  const auto name = Owned(OSString::withCString("given"));
  table->setObject(kIONameKey, name.get());
  const auto e = Owned(OSTypeAlloc(IORegistryEntry));
  e->init(table.get());
  EXPECT_STREQ(e->getName(), "given");
  e->setProperty("more", true);
  EXPECT_EQ(table->getObject("more"), kOSBooleanTrue);
}

DRYDOCK_TEST(IORegistryEntry, PathNamesTheWayFromTheRoot) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e")), f = Owned(MakeEntry("f"));
  e->attachToParent(platform.service(), gIOServicePlane);
  f->attachToParent(e.get(), gIOServicePlane);
  f->setLocation("2");
  char path[80];
  int length = sizeof(path);
  ASSERT_TRUE(f->getPath(path, &length, gIOServicePlane));
  EXPECT_STREQ(path, "IOService:/DrydockPlatform/e/f@2");
  length = 8;
  EXPECT_FALSE(f->getPath(path, &length, gIOServicePlane));
  f->detachAbove(gIOServicePlane);
  e->detachAbove(gIOServicePlane);
}

TEST(IORegistryEntry, RG9ACollectionInThePlaneIsFrozen) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({}, &timed).Run([] {
    BootedPlatform platform;
    OSDictionary* table = OSDictionary::withCapacity(1);
    platform.service()->setProperty("table", table);
    table->setObject("key", kOSBooleanTrue);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
}

}  // namespace
}  // namespace drydock::testing
