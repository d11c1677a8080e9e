// Accesses that nothing orders, and those that something orders.
#include "verify/race_checker.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using kernel::Access;
using kernel::MemoryAccess;
using kernel::MemoryOrder;

// Global: accesses of a thread to its own stack are not checked.
uint32_t value[4];
uint32_t flag;

void Read(const uint32_t* address) { MemoryAccess(address, sizeof(*address), Access::kRead); }
void Write(const uint32_t* address) { MemoryAccess(address, sizeof(*address), Access::kWrite); }
void Store(MemoryOrder order) { MemoryAccess(&flag, sizeof(flag), Access::kAtomicWrite, order); }
void Load(MemoryOrder order) { MemoryAccess(&flag, sizeof(flag), Access::kAtomicRead, order); }

// The races that a run at full speed shows.
template <typename Body>
std::vector<Finding> RacesOf(Body body) {
  TimedStrategy strategy;
  const Watch watch({{Check::kDataRace}});
  Outcome outcome = Simulation(MachineOptions(), &strategy).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  for (const Finding& finding : outcome.findings) EXPECT_EQ(finding.name, "data-race");
  return outcome.findings;
}

// Two threads, one after the other, that know nothing of each other.
template <typename First, typename Second>
std::vector<Finding> RacesBetween(First first, Second second) {
  return RacesOf([&] {
    kernel::Thread* a = kernel::ThreadStart({.name = "first"}, first);
    kernel::Thread* b = kernel::ThreadStart({.name = "second"}, [&] {
      kernel::Delay(kernel::kMillisecond);
      second();
    });
    kernel::ThreadJoin(a);
    kernel::ThreadJoin(b);
  });
}

TEST(RaceChecker, WriteAndReadThatNothingOrders) {
  const auto races = RacesBetween([] { Write(value); }, [] { Read(value); });
  ASSERT_EQ(races.size(), 1u);
  EXPECT_NE(races[0].sentence.find("second (thread "), std::string::npos) << races[0].sentence;
  EXPECT_NE(races[0].sentence.find("reads 4 bytes of"), std::string::npos) << races[0].sentence;
  EXPECT_NE(races[0].sentence.find("first (thread "), std::string::npos) << races[0].sentence;
  ASSERT_EQ(races[0].evidence.size(), 1u);
  EXPECT_FALSE(races[0].evidence[0].stack.empty());
}

TEST(RaceChecker, ReadAndWriteThatNothingOrders) {
  EXPECT_EQ(RacesBetween([] { Read(value); }, [] { Write(value); }).size(), 1u);
}

TEST(RaceChecker, TwoReadsAreNone) {
  EXPECT_TRUE(RacesBetween([] { Read(value); }, [] { Read(value); }).empty());
}

TEST(RaceChecker, NeighboursAreNone) {
  EXPECT_TRUE(RacesBetween([] { Write(value); }, [] { Write(value + 1); }).empty());
}

TEST(RaceChecker, OneReportForEachPairOfPlaces) {
  const auto thrice = [] {
    for (int i = 0; i < 3; ++i) Write(value);
  };
  EXPECT_EQ(RacesBetween(thrice, thrice).size(), 1u);
}

TEST(RaceChecker, AReadBeforeOthersReadsIsRemembered) {
  const auto races = RacesOf([] {
    std::vector<kernel::Thread*> threads;
    for (int i = 0; i < 6; ++i) {
      threads.push_back(kernel::ThreadStart({.name = "reader"}, [] { Read(value); }));
    }
    for (size_t i = 1; i < threads.size(); ++i) kernel::ThreadJoin(threads[i]);
    Write(value);  // the first was not waited for
    kernel::ThreadJoin(threads[0]);
  });
  EXPECT_EQ(races.size(), 1u);
}

TEST(RaceChecker, CreationAndJoinOrder) {
  EXPECT_TRUE(RacesOf([] {
                Write(value);
                kernel::Thread* child = kernel::ThreadStart({}, [] { Write(value); });
                kernel::Sleep(kernel::kMillisecond);
                kernel::ThreadJoin(child);
                Write(value);
              }).empty());
}

TEST(RaceChecker, AMutexOrders) {
  const auto races = RacesOf([] {
    kernel::Mutex* mutex = kernel::MutexAlloc("test");
    const auto locked = [mutex] {
      kernel::MutexLock(mutex);
      Write(value);
      kernel::MutexUnlock(mutex);
    };
    kernel::Thread* other = kernel::ThreadStart({}, locked);
    locked();
    kernel::ThreadJoin(other);
    kernel::MutexFree(mutex);
  });
  EXPECT_TRUE(races.empty());
}

TEST(RaceChecker, ReadersOfALockAreNotOrdered) {
  const auto races_when = [](bool exclusive) {
    return RacesOf([exclusive] {
      kernel::RWLock* lock = kernel::RWLockAlloc("test");
      const auto locked = [=] {
        exclusive ? kernel::RWLockLockExclusive(lock) : kernel::RWLockLockShared(lock);
        Write(value);
        kernel::RWLockUnlock(lock);
      };
      kernel::Thread* other = kernel::ThreadStart({}, locked);
      locked();
      kernel::ThreadJoin(other);
      kernel::RWLockFree(lock);
    });
  };
  EXPECT_TRUE(races_when(true).empty());
  EXPECT_EQ(races_when(false).size(), 1u);
}

