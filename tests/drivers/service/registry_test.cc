// The registry: links, iterators, properties, paths, work loops of providers. (service.md 2)
#include <string>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IORegistryEntry.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

// The names of what the iterator has left, in order.
std::vector<std::string> Walk(IORegistryIterator* iterator) {
  std::vector<std::string> names;
  while (IORegistryEntry* entry = iterator->getNextObject()) names.emplace_back(entry->getName());
  return names;
}

// p above a and b, a above c and d, b above d as well.
struct Tree {
  BootedPlatform platform;
  OSSharedPtr<IORegistryEntry> p = Owned(MakeEntry("p")), a = Owned(MakeEntry("a")),
                               b = Owned(MakeEntry("b")), c = Owned(MakeEntry("c")),
                               d = Owned(MakeEntry("d"));
  Tree() {
    p->attachToParent(platform.service(), gIOServicePlane);
    a->attachToParent(p.get(), gIOServicePlane);
    b->attachToParent(p.get(), gIOServicePlane);
    c->attachToParent(a.get(), gIOServicePlane);
    d->attachToParent(a.get(), gIOServicePlane);
    d->attachToParent(b.get(), gIOServicePlane);
  }
  ~Tree() { p->detachAll(gIOServicePlane); }
};

DRYDOCK_TEST(IORegistryIterator, RG5AChangeEndsTheWalkUntilReset) {
  Tree t;
  const auto walk = Owned(
      IORegistryIterator::iterateOver(t.p.get(), gIOServicePlane, kIORegistryIterateRecursively));
  EXPECT_EQ(walk->getNextObject(), t.a.get());
  EXPECT_EQ(walk->getNextObject(), t.c.get());
  const auto late = Owned(MakeEntry("late"));
  late->attachToParent(t.p.get(), gIOServicePlane);
  EXPECT_EQ(walk->getNextObject(), nullptr);
  EXPECT_FALSE(walk->isValid());
  EXPECT_EQ(walk->getNextObject(), nullptr);
  walk->reset();
  EXPECT_TRUE(walk->isValid());
  EXPECT_THAT(Walk(walk.get()), ElementsAre("a", "c", "d", "b", "late"));
}

DRYDOCK_TEST(IORegistryIterator, EveryEntryIsVisitedOnceDeepOrFlatDownOrUp) {
  Tree t;
  const auto walk = [](IORegistryEntry* start, IOOptionBits options) {
    return Walk(Owned(IORegistryIterator::iterateOver(start, gIOServicePlane, options)).get());
  };
  EXPECT_THAT(walk(t.p.get(), kIORegistryIterateRecursively), ElementsAre("a", "c", "d", "b"));
  EXPECT_THAT(walk(t.p.get(), 0), ElementsAre("a", "b"));
  EXPECT_THAT(walk(t.d.get(), kIORegistryIterateParents), ElementsAre("a", "b"));
  EXPECT_THAT(walk(t.d.get(), kIORegistryIterateParents | kIORegistryIterateRecursively),
              ElementsAre("a", "p", "DrydockPlatform", "Root", "b"));
  EXPECT_THAT(walk(nullptr, 0), ElementsAre("DrydockPlatform"));
  EXPECT_THAT(walk(t.c.get(), kIORegistryIterateRecursively), IsEmpty());
}

