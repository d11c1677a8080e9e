// Matching: how I/O Kit finds the drivers of a nub. (service.md 3.2 to 3.5)
#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>

#include "drivers/service/kext.h"
#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace {

drydock::testing::Journal* journal;

}  // namespace

// A driver that records its life under its personality's "Tag", and behaves as other keys of the
// personality say.
class MatchDriver : public IOService {
  OSDeclareDefaultStructors(MatchDriver)

 public:
  bool init(OSDictionary* properties) override {
    if (!IOService::init(properties)) return false;
    Record("init");
    return getProperty("FailInit") == nullptr;
  }
  bool attach(IOService* provider) override {
    const bool attached = IOService::attach(provider);
    Record(attached ? "attach" : "attach refused");
    return attached;
  }
  void detach(IOService* provider) override {
    Record("detach");
    IOService::detach(provider);
  }
  IOService* probe(IOService*, SInt32* score) override {
    Record("probe");
    if (OSNumber* add = OSDynamicCast(OSNumber, getProperty("AddScore"))) {
      *score += static_cast<SInt32>(add->unsigned32BitValue());
    }
    if (getProperty("Stand-in") != nullptr) {
      const auto table = drydock::Owned(OSDictionary::withCapacity(1));
      table->setObject("Tag", drydock::Owned(OSString::withCString("stand-in")).get());
      IOService* other = OSTypeAlloc(MatchDriver);
      other->init(table.get());
      stand_in.reset(other, OSNoRetain);
      return other;
    }
    return getProperty("FailProbe") != nullptr ? nullptr : this;
  }
  bool start(IOService* provider) override {
    Record("start");
    if (getProperty("OpenInStart") != nullptr) provider->open(this);
    if (OSNumber* slow = OSDynamicCast(OSNumber, getProperty("SlowStartMS"))) {
      drydock::kernel::Sleep(slow->unsigned32BitValue() * drydock::kernel::kMillisecond);
    }
    if (isInactive()) Record("inactive in start");
    return getProperty("FailStart") == nullptr;
  }
  void stop(IOService* provider) override {
    Record("stop");
    IOService::stop(provider);
  }
  bool willTerminate(IOService* provider, IOOptionBits options) override {
    Record("will");
    return IOService::willTerminate(provider, options);
  }
  void free() override {
    Record("free");
    stand_in.reset();
    IOService::free();
  }

 private:
  OSSharedPtr<IOService> stand_in;  // probed in its place

  void Record(const char* what) {
    OSString* tag = OSDynamicCast(OSString, getProperty("Tag"));
    if (tag != nullptr) journal->push_back(std::string(tag->getCStringNoCopy()) + "." + what);
  }
};

OSDefineMetaClassAndStructors(MatchDriver, IOService)

// A provider class of its own, so that other drivers linked in do not match.
class MatchNub : public IOService {
  OSDeclareDefaultStructors(MatchNub)

 public:
  bool matchPropertyTable(OSDictionary*, SInt32*) override {
    ++family_calls;
    return !refuse;
  }
  int family_calls;
  bool refuse;
};

OSDefineMetaClassAndStructors(MatchNub, IOService)

namespace drydock::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

// Boots, with a nub below the platform that is not registered yet.
struct Fixture {
  Journal lines;
  BootedPlatform platform;
  MatchNub* nub = OSTypeAlloc(MatchNub);

  Fixture() {
    journal = &lines;
    nub->init(nullptr);
    nub->attach(platform.service());
    nub->release();
  }

