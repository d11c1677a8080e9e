// The races of termination: each test is one row of the table in service.md 4.9, and must
// reach both of its outcomes under random schedules.
#include <functional>
#include <string>

#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>
#include <IOKit/IOUserClient.h>

#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/simulation.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drivers/service/tree.h"
#include "tests/workloop/fixtures.h"
#include "trace/observer.h"
#include "verify/watch.h"

namespace {

// The body of start of the drivers of this run; its result is start's.
std::function<bool(IOService* self, IOService* provider)> in_start;
int stops;  // of them

}  // namespace

class RacingNub : public IOService {
  OSDeclareDefaultStructors(RacingNub)
};

OSDefineMetaClassAndStructors(RacingNub, IOService)

class RacingDriver : public IOService {
  OSDeclareDefaultStructors(RacingDriver)

 public:
  bool start(IOService* provider) override {
    return IOService::start(provider) && in_start(this, provider);
  }
  void stop(IOService* provider) override {
    ++stops;
    IOService::stop(provider);
  }
};

OSDefineMetaClassAndStructors(RacingDriver, IOService)

class RacingUserClient : public IOUserClient {
  OSDeclareDefaultStructors(RacingUserClient)

 public:
  bool start(IOService* provider) override {
    return IOUserClient::start(provider) && in_start(this, provider);
  }
  void stop(IOService* provider) override {
    ++stops;
    IOUserClient::stop(provider);
  }
  IOReturn clientClose() override {
    terminate();
    return kIOReturnSuccess;
  }
};

OSDefineMetaClassAndStructors(RacingUserClient, IOUserClient)

namespace drydock::testing {
namespace {

using kernel::kMicrosecond;

// Runs `race` under 200 random schedules. It is given a delay, and returns which of its two
// outcomes occurred. Both must occur over all runs, and every run must end well. A finding called
// `allowed` is no failure.
void ExpectBoth(const std::function<bool(kernel::Time)>& race, const std::string& allowed = "") {
  int seen[2] = {};
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWalk random(seed);
    Prng moments(seed, "moment");
    const kernel::Time moment = moments.Below(400 * kMicrosecond);
    const verify::Watch watch({{verify::Check::kLifetimes}});
    stops = 0;
    const Outcome outcome = Simulation({}, &random).Run([&] { ++seen[race(moment) ? 1 : 0]; });
    ASSERT_TRUE(outcome.ok()) << "seed " << seed << ": " << outcome.text;
    for (const Finding& finding : outcome.findings) {
      if (finding.name == allowed) continue;
      ADD_FAILURE() << "seed " << seed << ": " << finding.name << ": " << finding.sentence;
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
}

// Runs both at once, one of them delayed by `moment`, whose last bit says which one.
void Race(kernel::Time moment, const std::function<void()>& first,
          const std::function<void()>& second) {
  const bool second_is_late = moment % 2 == 0;
  const auto start = [moment](const char* name, bool late, const std::function<void()>& body) {
    return kernel::ThreadStart({.name = name}, [moment, late, &body] {
      if (late) kernel::Sleep(moment / 8);
      body();
    });
  };
  kernel::Thread* one = start("one", !second_is_late, first);
  kernel::Thread* two = start("two", second_is_late, second);
  kernel::ThreadJoin(one);
  kernel::ThreadJoin(two);
}

// A booted platform with a nub, and a driver that matches it.
struct Nub {
  BootedPlatform platform;
  OSSharedPtr<RacingNub> nub{OSTypeAlloc(RacingNub), OSNoRetain};

  Nub() {
    nub->init(nullptr);
    nub->attach(platform.service());
    nub->setProperty(kIOUserClientClassKey, "RacingUserClient");
    const auto driver = Owned(IOService::serviceMatching("RacingNub"));
    driver->setObject(kIOClassKey, Owned(OSString::withCString("RacingDriver")).get());
    const auto personalities = Owned(OSArray::withCapacity(1));
    personalities->setObject(driver.get());
    gIOCatalogue->addDrivers(personalities.get());
  }
  ~Nub() { in_start = nullptr; }

  void Settle() { EXPECT_EQ(platform.service()->waitQuiet(kernel::kSecond), kIOReturnSuccess); }
};

// The driver starts, and is torn down when its matching is over; or it finds its provider inactive
// and never starts.
TEST(TerminationRace, WithMatching) {
  ExpectBoth([](kernel::Time moment) {
    Nub n;
    bool started = false;
    in_start = [&](IOService*, IOService*) { return started = true; };
    Race(
        moment, [&] { n.nub->registerService(); },
        [&] {
          n.nub->terminate();
          EXPECT_TRUE(n.nub->isInactive());
        });
    n.Settle();
    EXPECT_EQ(stops, started ? 1 : 0);
    EXPECT_EQ(n.nub->getClient(), nullptr);
    return started;
  });
}

// Of the drivers that do start, some do so below a provider that is inactive already; phase 2 waits
// for their start in either case.
TEST(TerminationRace, WithTheStartOfADriver) {
  ExpectBoth([](kernel::Time moment) {
    Nub n;
    bool inactive = false;
    in_start = [&](IOService*, IOService* provider) {
      kernel::Sleep(20 * kMicrosecond);
      inactive = provider->isInactive();
      EXPECT_EQ(stops, 0);
      return true;
    };
    Race(
        moment, [&] { n.nub->registerService(kIOServiceSynchronous); },
        [&] { n.nub->terminate(); });
    n.Settle();
    return inactive;
  });
}

TEST(TerminationRace, WithOpen) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep_b(tree.b), keep_c(tree.c);
    tree.c->close_when_asked = true;
    bool opened = false;
    Race(
        moment, [&] { opened = tree.b->open(tree.c); }, [&] { tree.a->terminate(); });
    tree.Settle();
    return opened;
  });
}

