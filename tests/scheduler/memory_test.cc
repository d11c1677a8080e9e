// Hooked accesses: locations, choice points, and what costs nothing when nothing is observed.
#include "scheduler/kernel/memory.h"

#include <memory>
#include <set>
#include <vector>

#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "trace/recorder.h"

namespace drydock {
namespace {

using kernel::Access;
using kernel::AccessChoices;
using kernel::MemoryAccess;
using trace::Event;
using trace::EventKind;

alignas(64) uint8_t memory[64];

std::vector<Event> AccessesOf(const std::function<void()>& body) {
  TimedStrategy strategy;
  trace::Recorder recorder;
  const trace::ScopedObserver watching(&recorder,
                                       {EventKind::kMemoryRead, EventKind::kMemoryWrite});
  const Outcome outcome = Simulation(MachineOptions(), &strategy).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  return recorder.events();
}

TEST(Memory, LocationsAreNumberedInTheOrderOfFirstAccesses) {
  const auto events = AccessesOf([] {
    MemoryAccess(memory + 16, 4, Access::kRead);
    MemoryAccess(memory, 8, Access::kWrite);
    MemoryAccess(memory + 20, 1, Access::kRead);
  });
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, EventKind::kMemoryRead);
  EXPECT_EQ(events[0].object, kernel::kFirstLocation + 1);
  EXPECT_EQ(events[0].other, 0x0fu);
  EXPECT_EQ(events[1].kind, EventKind::kMemoryWrite);
  EXPECT_EQ(events[1].object, kernel::kFirstLocation + 2);
  EXPECT_EQ(events[1].other, 0xffu);
  EXPECT_EQ(events[2].object, kernel::kFirstLocation + 1);
  EXPECT_EQ(events[2].other, 0x10u);
}

TEST(Memory, AnAccessAcrossLocationsIsOneToEach) {
  const auto events = AccessesOf([] { MemoryAccess(memory + 6, 12, Access::kRead); });
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].other, 0xc0u);
  EXPECT_EQ(events[1].other, 0xffu);
  EXPECT_EQ(events[2].other, 0x03u);
}

TEST(Memory, WhatIsAllocatedAgainIsAnotherLocation) {
  const auto events = AccessesOf([] {
    MemoryAccess(memory, 1, Access::kRead);
    kernel::MemoryAllocated(memory, sizeof(memory));
    MemoryAccess(memory, 1, Access::kRead);
  });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].object, events[1].object);
}

TEST(Memory, NobodyIsToldOfAThreadsOwnStack) {
  const auto events = AccessesOf([] {
    int here = 0;
    MemoryAccess(&here, sizeof(here), Access::kWrite);
  });
  EXPECT_TRUE(events.empty());
}

TEST(Memory, AnothersStackIsMemoryLikeAnyOther) {
  const auto events = AccessesOf([] {
    int here = 0;
    kernel::Thread* other =
        kernel::ThreadStart({}, [&here] { MemoryAccess(&here, sizeof(here), Access::kWrite); });
    kernel::ThreadJoin(other);
  });
  EXPECT_EQ(events.size(), 1u);
}

TEST(Memory, TheStackOfWhoRunsTheSimulationIsTold) {
  int outside = 0;
  const auto events =
      AccessesOf([&outside] { MemoryAccess(&outside, sizeof(outside), Access::kWrite); });
  EXPECT_EQ(events.size(), 1u);
}

TEST(Memory, WhatTheKernelHasNotAllocatedIsTheHosts) {
  const auto ours = std::make_unique<uint64_t>();
  const auto hosts = std::make_unique<uint64_t>();
  const auto events = AccessesOf([&] {
    kernel::MemoryAllocated(ours.get(), sizeof(*ours));
    MemoryAccess(hosts.get(), sizeof(*hosts), Access::kWrite);
    MemoryAccess(ours.get(), sizeof(*ours), Access::kWrite);
    kernel::MemoryAllocated(hosts.get(), sizeof(*hosts));
    MemoryAccess(hosts.get(), sizeof(*hosts), Access::kRead);
  });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, EventKind::kMemoryWrite);
  EXPECT_EQ(events[1].kind, EventKind::kMemoryRead);
}