  // A personality for MatchDriver on MatchNub.
  static OSSharedPtr<OSDictionary> Personality(
      const char* tag, std::initializer_list<std::pair<const char*, int>> numbers = {},
      std::initializer_list<std::pair<const char*, const char*>> texts = {}) {
    const auto table = Owned(OSDictionary::withCapacity(6));
    const auto put = [&](const char* key, const char* text) {
      const auto value = Owned(OSString::withCString(text));
      table->setObject(key, value.get());
    };
    put("Tag", tag);
    put(kIOClassKey, "MatchDriver");
    put(kIOProviderClassKey, "MatchNub");
    for (const auto& [key, number] : numbers) {
      const auto value = Owned(OSNumber::withNumber(static_cast<unsigned long long>(number), 32));
      table->setObject(key, value.get());
    }
    for (const auto& [key, text] : texts) put(key, text);
    return table;
  }
  static void Announce(OSDictionary* personality) {
    const auto list = Owned(OSArray::withCapacity(1));
    list->setObject(personality);
    gIOCatalogue->addDrivers(list.get());
  }
  OSSharedPtr<OSDictionary> Add(
      const char* tag, std::initializer_list<std::pair<const char*, int>> numbers = {},
      std::initializer_list<std::pair<const char*, const char*>> texts = {}) {
    auto personality = Personality(tag, numbers, texts);
    Announce(personality.get());
    return personality;
  }

  void Register() {
    nub->registerService();
    EXPECT_EQ(nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  }
};

DRYDOCK_TEST(Matching, MT1TheBestScoreIsStartedAfterAllWereProbed) {
  Fixture b;
  b.Add("A", {{kIOProbeScoreKey, 1000}});
  b.Add("B", {{kIOProbeScoreKey, 2000}});
  b.Register();
  EXPECT_THAT(b.lines,
              ElementsAre("B.init", "B.attach", "B.probe", "B.detach", "A.init", "A.attach",
                          "A.probe", "A.detach", "B.attach", "B.start", "A.free"));
  EXPECT_EQ(b.nub->getState() & kIOServiceMatchedState, UInt32{kIOServiceMatchedState});
}

DRYDOCK_TEST(Matching, MT2IfStartFailsTheNextIsStartedAndStopIsNotCalled) {
  Fixture b;
  b.Add("A", {{kIOProbeScoreKey, 1000}});
  b.Add("B", {{kIOProbeScoreKey, 2000}, {"FailStart", 1}});
  b.Register();
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Contains("B.free"));
  EXPECT_THAT(b.lines, Not(Contains("B.stop")));
}

DRYDOCK_TEST(Matching, MT3EachCategoryHasItsDriver) {
  Fixture b;
  b.Add("A", {}, {{kIOMatchCategoryKey, "X"}});
  b.Add("B", {}, {{kIOMatchCategoryKey, "Y"}});
  b.Register();
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Contains("B.start"));
}

DRYDOCK_TEST(Matching, MT4ProbeMayRaiseItsScore) {
  Fixture b;
  b.Add("A", {{kIOProbeScoreKey, 1000}, {"AddScore", 5000}});
  b.Add("B", {{kIOProbeScoreKey, 2000}});
  b.Register();
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Not(Contains("B.start")));
}

DRYDOCK_TEST(Matching, MT5WhoDeclinesIsAttachedDetachedAndFreed) {
  Fixture b;
  b.Add("A", {{"FailProbe", 1}});
  b.Register();
  EXPECT_THAT(b.lines, ElementsAre("A.init", "A.attach", "A.probe", "A.detach", "A.free"));
}

DRYDOCK_TEST(Matching, MT6AnotherServiceMayBeProposed) {
  Fixture b;
  b.Add("A", {{"Stand-in", 1}, {kIOProbeScoreKey, 7}});
  b.Register();
  EXPECT_THAT(b.lines, ElementsAre("A.init", "A.attach", "A.probe", "stand-in.init", "A.detach",
                                   "A.free", "stand-in.attach", "stand-in.start"));
  IOService* driver = b.nub->getClient();
  ASSERT_NE(driver, nullptr);
  OSNumber* score = OSDynamicCast(OSNumber, driver->getProperty(kIOProbeScoreKey));
  ASSERT_NE(score, nullptr);
  EXPECT_EQ(score->unsigned32BitValue(), 7u);
}

