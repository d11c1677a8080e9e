// IOLock, IORWLock, IOSimpleLock and IORecursiveLock.
#include <string>
#include <vector>

#include <IOKit/IOLib.h>
#include <IOKit/IOLocks.h>
#include <kern/sched_prim.h>

#include "gtest/gtest.h"
#include "libkern/recursive_lock.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

kernel::Thread* Start(std::function<void()> body) {
  return kernel::ThreadStart({.name = "other"}, std::move(body));
}

// Runs `body` on a thread of its own and waits for it.
void OnAnotherThread(std::function<void()> body) { kernel::ThreadJoin(Start(std::move(body))); }

TEST(IOLock, LK2TakenTwiceByOneThreadPanics) {
  const Outcome outcome = RunTimed([] {
    IOLock* const lock = IOLockAlloc();
    IOLockLock(lock);
    IOLockLock(lock);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
}

DRYDOCK_TEST(IOLock, TryLockNeverWaits) {
  IOLock* const lock = IOLockAlloc();
  EXPECT_TRUE(IOLockTryLock(lock));
  OnAnotherThread([lock] { EXPECT_FALSE(IOLockTryLock(lock)); });
  IOLockUnlock(lock);
  OnAnotherThread([lock] {
    EXPECT_TRUE(IOLockTryLock(lock));
    IOLockUnlock(lock);
  });
  EXPECT_EQ(IOLockGetMachLock(lock), lock);
  IOLockFree(lock);
}

DRYDOCK_TEST(IOLock, LK3WakeupIgnoresItsLock) {
  IOLock* const lock = IOLockAlloc();
  IOLock* const other = IOLockAlloc();
  int event = 0;
  kernel::Thread* const sleeper = Start([&] {
    IOLockLock(lock);
    while (event == 0) EXPECT_EQ(IOLockSleep(lock, &event, THREAD_UNINT), THREAD_AWAKENED);
    IOLockUnlock(lock);
  });
  IOLockLock(lock);
  event = 1;
  IOLockWakeup(other, &event, false);
  IOLockUnlock(lock);
  kernel::ThreadJoin(sleeper);
  IOLockFree(lock);
  IOLockFree(other);
}

DRYDOCK_TEST(IOLock, SleepEndsAtItsDeadlineWithTheLockHeld) {
  IOLock* const lock = IOLockAlloc();
  int event;
  IOLockLock(lock);
  AbsoluteTime deadline;
  clock_interval_to_deadline(5, kMillisecondScale, &deadline);
  EXPECT_EQ(IOLockSleepDeadline(lock, &event, deadline, THREAD_UNINT), THREAD_TIMED_OUT);
  EXPECT_GE(mach_absolute_time(), deadline);
  OnAnotherThread([lock] { EXPECT_FALSE(IOLockTryLock(lock)); });
  IOLockUnlock(lock);
  IOLockFree(lock);
}

TEST(IOLock, SleepingOnNullPanics) {
  const Outcome outcome = RunTimed([] {
    IOLock* const lock = IOLockAlloc();
    IOLockLock(lock);
    IOLockSleep(lock, nullptr, THREAD_UNINT);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
}

DRYDOCK_TEST(IORecursiveLock, LK1SleepDropsAllLevelsAndRestoresThem) {
  IORecursiveLock* const lock = IORecursiveLockAlloc();
  int event = 0;
  for (int i = 0; i < 3; ++i) IORecursiveLockLock(lock);
  kernel::Thread* const waker = Start([&] {
    IORecursiveLockLock(lock);  // gets it while the other sleeps
    event = 1;
    IORecursiveLockWakeup(lock, &event, true);
    IORecursiveLockUnlock(lock);
  });
  while (event == 0) EXPECT_EQ(IORecursiveLockSleep(lock, &event, THREAD_UNINT), THREAD_AWAKENED);
  EXPECT_EQ(RecursiveLockDepth(lock), 3);
  EXPECT_TRUE(IORecursiveLockHaveLock(lock));
  for (int i = 0; i < 3; ++i) {
    OnAnotherThread([lock] { EXPECT_FALSE(IORecursiveLockTryLock(lock)); });
    IORecursiveLockUnlock(lock);
  }
  EXPECT_FALSE(IORecursiveLockHaveLock(lock));
  OnAnotherThread([lock] {
    EXPECT_TRUE(IORecursiveLockTryLock(lock));
    IORecursiveLockUnlock(lock);
  });
  kernel::ThreadJoin(waker);
  IORecursiveLockFree(lock);
}

DRYDOCK_TEST(IORecursiveLock, LK5TryLockByTheOwnerNests) {
  IORecursiveLock* const lock = IORecursiveLockAlloc();
  EXPECT_TRUE(IORecursiveLockTryLock(lock));
  EXPECT_TRUE(IORecursiveLockTryLock(lock));
  EXPECT_EQ(RecursiveLockDepth(lock), 2);
  EXPECT_EQ(RecursiveLockOwner(lock), kernel::CurrentThread());
  IORecursiveLockUnlock(lock);
  OnAnotherThread([lock] { EXPECT_FALSE(IORecursiveLockTryLock(lock)); });
  IORecursiveLockUnlock(lock);
  EXPECT_EQ(RecursiveLockOwner(lock), nullptr);
  IORecursiveLockFree(lock);
}

DRYDOCK_TEST(IORecursiveLock, SleepEndsAtItsDeadline) {
  IORecursiveLock* const lock = IORecursiveLockAlloc();
  int event;
  IORecursiveLockLock(lock);
  EXPECT_EQ(IORecursiveLockSleepDeadline(lock, &event, mach_absolute_time() + 1000, THREAD_UNINT),
            THREAD_TIMED_OUT);
  EXPECT_TRUE(IORecursiveLockHaveLock(lock));
  IORecursiveLockUnlock(lock);
  IORecursiveLockFree(lock);
}

TEST(IORecursiveLock, WorksWithNoRunInProgress) {
  IORecursiveLock* const lock = IORecursiveLockAlloc();
  EXPECT_FALSE(IORecursiveLockHaveLock(lock));
  IORecursiveLockLock(lock);
  IORecursiveLockLock(lock);
  EXPECT_TRUE(IORecursiveLockHaveLock(lock));
  IORecursiveLockUnlock(lock);
  EXPECT_TRUE(IORecursiveLockHaveLock(lock));
  IORecursiveLockUnlock(lock);
  EXPECT_FALSE(IORecursiveLockHaveLock(lock));
  IORecursiveLockFree(lock);
}

TEST(IORecursiveLock, UnlockOrSleepByAnotherThreadPanics) {
  const Outcome unlocked = RunTimed([] {
    IORecursiveLock* const lock = IORecursiveLockAlloc();
    IORecursiveLockLock(lock);
    OnAnotherThread([lock] { IORecursiveLockUnlock(lock); });
  });
  EXPECT_EQ(unlocked.kind, Outcome::Kind::kPanic);
  const Outcome slept = RunTimed([] {
    IORecursiveLock* const lock = IORecursiveLockAlloc();
    IORecursiveLockSleep(lock, lock, THREAD_UNINT);
  });
  EXPECT_EQ(slept.kind, Outcome::Kind::kPanic);
}

TEST(IORecursiveLock, ABlockedThreadTellsTheLocksName) {
  const Outcome outcome = RunTimed([] {
    IORecursiveLock* const lock = IORecursiveLockAlloc();
    SetRecursiveLockName(lock, "gate of dock");
    IORecursiveLockLock(lock);
    Start([lock] { IORecursiveLockLock(lock); });
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kBlocked);
  ASSERT_EQ(outcome.blocked.size(), 1u);
  EXPECT_NE(outcome.blocked[0].reason.find("gate of dock"), std::string::npos)
      << outcome.blocked[0].reason;
}

DRYDOCK_TEST(IORWLock, ReadersShareAndWritersExclude) {
  IORWLock* const lock = IORWLockAlloc();
  int readers = 0, writers = 0, most_readers = 0;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 2; ++i) {
    threads.push_back(Start([&] {
      for (int round = 0; round < 4; ++round) {
        IORWLockRead(lock);
        most_readers = std::max(most_readers, ++readers);
        EXPECT_EQ(writers, 0);
        kernel::Sleep(kernel::kMicrosecond);
        EXPECT_EQ(writers, 0);
        --readers;
        IORWLockUnlock(lock);
      }
    }));
    threads.push_back(Start([&] {
      for (int round = 0; round < 4; ++round) {
        IORWLockWrite(lock);
        EXPECT_EQ(++writers, 1);
        EXPECT_EQ(readers, 0);
        kernel::Sleep(kernel::kMicrosecond);
        EXPECT_EQ(readers, 0);
        --writers;
        IORWLockUnlock(lock);
      }
    }));
  }
  for (kernel::Thread* const thread : threads) kernel::ThreadJoin(thread);
  EXPECT_TRUE(IORWLockTryWrite(lock));
  IORWLockUnlock(lock);
  IORWLockFree(lock);
}

DRYDOCK_TEST(IORWLock, LK4AWaitingWriterKeepsNewReadersOut) {
  IORWLock* const lock = IORWLockAlloc();
  std::string order;
  IORWLockRead(lock);
  kernel::Thread* const writer = Start([&] {
    IORWLockWrite(lock);
    order += 'w';
    IORWLockUnlock(lock);
  });
  kernel::Sleep(kernel::kMillisecond);  // the writer waits by now
  EXPECT_FALSE(IORWLockTryRead(lock));
  std::vector<kernel::Thread*> readers;
  for (int i = 0; i < 2; ++i) {
    readers.push_back(Start([&] {
      IORWLockRead(lock);
      order += 'r';
      kernel::Sleep(kernel::kMicrosecond);  // together with the other
      IORWLockUnlock(lock);
    }));
  }
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_EQ(order, "");
  IORWLockUnlock(lock);
  kernel::ThreadJoin(writer);
  for (kernel::Thread* const reader : readers) kernel::ThreadJoin(reader);
  EXPECT_EQ(order, "wrr");
  IORWLockFree(lock);
}

DRYDOCK_TEST(IORWLock, ReadersAreTogetherInside) {
  IORWLock* const lock = IORWLockAlloc();
  IORWLockRead(lock);
  OnAnotherThread([lock] {
    IORWLockRead(lock);
    EXPECT_FALSE(IORWLockTryWrite(lock));
    IORWLockUnlock(lock);
  });
  IORWLockUnlock(lock);
  EXPECT_TRUE(IORWLockTryWrite(lock));
  OnAnotherThread([lock] { EXPECT_FALSE(IORWLockTryRead(lock)); });
  IORWLockUnlock(lock);
  IORWLockFree(lock);
}

TEST(IORWLock, MisusePanics) {
  EXPECT_EQ(RunTimed([] { IORWLockUnlock(IORWLockAlloc()); }).kind, Outcome::Kind::kPanic);
  const Outcome outcome = RunTimed([] {
    IORWLock* const lock = IORWLockAlloc();
    IORWLockWrite(lock);
    OnAnotherThread([lock] { IORWLockUnlock(lock); });
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
}

DRYDOCK_TEST(IOSimpleLock, ExcludesAndTries) {
  IOSimpleLock* const lock = IOSimpleLockAlloc();
  IOSimpleLockInit(lock);
  int inside = 0, entries = 0;
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(Start([&] {
      for (int round = 0; round < 5; ++round) {
        const IOInterruptState state = IOSimpleLockLockDisableInterrupt(lock);
        EXPECT_EQ(++inside, 1);
        kernel::ChoicePoint(kernel::OperationKind::kAtomic, 0);
        --inside;
        ++entries;
        IOSimpleLockUnlockEnableInterrupt(lock, state);
      }
    }));
  }
  for (kernel::Thread* const thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(entries, 15);
  EXPECT_TRUE(IOSimpleLockTryLock(lock));
  EXPECT_FALSE(IOSimpleLockTryLock(lock));
  IOSimpleLockUnlock(lock);
  IOSimpleLockLock(lock);
  IOSimpleLockUnlock(lock);
  IOSimpleLockDestroy(lock);
  IOSimpleLockFree(lock);
}

}  // namespace
}  // namespace drydock