TEST(RaceChecker, AWakeupOrders) {
  EXPECT_TRUE(RacesOf([] {
                kernel::Thread* waiter = kernel::ThreadStart({}, [] {
                  kernel::AssertWait(value, kernel::Interruptible::kUninterruptible, 0, {});
                  kernel::ThreadBlock();
                  Write(value);
                });
                kernel::Sleep(kernel::kMillisecond);
                Write(value);
                kernel::ThreadWakeup(value, /*one_thread=*/true);
                kernel::ThreadJoin(waiter);
              }).empty());
}

TEST(RaceChecker, ATimeOutDoesNot) {
  EXPECT_EQ(RacesOf([] {
              kernel::Thread* waiter = kernel::ThreadStart({}, [] {
                kernel::Sleep(2 * kernel::kMillisecond);
                Write(value);
              });
              kernel::Sleep(kernel::kMillisecond);
              Write(value);
              kernel::ThreadJoin(waiter);
            }).size(),
            1u);
}

TEST(RaceChecker, AThreadCallComesAfterItsEntry) {
  EXPECT_TRUE(RacesOf([] {
                Write(value);
                kernel::ThreadCall* call =
                    kernel::ThreadCallAllocate([](void*, void*) { Write(value); }, nullptr,
                                               kernel::ThreadCallPriority::kHigh, 0);
                kernel::ThreadCallEnter(call, nullptr);
                kernel::Sleep(kernel::kMillisecond);
                kernel::ThreadCallCancelWait(call);
                Write(value);
                kernel::ThreadCallFree(call);
              }).empty());
}

TEST(RaceChecker, AHandlerRacesWithTheThreadsItInterrupts) {
  EXPECT_EQ(RacesOf([] {
              kernel::InterruptInstall(
                  3, kernel::Trigger::kEdge, [](void*, int) { Write(value); }, nullptr);
              kernel::InterruptUnmask(3);
              kernel::OutsideSchedule(
                  kernel::kMillisecond, "raise", 0, [](void*) { kernel::InterruptRaise(3); },
                  nullptr);
              Write(value);
              kernel::Sleep(2 * kernel::kMillisecond);
            }).size(),
            1u);
}

TEST(RaceChecker, AHandlerComesAfterWhatWasHandedToTheDevice) {
  EXPECT_TRUE(RacesOf([] {
                kernel::InterruptInstall(
                    3, kernel::Trigger::kEdge, [](void*, int) { Write(value); }, nullptr);
                kernel::InterruptUnmask(3);
                Write(value);
                kernel::OutsideSchedule(
                    kernel::kMillisecond, "raise", 0, [](void*) { kernel::InterruptRaise(3); },
                    nullptr);
                kernel::Sleep(2 * kernel::kMillisecond);
              }).empty());
}

TEST(RaceChecker, AReleasingStoreAndAnAcquiringLoadOrder) {
  const auto races = [](MemoryOrder store, MemoryOrder load) {
    return RacesBetween(
               [=] {
                 Write(value);
                 Store(store);
               },
               [=] {
                 Load(load);
                 Read(value);
               })
        .size();
  };
  EXPECT_EQ(races(MemoryOrder::kRelease, MemoryOrder::kAcquire), 0u);
  EXPECT_EQ(races(MemoryOrder::kSequential, MemoryOrder::kSequential), 0u);
  EXPECT_EQ(races(MemoryOrder::kRelaxed, MemoryOrder::kAcquire), 1u);
  EXPECT_EQ(races(MemoryOrder::kRelease, MemoryOrder::kRelaxed), 1u);
}

TEST(RaceChecker, FencesMakeRelaxedAtomicsOrder) {
  const auto races = [](bool fences) {
    return RacesBetween(
               [=] {
                 Write(value);
                 if (fences) kernel::MemoryFence(MemoryOrder::kRelease);
                 Store(MemoryOrder::kRelaxed);
               },
               [=] {
                 Load(MemoryOrder::kRelaxed);
                 if (fences) kernel::MemoryFence(MemoryOrder::kAcquire);
                 Read(value);
               })
        .size();
  };
  EXPECT_EQ(races(true), 0u);
  EXPECT_EQ(races(false), 1u);
}

TEST(RaceChecker, AnAtomicRacesWithAPlainAccess) {
  EXPECT_TRUE(
      RacesBetween([] { Store(MemoryOrder::kRelaxed); }, [] { Store(MemoryOrder::kRelaxed); })
          .empty());
  EXPECT_EQ(RacesBetween([] { Store(MemoryOrder::kRelease); }, [] { Write(&flag); }).size(), 1u);
}

TEST(RaceChecker, HandingOverOrders) {
  constexpr kernel::ObjectId kObject = 77;
  EXPECT_TRUE(RacesBetween(
                  [] {
                    Write(value);
                    kernel::HandOver(kObject);
                  },
                  [] {
                    kernel::TakeOver(kObject);
                    Write(value);
                  })
                  .empty());
}

TEST(RaceChecker, MemoryThatIsAllocatedAgainIsNew) {
  EXPECT_TRUE(RacesBetween([] { Write(value); },
                           [] {
                             kernel::MemoryAllocated(value, sizeof(value));
                             Write(value);
                           })
                  .empty());
}

}  // namespace
}  // namespace drydock::verify