TEST(TerminationRace, WithAttach) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep(tree.c);
    RecordingService* late = RecordingService::MakeDetached("late", &tree.journal);
    bool attached = false;
    Race(
        moment, [&] { attached = late->attach(tree.c); }, [&] { tree.a->terminate(); });
    tree.Settle();
    EXPECT_EQ(tree.Has("late.stop(C)"), attached);
    late->release();
    return attached;
  });
}

TEST(TerminationRace, WithRegisterService) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep(tree.c);
    EventCount registered(trace::EventKind::kServiceRegister);
    Race(
        moment, [&] { tree.c->registerService(); }, [&] { tree.a->terminate(); });
    tree.Settle();
    return registered.count() > 0;
  });
}

// The second terminate finds the whole tree inactive when it returns.
TEST(TerminationRace, WithASecondTerminateInPhase1) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep_a(tree.a), keep_c(tree.c);
    int first = 0;
    tree.b->hook = [&](const std::string& call) {
      if (call == "terminate")
        first = kernel::ThreadName(kernel::CurrentThread())[0] == 'o' ? 1 : 2;
    };
    const auto terminate = [&] {
      EXPECT_TRUE(tree.a->terminate());
      EXPECT_TRUE(tree.c->isInactive());
    };
    Race(moment, terminate, terminate);
    tree.Settle();
    EXPECT_EQ(tree.Count("B.willTerminate"), 1);
    EXPECT_EQ(tree.Count("A.stop"), 1);
    return first == 1;
  });
}

// If the other was faster, a synchronous terminate does not wait.
TEST(TerminationRace, WithASecondSynchronousTerminate) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep(tree.a);
    bool gone = false;
    Race(
        moment, [&] { tree.a->terminate(); },
        [&] {
          EXPECT_TRUE(tree.a->terminate(kIOServiceSynchronous));
          gone = !tree.a->isParent(tree.p, gIOServicePlane);
        });
    tree.Settle();
    return gone;
  });
}

// C goes by itself, or with its provider; it is told of that in either case, and stopped once.
TEST(TerminationRace, OfAClientAndItsProvider) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep(tree.c);
    bool by_itself = false;
    tree.c->hook = [&](const std::string& call) {
      if (call == "terminate") by_itself |= (tree.c->terminate_options & 0x0010'0000u) == 0;
    };
    Race(
        moment, [&] { tree.a->terminate(); },
        [&] {
          if (!tree.c->isInactive()) tree.c->terminate();
        });
    tree.Settle();
    EXPECT_EQ(tree.Count("C.stop(B)"), 1);
    EXPECT_EQ(tree.Count("C.finalize"), 1);
    return by_itself;
  });
}

// The worker waits for the gate, or comes when it is free.
TEST(TerminationRace, FromInsideTheGate) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    const Keep keep(tree.a);
    EventCount contended(trace::EventKind::kLockContend);
    bool inside = true;
    tree.b->hook = [&](const std::string& call) {
      if (call == "willTerminate(A)") {
        EXPECT_FALSE(inside);
      }
    };
    RunIn(tree.a->loop, [&] {
      tree.a->terminate();
      for (kernel::Time waited = 0; waited < moment; waited += kMicrosecond) kernel::ThreadYield();
      inside = false;
      return kIOReturnSuccess;
    });
    tree.Settle();
    return contended.count() > 0;
  });
}