DRYDOCK_TEST(Matching, MT7IfInitFailsThereIsNoAttach) {
  Fixture b;
  b.Add("A", {{"FailInit", 1}});
  b.Register();
  EXPECT_THAT(b.lines, ElementsAre("A.init", "A.free"));
}

DRYDOCK_TEST(Matching, MT8AnUnknownClassIsPassedOver) {
  Fixture b;
  b.Add("X", {{kIOProbeScoreKey, 9000}}, {{kIOClassKey, "NoSuchClass"}});
  b.Add("A");
  b.Register();
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_NE(b.nub->getState() & kIOServiceMatchedState, 0u);
}

DRYDOCK_TEST(Matching, MT9EqualScoresGoInOrder) {
  Fixture b;
  b.Add("A", {{kIOProbeScoreKey, 5}});
  b.Add("B", {{kIOProbeScoreKey, 5}});
  b.Register();
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Not(Contains("B.start")));
}

DRYDOCK_TEST(Matching, MT10ASuperclassMatches) {
  Fixture b;
  b.Add("A", {}, {{kIOProviderClassKey, "IOService"}});
  b.nub->registerService();
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
}

DRYDOCK_TEST(Matching, MT11AllPropertiesOfADictionaryMustAgree) {
  Fixture b;
  b.nub->setProperty("k", "v");
  const auto wanted = Owned(OSDictionary::withCapacity(2));
  const auto value = Owned(OSString::withCString("v"));
  wanted->setObject("k", value.get());
  const auto both = Owned(OSDictionary::withDictionary(wanted.get()));
  both->setObject("m", value.get());
  const auto a = b.Add("A"), c = b.Add("C", {}, {{kIOMatchCategoryKey, "other"}});
  a->setObject(kIOPropertyMatchKey, both.get());
  const auto any = Owned(OSArray::withCapacity(2));
  any->setObject(both.get());
  any->setObject(wanted.get());
  c->setObject(kIOPropertyMatchKey, any.get());
  b.Register();
  EXPECT_THAT(b.lines, Not(Contains("A.init")));
  EXPECT_THAT(b.lines, Contains("C.start"));
}

DRYDOCK_TEST(Matching, MT12AnyOfTheNamedPropertiesSuffices) {
  Fixture b;
  b.nub->setProperty("m", "anything");
  const auto names = Owned(OSArray::withCapacity(2));
  names->setObject(Owned(OSString::withCString("k")).get());
  const auto a = b.Add("A", {}, {{kIOPropertyExistsMatchKey, "k"}});
  const auto c = b.Add("C"), d = b.Add("D", {}, {{kIOPropertyExistsMatchKey, "m"}});
  d->setObject(kIOMatchCategoryKey, Owned(OSString::withCString("other")).get());
  c->setObject(kIOPropertyExistsMatchKey, names.get());
  b.Register();
  EXPECT_THAT(b.lines, Not(Contains("A.init")));
  EXPECT_THAT(b.lines, Not(Contains("C.init")));
  EXPECT_THAT(b.lines, Contains("D.start"));
  names->setObject(Owned(OSString::withCString("m")).get());
  b.Register();
  EXPECT_THAT(b.lines, Contains("C.start"));
}

DRYDOCK_TEST(Matching, MT13TheNameThatMatchedIsWrittenDown) {
  Fixture b;
  b.nub->setName("uart");
  const auto names = Owned(OSArray::withCapacity(2));
  names->setObject(Owned(OSString::withCString("serial")).get());
  names->setObject(Owned(OSString::withCString("uart")).get());
  const auto personality = b.Add("A");
  personality->setObject(kIONameMatchKey, names.get());
  b.Add("B", {}, {{kIONameMatchKey, "parallel"}});
  b.Register();
  EXPECT_THAT(b.lines, Not(Contains("B.init")));
  IOService* driver = b.nub->getClient();
  ASSERT_NE(driver, nullptr);
  OSString* matched = OSDynamicCast(OSString, driver->getProperty(kIONameMatchedKey));
  ASSERT_NE(matched, nullptr);
  EXPECT_TRUE(matched->isEqualTo("uart"));
  EXPECT_EQ(personality->getObject(kIONameMatchedKey), nullptr);  // in the copy only
}

