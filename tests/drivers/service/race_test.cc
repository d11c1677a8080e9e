// The races of termination: each test is one row of the table in service.md, section 4.9, and must
// reach both of its outcomes under random schedules. (The row about user clients is
// IOUserClient.TD36, that about start LC19, that about matching TD25.)
#include <functional>
#include <string>

#include <IOKit/IOService.h>

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
#include "verify/lifetime_checker.h"

namespace drydock::testing {
namespace {

using kernel::kMicrosecond;

// Runs `race` under 200 random schedules; it gets a moment to be late by, and returns which of two
// outcomes it came to. Both must occur, and each run end well.
void ExpectBoth(const std::function<bool(kernel::Time)>& race) {
  int seen[2] = {};
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWalk random(seed);
    Prng moments(seed, "moment");
    const kernel::Time moment = moments.Below(400 * kMicrosecond);
    const LifetimeChecker checker;
    const Outcome outcome = Simulation({}, &random).Run([&] { ++seen[race(moment) ? 1 : 0]; });
    ASSERT_TRUE(outcome.ok()) << "seed " << seed << ": " << outcome.text;
    for (const Finding& finding : outcome.findings) {
      ADD_FAILURE() << "seed " << seed << ": " << finding.name << ": " << finding.sentence;
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
}

// Runs both at once, one of them late by `moment`: which one, its last bit says.
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

// Whoever comes second finds the whole tree inactive when it returns.
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

// Another tree is served before the one whose driver blocks in didTerminate, or has to wait.
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