DRYDOCK_TEST(IORegistryIterator, LevelsAreEnteredAndLeftByHand) {
  Tree t;
  const auto walk = Owned(IORegistryIterator::iterateOver(t.p.get(), gIOServicePlane));
  EXPECT_EQ(walk->getCurrentEntry(), t.p.get());
  EXPECT_EQ(walk->getNextObject(), t.a.get());
  walk->enterEntry();
  EXPECT_EQ(walk->getNextObject(), t.c.get());
  EXPECT_EQ(walk->getCurrentEntry(), t.c.get());
  EXPECT_TRUE(walk->exitEntry());
  EXPECT_EQ(walk->getNextObject(), t.b.get());
  EXPECT_FALSE(walk->exitEntry());
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

DRYDOCK_TEST(IOService, RG8WhoIsAttachedToNothingHasNoWorkLoop) {
  BootedPlatform platform;
  const auto stray = Owned(OSTypeAlloc(IOService));
  stray->init(nullptr);
  EXPECT_EQ(stray->getWorkLoop(), nullptr);
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

DRYDOCK_TEST(IORegistryEntry, APathLeadsToItsEntry) {
  Tree t;
  t.d->setLocation("2");
  const auto at = [](const char* path) { return Owned(IORegistryEntry::fromPath(path)); };
  EXPECT_EQ(at("IOService:/DrydockPlatform/p/a/d@2"), t.d);
  EXPECT_EQ(at("IOService:/DrydockPlatform/p/b/d"), t.d);
  EXPECT_EQ(at("IOService:/DrydockPlatform/p/a/d@3"), nullptr);
  EXPECT_EQ(at("IOService:/DrydockPlatform/nobody"), nullptr);
  EXPECT_EQ(at("IOService:/"), IORegistryEntry::getRegistryRoot());
  EXPECT_EQ(at("NoSuchPlane:/"), nullptr);
  EXPECT_EQ(at("/DrydockPlatform"), nullptr);  // in no plane
  EXPECT_EQ(Owned(IORegistryEntry::fromPath("/DrydockPlatform", gIOServicePlane)),
            t.platform.service());
  EXPECT_EQ(Owned(t.p->childFromPath("a/c", gIOServicePlane)), t.c);
  EXPECT_EQ(at("IOService:/DrydockPlatform/p:s1"), nullptr);  // something is left over
  char rest[8];
  int length = sizeof(rest);
  EXPECT_EQ(
      Owned(IORegistryEntry::fromPath("IOService:/DrydockPlatform/p:s1", nullptr, rest, &length)),
      t.p);
  EXPECT_STREQ(rest, "s1");
  EXPECT_EQ(length, 3);
  char part[16];
  length = sizeof(part);
  EXPECT_TRUE(t.d->getPathComponent(part, &length, gIOServicePlane));
  EXPECT_STREQ(part, "d@2");
  EXPECT_EQ(length, 4);
  EXPECT_EQ(t.d->getDepth(gIOServicePlane), 4u);
}

DRYDOCK_TEST(IORegistryEntry, AnAliasStandsForAPath) {
  Tree t;
  const auto aliases = Owned(MakeEntry("aliases"));
  aliases->attachToParent(IORegistryEntry::getRegistryRoot(), gIODTPlane);
  aliases->setProperty("port", "IOService:/DrydockPlatform/p");
  EXPECT_EQ(Owned(IORegistryEntry::fromPath("IOService:port/a")), t.a);
  EXPECT_EQ(Owned(IORegistryEntry::fromPath("IOService:starboard/a")), nullptr);
  aliases->detachAbove(gIODTPlane);
}

DRYDOCK_TEST(IORegistryEntry, PlanesLinkAndNameEntriesInTheirOwnWay) {
  Tree t;
  const IORegistryPlane* plane = IORegistryEntry::makePlane("Test");
  EXPECT_EQ(IORegistryEntry::makePlane("Test"), plane);
  EXPECT_EQ(IORegistryEntry::getPlane("Test"), plane);
  EXPECT_EQ(IORegistryEntry::makePlane("a name of more than thirty-two characters"), nullptr);
  t.p->attachToParent(t.c.get(), plane);
  EXPECT_TRUE(t.p->isChild(t.a.get(), gIOServicePlane));
  EXPECT_FALSE(t.p->isChild(t.a.get(), plane));
  EXPECT_EQ(t.p->getParentEntry(plane), t.c.get());
  t.p->setName("port", plane);
  t.p->setLocation("7", plane);
  EXPECT_STREQ(t.p->getName(plane), "port");
  EXPECT_STREQ(t.p->getName(), "p");
  EXPECT_STREQ(t.p->getLocation(plane), "7");
  EXPECT_EQ(t.p->getLocation(), nullptr);
  t.p->detachAbove(plane);
  EXPECT_FALSE(t.p->inPlane(plane));
  EXPECT_TRUE(t.p->inPlane(gIOServicePlane));
}

DRYDOCK_TEST(IORegistryEntry, OneEntryTakesTheOthersPlace) {
  Tree t;
  t.a->setProperty("k", "v");
  const auto heir = Owned(OSTypeAlloc(IORegistryEntry));
  ASSERT_TRUE(heir->init(t.a.get(), gIOServicePlane));
  EXPECT_EQ(heir->getRegistryEntryID(), t.a->getRegistryEntryID());
  EXPECT_STREQ(heir->getName(), "a");
  EXPECT_NE(heir->getProperty("k"), nullptr);
  EXPECT_EQ(heir->getParentEntry(gIOServicePlane), t.p.get());
  EXPECT_EQ(t.c->getParentEntry(gIOServicePlane), heir.get());
  EXPECT_FALSE(t.a->inPlane(gIOServicePlane));
}

DRYDOCK_TEST(IORegistryEntry, PropertiesAreSerializedAsADictionary) {
  BootedPlatform platform;
  const auto e = Owned(MakeEntry("e"));
  e->setProperty("flag", true);
  const auto text = Owned(OSSerialize::withCapacity(64));
  ASSERT_TRUE(e->serializeProperties(text.get()));
  EXPECT_STREQ(text->text(), "<dict ID=\"0\"><key>flag</key><true/></dict>");
}

// --- Gates of drivers: the work loop and its command gates are eventsources/; here they are a
// service's.

struct GateFixture {
  Journal journal;
  BootedPlatform platform;
  RecordingService* service = RecordingService::Make("A", platform.service(), &journal);
  OSSharedPtr<IOCommandGate> gate = Owned(IOCommandGate::commandGate(service));

  static IOReturn Answer(OSObject*, void*, void*, void*, void*) { return 42; }
  void Add() { service->getWorkLoop()->addEventSource(gate.get()); }
  void Remove() { service->getWorkLoop()->removeEventSource(gate.get()); }
};

DRYDOCK_TEST(IOService, RG13AGateOffTheWorkLoopIsNotReady) {
  GateFixture b;
  EXPECT_EQ(b.gate->runAction(&GateFixture::Answer), kIOReturnNotReady);
  b.Add();
  EXPECT_EQ(b.gate->runAction(nullptr), kIOReturnBadArgument);
  EXPECT_EQ(b.gate->runAction(&GateFixture::Answer), 42);
  b.Remove();
}

DRYDOCK_TEST(IOService, RG14ADisabledGateRefusesAttemptsAndParksCallers) {
  GateFixture b;
  b.Add();
  b.service->getWorkLoop()->runAction(
      [](OSObject*, void* gate, void*, void*, void*) -> IOReturn {
        static_cast<IOCommandGate*>(gate)->disable();
        return kIOReturnSuccess;
      },
      b.service, b.gate.get());
  IOReturn refused;
  do {
    refused = b.gate->attemptAction(&GateFixture::Answer);
  } while (refused == kIOReturnCannotLock);  // the loop's thread may still be looking for work
  EXPECT_EQ(refused, kIOReturnNotPermitted);
  IOReturn removed = 0, aborted = 0;
  kernel::Thread* parked = kernel::ThreadStart(
      {.name = "parked"}, [&] { removed = b.gate->runAction(&GateFixture::Answer); });
  kernel::Thread* interrupted = kernel::ThreadStart(
      {.name = "interrupted"}, [&] { aborted = b.gate->runAction(&GateFixture::Answer); });
  WaitUntil(
      [&] { return kernel::ThreadIsBlocked(parked) && kernel::ThreadIsBlocked(interrupted); });
  kernel::ThreadAbort(interrupted, /*safely=*/false);
  kernel::ThreadJoin(interrupted);
  EXPECT_EQ(aborted, kIOReturnAborted);
  b.Remove();
  kernel::ThreadJoin(parked);
  EXPECT_EQ(removed, kIOReturnAborted);
}

DRYDOCK_TEST(IOService, RG15AHeldGateCannotBeLocked) {
  AllowFinding("blocking-sleep-in-action");  // the holder waits for the other, in the gate
  GateFixture b;
  b.Add();
  b.service->getWorkLoop()->runAction(
      [](OSObject*, void* argument, void*, void*, void*) -> IOReturn {
        auto* fixture = static_cast<GateFixture*>(argument);
        IOReturn result = 0;
        kernel::ThreadJoin(kernel::ThreadStart({.name = "other"}, [&] {
          result = fixture->gate->attemptAction(&GateFixture::Answer);
        }));
        EXPECT_EQ(result, kIOReturnCannotLock);
        return kIOReturnSuccess;
      },
      b.service, &b);
  b.Remove();
}

DRYDOCK_TEST(IOService, RG16ASleepInTheGateTimesOutOrIsWoken) {
  GateFixture b;
  b.Add();
  const auto sleep = [](OSObject* owner, void* gate, void* deadline, void*, void*) -> IOReturn {
    auto* command_gate = static_cast<IOCommandGate*>(gate);
    const IOReturn result =
        deadline != nullptr
            ? command_gate->commandSleep(owner, *static_cast<AbsoluteTime*>(deadline), THREAD_UNINT)
            : command_gate->commandSleep(owner, THREAD_UNINT);
    EXPECT_TRUE(static_cast<IOService*>(owner)->getWorkLoop()->inGate());
    return result;
  };
  AbsoluteTime deadline;
  clock_interval_to_deadline(1, kMillisecondScale, &deadline);
  EXPECT_EQ(b.gate->runAction(sleep, b.gate.get(), &deadline), THREAD_TIMED_OUT);
  IOReturn woken = -1;
  kernel::Thread* sleeper = kernel::ThreadStart(
      {.name = "sleeper"}, [&] { woken = b.gate->runAction(sleep, b.gate.get()); });
  kernel::Sleep(kernel::kMillisecond);
  b.gate->commandWakeup(b.service);
  kernel::ThreadJoin(sleeper);
  EXPECT_EQ(woken, THREAD_AWAKENED);
  b.Remove();
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