// The user client is opened, and goes with its provider; or there is nothing to open any more.
TEST(TerminationRace, WithAProgramThatOpensAUserClient) {
  ExpectBoth([](kernel::Time moment) {
    Nub n;
    in_start = [](IOService*, IOService*) { return true; };
    n.nub->registerService(kIOServiceSynchronous);
    UserTask program({.name = "program"});
    io_service_t service = IO_OBJECT_NULL;
    program.Run([&] {
      service = IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("RacingNub"));
    });
    bool opened = false;
    Race(
        moment, [&] { n.nub->terminate(); },
        [&] {
          program.Run([&] {
            io_connect_t connection = IO_OBJECT_NULL;
            const IOReturn result = IOServiceOpen(service, mach_task_self(), 0, &connection);
            opened = result == kIOReturnSuccess;
            EXPECT_TRUE(opened || result == kIOReturnUnsupported ||
                        result == MACH_SEND_INVALID_DEST)
                << result;
          });
        });
    n.Settle();
    EXPECT_EQ(stops, opened ? 2 : 1);  // with the driver's
    return opened;
  });
}

// Its start may find the provider inactive; phase 2 waits until it has returned.
TEST(TerminationRace, WithTheStartOfAUserClient) {
  ExpectBoth([](kernel::Time moment) {
    Nub n;
    bool inactive = false;
    in_start = [&](IOService* self, IOService* provider) {
      if (OSDynamicCast(IOUserClient, self) == nullptr) return true;
      kernel::Sleep(20 * kMicrosecond);
      inactive = provider->isInactive();
      EXPECT_EQ(stops, 0);
      return true;
    };
    n.nub->registerService(kIOServiceSynchronous);
    UserTask program({.name = "program"});
    Race(
        moment, [&] { n.nub->terminate(); },
        [&] {
          program.Run([&] {
            io_connect_t connection = IO_OBJECT_NULL;
            IOServiceOpen(
                IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("RacingNub")),
                mach_task_self(), 0, &connection);
          });
        });
    n.Settle();
    return inactive;
  });
}

// A driver opens its provider in start and fails: no client will be able to open that again; unless
// another client was faster, and then nothing is left behind.
TEST(TerminationRace, OfAStartThatFailsWithItsProviderOpen) {
  ExpectBoth(
      [](kernel::Time moment) {
        Journal journal;
        Nub n;
        RecordingService* client = RecordingService::Make("client", n.nub.get(), &journal);
        client->close_in_will = true;
        bool driver_was_faster = false, opened = false;
        in_start = [&](IOService* self, IOService* provider) {
          driver_was_faster = provider->open(self);
          return false;
        };
        Race(
            moment, [&] { n.nub->registerService(kIOServiceSynchronous); },
            [&] { opened = n.nub->open(client); });
        EXPECT_EQ(opened, !driver_was_faster);
        EXPECT_EQ(n.nub->isOpen(client), opened);
        EXPECT_TRUE(n.nub->isOpen());
        EXPECT_EQ(stops, 0);
        n.nub->terminate();
        n.Settle();
        return opened;
      },
      "start-failed-with-provider-open");
}

// The terminate thread is the kernel's, or a caller of a synchronous terminate: either way the
// terminate that stop() calls does not wait.
TEST(TerminationRace, FromStop) {
  ExpectBoth([](kernel::Time moment) {
    Tree tree;
    RecordingService* x = tree.Make("X", tree.p);
    const Keep keep(x);
    bool permanent = false;
    tree.c->hook = [&](const std::string& call) {
      if (call != "stop(B)") return;
      permanent = kernel::ThreadName(kernel::CurrentThread())[0] == 'I';
      x->terminate(kIOServiceSynchronous);
      EXPECT_TRUE(x->isParent(tree.p, gIOServicePlane));
    };
    tree.a->terminate(moment % 2 == 0 ? kIOServiceSynchronous : 0);
    tree.Settle();
    EXPECT_FALSE(x->isParent(tree.p, gIOServicePlane));
    return permanent;
  });
}

// Another tree is terminated before the tree whose driver blocks in didTerminate, or after it.
TEST(TerminationRace, WithADidTerminateThatBlocks) {
  int seen[2] = {};
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWalk random(seed);
    const Outcome outcome = Simulation({}, &random).Run([&] {
      Tree tree;
      RecordingService* x = tree.Make("X", tree.p);
      const Keep keep(x);
      bool blocked = false;
      tree.c->hook = [&](const std::string& call) {
        if (call != "didTerminate(B)") return;
        blocked = true;
        kernel::Sleep(kernel::kMillisecond);
        blocked = false;
      };
      x->hook = [&](const std::string& call) {
        if (call == "stop(P)") {
          EXPECT_FALSE(blocked);
        }
      };
      Race(
          Prng(seed, "moment").Below(80 * kMicrosecond), [&] { tree.a->terminate(); },
          [&] { x->terminate(); });
      tree.Settle();
      ++seen[tree.At("X.stop(P)") < tree.At("C.didTerminate(B)") ? 0 : 1];
    });
    ASSERT_TRUE(outcome.ok()) << outcome.text;
    ASSERT_FALSE(outcome.findings.empty());
    EXPECT_EQ(outcome.findings[0].name, "terminate-thread-blocked");
    if (HasFailure()) return;
  }
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
}

}  // namespace
}  // namespace drydock::testing