TEST(Memory, OutsideOfRunsAnAccessIsNothing) {
  trace::Recorder recorder;
  const trace::ScopedObserver watching(&recorder);
  MemoryAccess(memory, 8, Access::kWrite);
  kernel::AtomicChange(memory, 8);
  EXPECT_TRUE(recorder.events().empty());
}

TEST(Memory, FreedMemoryIsWrittenTo) {
  const auto events = AccessesOf([] {
    MemoryAccess(memory, 1, Access::kRead);
    kernel::MemoryFreed(memory, sizeof(memory), /*kept=*/false);
  });
  ASSERT_EQ(events.size(), 2u);  // of the part that was ever touched
  EXPECT_EQ(events[1].kind, EventKind::kMemoryWrite);
  EXPECT_EQ(events[1].object, events[0].object);
}

TEST(Memory, DeadMemoryIsWatched) {
  static int touched;
  touched = 0;
  kernel::SetDeadMemoryWatch([](const void* address, size_t bytes, bool write) {
    ++touched;
    EXPECT_EQ(address, memory + 8);
    EXPECT_EQ(bytes, 4u);
    EXPECT_FALSE(write);
  });
  AccessesOf([] {
    MemoryAccess(memory + 8, 4, Access::kRead);
    kernel::MemoryFreed(memory, sizeof(memory), /*kept=*/true);
    MemoryAccess(memory + 8, 4, Access::kRead);
  });
  kernel::SetDeadMemoryWatch(nullptr);
  EXPECT_EQ(touched, 1);
}

// What two threads that add one to a number without a lock can come to.
std::set<int> SumsUnder(AccessChoices accesses) {
  static int sum;
  std::set<int> sums;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWalk strategy(seed);
    sum = 0;
    const Outcome outcome = Simulation({.cpus = 2, .accesses = accesses}, &strategy).Run([] {
      MemoryAccess(&sum, sizeof(sum), Access::kWrite);  // main is the first user
      const auto add = [] {
        MemoryAccess(&sum, sizeof(sum), Access::kRead);
        const int before = sum;
        MemoryAccess(&sum, sizeof(sum), Access::kWrite);
        sum = before + 1;
      };
      kernel::Thread* a = kernel::ThreadStart({}, add);
      kernel::Thread* b = kernel::ThreadStart({}, add);
      kernel::ThreadJoin(a);
      kernel::ThreadJoin(b);
    });
    EXPECT_TRUE(outcome.ok()) << outcome.text;
    sums.insert(sum);
  }
  return sums;
}

TEST(Memory, AccessesAreChoicePointsIfSoAsked) {
  EXPECT_EQ(SumsUnder(AccessChoices::kNone), (std::set<int>{2}));
  EXPECT_EQ(SumsUnder(AccessChoices::kShared), (std::set<int>{1, 2}));
  EXPECT_EQ(SumsUnder(AccessChoices::kAll), (std::set<int>{1, 2}));
}

// How many questions a run asks in which two threads touch memory of their own.
uint64_t QuestionsUnder(AccessChoices accesses) {
  RandomWalk strategy(1);
  const Outcome outcome = Simulation({.cpus = 2, .accesses = accesses}, &strategy).Run([] {
    const auto touch = [](uint8_t* mine) {
      for (int i = 0; i < 100; ++i) MemoryAccess(mine, 1, Access::kWrite);
    };
    kernel::Thread* a = kernel::ThreadStart({}, [touch] { touch(memory); });
    kernel::Thread* b = kernel::ThreadStart({}, [touch] { touch(memory + 32); });
    kernel::ThreadJoin(a);
    kernel::ThreadJoin(b);
  });
  return outcome.schedule.questions();
}

TEST(Memory, WhatOneThreadHasAloneIsNoChoicePointUnlessAllIsAskedFor) {
  const uint64_t none = QuestionsUnder(AccessChoices::kNone);
  EXPECT_EQ(QuestionsUnder(AccessChoices::kShared), none);
  EXPECT_GT(QuestionsUnder(AccessChoices::kAll), none + 50);
  const uint64_t sampled = QuestionsUnder({AccessChoices::kAll, 10});
  EXPECT_GT(sampled, none);
  EXPECT_LT(sampled, none + 50);
}

}  // namespace
}  // namespace drydock