DRYDOCK_TEST(Matching, MT14AFamilyIsAskedOnlyIfKeysAreLeft) {
  Fixture b;
  b.nub->setProperty("k", "v");
  b.Register();
  EXPECT_EQ(b.nub->family_calls, 0);  // the family was not asked
  const auto value = Owned(OSString::withCString("v"));
  const auto key = Owned(OSSymbol::withCString("k"));
  const auto table = Owned(
      IOService::propertyMatching(key.get(), value.get(), IOService::serviceMatching("MatchNub")));
  EXPECT_EQ(Owned(IOService::copyMatchingService(table.get())), b.nub);
  EXPECT_EQ(b.nub->family_calls, 0);
  table->setObject("FamilyKey", value.get());
  EXPECT_EQ(Owned(IOService::copyMatchingService(table.get())), b.nub);
  EXPECT_EQ(b.nub->family_calls, 1);
  b.nub->refuse = true;
  EXPECT_EQ(Owned(IOService::copyMatchingService(table.get())), nullptr);
}

// What a dictionary can ask for besides class, name and properties.
DRYDOCK_TEST(Matching, PlaceIdAndProvidersCanBeAskedFor) {
  Fixture b;
  b.nub->setLocation("2");
  b.nub->setProperty("k", "v");
  const auto child = Owned(OSTypeAlloc(MatchNub));
  child->init(nullptr);
  child->setLocation("3,1");
  child->attach(b.nub);
  b.Register();
  child->registerService();
  EXPECT_EQ(child->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  const auto found = [](const char* key, OSObject* value) {
    const auto table = Owned(IOService::serviceMatching("MatchNub"));
    table->setObject(key, value);
    return Owned(IOService::copyMatchingService(table.get()));
  };
  const auto text = [](const char* value) { return Owned(OSString::withCString(value)); };
  EXPECT_EQ(found(kIOLocationMatchKey, text("3,1").get()), child);
  EXPECT_EQ(found(kIOLocationMatchKey, text("9").get()), nullptr);
  EXPECT_EQ(
      found(kIOPathMatchKey, text("IOService:/DrydockPlatform/MatchNub@2/MatchNub@3,1").get()),
      child);
  EXPECT_EQ(found(kIOPathMatchKey, text("IOService:/DrydockPlatform").get()), nullptr);
  const auto by_id = Owned(IOService::registryEntryIDMatching(child->getRegistryEntryID()));
  EXPECT_EQ(Owned(IOService::copyMatchingService(by_id.get())), child);
  const auto with_k = Owned(OSDictionary::withCapacity(1));
  with_k->setObject(kIOPropertyExistsMatchKey, text("k").get());
  EXPECT_EQ(found(kIOParentMatchKey, with_k.get()), child);  // the nub itself has no such parent
  const auto zero = Owned(OSNumber::withNumber(0ull, 32)), one = Owned(OSNumber::withNumber(1, 32));
  EXPECT_EQ(found(kIOMatchedServiceCountKey, zero.get()), b.nub);
  EXPECT_EQ(found(kIOMatchedServiceCountKey, one.get()), nullptr);  // a nub has no category
  child->terminate();
}

DRYDOCK_TEST(Matching, TheFamilyMayRefuse) {
  Fixture b;
  b.nub->refuse = true;
  b.Add("A");
  b.Register();
  EXPECT_EQ(b.nub->family_calls, 1);
  EXPECT_THAT(b.lines, ElementsAre());
}

DRYDOCK_TEST(Matching, MT16StartWaitsForAResource) {
  Fixture b;
  b.Add("A", {}, {{kIOResourceMatchKey, "Test"}});
  b.nub->registerService();
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  EXPECT_THAT(b.lines, ElementsAre("A.init", "A.attach", "A.probe", "A.detach", "A.attach"));
  IOService::publishResource("Other");
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  IOService::publishResource("Test");
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
}

DRYDOCK_TEST(Matching, ADriverOfResourcesIsStartedWhenAllOfThemAreThere) {
  Fixture b;
  const auto names = Owned(OSArray::withCapacity(2));
  names->setObject(Owned(OSString::withCString("One")).get());
  names->setObject(Owned(OSString::withCString("Two")).get());
  const auto a = b.Personality("A", {}, {{kIOProviderClassKey, kIOResourcesClass}});
  a->setObject(kIOResourceMatchKey, names.get());
  b.Announce(a.get());
  IOService* resources = IOService::getResourceService();
  IOService::publishResource("One");
  EXPECT_EQ(resources->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, ElementsAre());
  const auto matching = Owned(IOService::resourceMatching("Two"));
  EXPECT_EQ(Owned(IOService::copyMatchingService(matching.get())), nullptr);
  IOService::publishResource("Two");
  EXPECT_EQ(Owned(IOService::waitForMatchingService(matching.get())), resources);
  EXPECT_EQ(resources->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
}

DRYDOCK_TEST(Matching, MT24UnloadedCodeStallsItsServiceUntilItIsLoaded) {
  Fixture b;
  const auto kext = Owned(OSString::withCString("com.example.A"));
  UnloadKext(kext->getCStringNoCopy());
  EXPECT_FALSE(gIOCatalogue->isModuleLoaded(kext->getCStringNoCopy()));
  b.Add("A", {{kIOProbeScoreKey, 5}}, {{kCFBundleIdentifierKey, "com.example.A"}});
  b.Add("B", {}, {{kIOMatchCategoryKey, "other"}});
  b.nub->registerService();
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  EXPECT_EQ(b.nub->getBusyState(), 1u);
  EXPECT_EQ(b.nub->getState() & kIOServiceMatchedState, 0u);
  EXPECT_THAT(b.lines, ElementsAre());
  b.nub->registerService();  // still not there
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  EXPECT_EQ(b.nub->getBusyState(), 1u);
  gIOCatalogue->moduleHasLoaded(kext.get());
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_NE(b.nub->getState() & kIOServiceMatchedState, 0u);
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Contains("B.start"));
}

DRYDOCK_TEST(Matching, AStalledServiceGoesLikeAnyOther) {
  Fixture b;
  UnloadKext("com.example.A");
  b.Add("A", {}, {{kCFBundleIdentifierKey, "com.example.A"}});
  b.nub->registerService();
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnTimeout);
  b.nub->terminate();
  EXPECT_EQ(b.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
}

DRYDOCK_TEST(Catalogue, NewPersonalitiesFindTheServicesThereAre) {
  Fixture b;
  b.Register();
  const SInt32 before = gIOCatalogue->getGenerationCount();
  const auto a = b.Add("A");
  EXPECT_EQ(gIOCatalogue->getGenerationCount(), before + 1);
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
  b.Add("A");  // it is there already
  EXPECT_EQ(gIOCatalogue->getGenerationCount(), before + 1);
}

DRYDOCK_TEST(Catalogue, RemovedPersonalitiesMatchNoMore) {
  Fixture b;
  const auto a = b.Add("A");
  b.Add("B");
  const auto tag = Owned(OSDictionary::withCapacity(1));
  tag->setObject("Tag", a->getObject("Tag"));
  SInt32 generation;
  EXPECT_EQ(Owned(gIOCatalogue->findDrivers(tag.get(), &generation))->getCount(), 1u);
  gIOCatalogue->removeDrivers(tag.get());
  EXPECT_EQ(Owned(gIOCatalogue->findDrivers(tag.get(), &generation))->getCount(), 0u);
  b.Register();
  EXPECT_THAT(b.lines, Not(Contains("A.init")));
  EXPECT_THAT(b.lines, Contains("B.start"));
}

DRYDOCK_TEST(Catalogue, WhatIsNoPersonalityChangesNothing) {
  Fixture b;
  const SInt32 before = gIOCatalogue->getGenerationCount();
  const auto list = Owned(OSArray::withCapacity(2));
  list->setObject(Owned(IOService::serviceMatching("MatchNub")).get());
  list->setObject(kOSBooleanTrue);
  EXPECT_FALSE(gIOCatalogue->addDrivers(list.get()));
  EXPECT_EQ(gIOCatalogue->getGenerationCount(), before);
}

// Personalities that come while a service is being matched are tried in the same job.
DRYDOCK_TEST(Catalogue, PersonalitiesThatComeMeanwhileAreNotMissed) {
  Fixture b;
  b.Add("A", {}, {{kIOMatchCategoryKey, "other"}});
  b.nub->registerService();
  b.Add("B");
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_THAT(b.lines, Contains("B.start"));
}

// --- Each step that fails undoes what came before it, and nothing else. (service.md 3.5)

DRYDOCK_TEST(Unwinding, WhoeverFailsLeavesNothingBehind) {
  Fixture b;
  b.Add("I", {{"FailInit", 1}, {kIOProbeScoreKey, 50}});
  b.Add("P", {{"FailProbe", 1}, {kIOProbeScoreKey, 40}});
  b.Add("S", {{"FailStart", 1}, {kIOProbeScoreKey, 30}});
  b.Register();
  EXPECT_THAT(b.lines, ElementsAre("I.init", "I.free", "P.init", "P.attach", "P.probe", "P.detach",
                                   "P.free", "S.init", "S.attach", "S.probe", "S.detach",
                                   "S.attach", "S.start", "S.detach", "S.free"));
  EXPECT_EQ(b.nub->getClient(), nullptr);
  EXPECT_FALSE(b.nub->isOpen());
  EXPECT_EQ(b.nub->getBusyState(), 0u);
  EXPECT_NE(b.nub->getState() & kIOServiceMatchedState, 0u);  // all the same
  // The category is free for a later driver.
  b.lines.clear();
  b.Add("A", {{kIOProbeScoreKey, 60}});
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.start"));
}

DRYDOCK_TEST(Unwinding, AttachRefusedByANubThatWentIsNotUndone) {
  Fixture b;
  b.Add("A");
  const OSSharedPtr<IOService> keep(b.nub, OSRetain);
  // The nub is terminated while the matching job runs, at whatever step that is.
  kernel::Thread* unplug = kernel::ThreadStart({.name = "unplug"}, [&] { b.nub->terminate(); });
  b.nub->registerService();
  kernel::ThreadJoin(unplug);
  EXPECT_EQ(b.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  while (!b.lines.empty() && b.lines.back() != "A.free") kernel::Sleep(kernel::kMillisecond);
  const auto count = [&](const char* what) {
    return std::count(b.lines.begin(), b.lines.end(), std::string("A.") + what);
  };
  EXPECT_EQ(count("init"), count("free"));
  EXPECT_EQ(count("attach"), count("detach"));
  EXPECT_EQ(count("start"), count("stop"));
}

DRYDOCK_TEST(Unwinding, ADriverThatOnlyLooksIsProbedAndFreed) {
  Fixture b;
  b.Add("A", {{kIOProbeScoreKey, 2}});
  b.Add("B", {{kIOProbeScoreKey, 1}});
  b.Register();
  EXPECT_THAT(b.lines, Contains("B.probe"));
  EXPECT_THAT(b.lines, Not(Contains("B.start")));
  EXPECT_THAT(b.lines, Contains("B.free"));
}

DRYDOCK_TEST(Matching, MT17ATakenCategoryIsNotMatchedAgain) {
  Fixture b;
  b.Add("A");
  b.Register();
  b.lines.clear();
  b.Register();
  EXPECT_THAT(b.lines, ElementsAre());
}

DRYDOCK_TEST(Matching, MT18NothingHappensOffTheRoot) {
  Fixture b;
  b.Add("A");
  const auto stray = Owned(OSTypeAlloc(MatchNub));
  stray->init(nullptr);
  stray->registerService();
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_EQ(stray->getState(), 0u);
}

DRYDOCK_TEST(Matching, MT19RegisteringWhileItRunsMeansOneMoreRound) {
  Fixture b;
  b.Add("A", {{"SlowStartMS", 5}});
  b.nub->registerService();
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_EQ(b.nub->getBusyState(), 1u);
  b.nub->registerService();
  b.nub->registerService();
  EXPECT_EQ(b.nub->getBusyState(), 1u);
  EXPECT_EQ(b.nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(b.nub->family_calls, 1);  // in the second round the category is taken
}

DRYDOCK_TEST(Matching, MT25NobodyAttachesToAnInactiveProvider) {
  Fixture b;
  const OSSharedPtr<IOService> keep(b.nub, OSRetain);
  b.nub->terminate();
  const auto late = Owned(OSTypeAlloc(MatchNub));
  late->init(nullptr);
  EXPECT_FALSE(late->attach(b.nub));
  EXPECT_EQ(late->getProvider(), nullptr);
}

DRYDOCK_TEST(Matching, MT26SynchronousRegistrationReturnsWithTheDriverStarted) {
  Fixture b;
  b.Add("A", {{"SlowStartMS", 5}});
  b.nub->registerService(kIOServiceSynchronous);
  EXPECT_THAT(b.lines, Contains("A.start"));
  EXPECT_EQ(b.nub->getBusyState(), 0u);
}

DRYDOCK_TEST(Matching, TD25TerminationDuringStartWaitsForTheJob) {
  Fixture b;
  b.Add("A", {{"SlowStartMS", 5}});
  b.nub->registerService();
  kernel::Sleep(2 * kernel::kMillisecond);
  b.nub->terminate();
  EXPECT_THAT(b.lines, Not(Contains("A.will")));
  EXPECT_EQ(b.platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_THAT(b.lines, Contains("A.inactive in start"));
  EXPECT_THAT(b.lines, Contains("A.stop"));
}

DRYDOCK_TEST(Matching, LC19AStartThatFailsAfterOpeningLeavesTheProviderOpenForGood) {
  AllowFinding("start-failed-with-provider-open");
  Findings findings;
  Fixture b;
  b.Add("A", {{"OpenInStart", 1}, {"FailStart", 1}});
  b.Register();
  EXPECT_EQ(findings.Count("start-failed-with-provider-open"), 1);
  EXPECT_EQ(b.nub->getClient(), nullptr);
  EXPECT_TRUE(b.nub->isOpen());
  RecordingService* late = RecordingService::Make("late", b.nub, &b.lines);
  EXPECT_FALSE(b.nub->open(late));
}

DRYDOCK_TEST(Matching, RG12TheDriversPropertiesAreItsPersonalitys) {
  Fixture b;
  b.Add("A", {{"Extra", 7}});
  b.Register();
  IOService* driver = b.nub->getClient();
  ASSERT_NE(driver, nullptr);
  EXPECT_EQ(OSDynamicCast(OSNumber, driver->getProperty("Extra"))->unsigned32BitValue(), 7u);
  EXPECT_NE(driver->getProperty(kIOMatchCategoryKey), nullptr);
  EXPECT_NE(driver->getProperty(kIOProbeScoreKey), nullptr);
}

DRYDOCK_TEST(Matching, MT15CompareProperty) {
  Fixture b;
  b.nub->setProperty("k", "v");
  const auto table = Owned(OSDictionary::withCapacity(1));
  EXPECT_TRUE(b.nub->compareProperty(table.get(), "k"));
  const auto value = Owned(OSString::withCString("v"));
  table->setObject("k", value.get());
  table->setObject("missing", value.get());
  EXPECT_TRUE(b.nub->compareProperty(table.get(), "k"));
  EXPECT_FALSE(b.nub->compareProperty(table.get(), "missing"));
}

}  // namespace
}  // namespace drydock::testing
