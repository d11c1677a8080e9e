// <kern/...> and <mach/...>: Mach's names for what the kernel interface does.
#include <kern/clock.h>
#include <kern/locks.h>
#include <kern/sched_prim.h>
#include <kern/task.h>
#include <kern/thread.h>
#include <kern/thread_call.h>
#include <mach/mach_time.h>
#include <mach/thread_act.h>
#include <mach/thread_policy.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(MachClock, IntervalsAreNanosecondsAndSaturate) {
  uint64_t result;
  clock_interval_to_absolutetime_interval(3, NSEC_PER_MSEC, &result);
  EXPECT_EQ(result, 3'000'000u);
  absolutetime_to_nanoseconds(17, &result);
  EXPECT_EQ(result, 17u);
  nanoseconds_to_absolutetime(18, &result);
  EXPECT_EQ(result, 18u);
  clock_absolutetime_interval_to_deadline(~0ull, &result);
  EXPECT_EQ(result, ~0ull);
  mach_timebase_info_data_t timebase;
  EXPECT_EQ(mach_timebase_info(&timebase), KERN_SUCCESS);
  EXPECT_EQ(timebase.numer, timebase.denom);
}

DRYDOCK_TEST(MachClock, DeadlinesCountFromNow) {
  kernel::Sleep(kernel::kMillisecond);
  const uint64_t now = mach_absolute_time();
  uint64_t deadline;
  clock_interval_to_deadline(2, NSEC_PER_USEC, &deadline);
  EXPECT_GE(deadline, now + 2000);
  EXPECT_LT(deadline, now + kernel::kMillisecond);
}

struct Exchange {
  lck_mtx_t* lock;
  bool done;
  wait_result_t first;
};

DRYDOCK_TEST(MachThreads, ThreadRunsItsContinuationOnce) {
  lck_grp_t* const group = lck_grp_alloc_init("exchange", LCK_GRP_ATTR_NULL);
  Exchange exchange = {lck_mtx_alloc_init(group, LCK_ATTR_NULL), false, -5};
  thread_t thread = nullptr;
  EXPECT_EQ(kernel_thread_start(
                [](void* parameter, wait_result_t result) {
                  auto* const e = static_cast<Exchange*>(parameter);
                  lck_mtx_lock(e->lock);
                  e->done = true;
                  e->first = result;
                  thread_wakeup(e);
                  lck_mtx_unlock(e->lock);
                  EXPECT_EQ(thread_terminate(current_thread()), KERN_SUCCESS);
                },
                &exchange, &thread),
            KERN_SUCCESS);
  lck_mtx_lock(exchange.lock);
  while (!exchange.done) lck_mtx_sleep(exchange.lock, LCK_SLEEP_DEFAULT, &exchange, THREAD_UNINT);
  lck_mtx_unlock(exchange.lock);
  EXPECT_EQ(exchange.first, THREAD_AWAKENED);
  EXPECT_NE(thread, current_thread());
  kernel::ThreadJoin(thread);
  EXPECT_EQ(thread_terminate(thread), KERN_FAILURE);
  thread_deallocate(thread);
  lck_mtx_free(exchange.lock, group);
  lck_grp_free(group);
}

DRYDOCK_TEST(MachThreads, SleepMayLeaveTheLockOpen) {
  lck_mtx_t* const lock = lck_mtx_alloc_init(LCK_GRP_NULL, LCK_ATTR_NULL);
  int event;
  lck_mtx_lock(lock);
  EXPECT_EQ(lck_mtx_sleep_deadline(lock, LCK_SLEEP_UNLOCK, &event, THREAD_UNINT,
                                   mach_absolute_time() + 1000),
            THREAD_TIMED_OUT);
  EXPECT_TRUE(lck_mtx_try_lock(lock)) << "the sleep took the lock again";
  EXPECT_EQ(lck_mtx_sleep_deadline(lock, LCK_SLEEP_DEFAULT, &event, THREAD_UNINT,
                                   mach_absolute_time() + 1000),
            THREAD_TIMED_OUT);
  lck_mtx_unlock(lock);
  lck_mtx_free(lock, LCK_GRP_NULL);
}

DRYDOCK_TEST(MachThreads, WaitsEndWithTheResultGiven) {
  int event;
  EXPECT_EQ(assert_wait_timeout(&event, THREAD_UNINT, 1, NSEC_PER_USEC), THREAD_WAITING);
  EXPECT_EQ(thread_block(THREAD_CONTINUE_NULL), THREAD_TIMED_OUT);
  EXPECT_EQ(thread_wakeup(&event), KERN_NOT_WAITING);
  EXPECT_EQ(assert_wait(&event, THREAD_UNINT), THREAD_WAITING);
  EXPECT_EQ(thread_wakeup_with_result(&event, THREAD_RESTART), KERN_SUCCESS);
  EXPECT_EQ(thread_block(THREAD_CONTINUE_NULL), THREAD_RESTART);
  EXPECT_EQ(assert_wait(&event, THREAD_UNINT), THREAD_WAITING);
  EXPECT_EQ(thread_wakeup_one(&event), KERN_SUCCESS);
  EXPECT_EQ(thread_block(THREAD_CONTINUE_NULL), THREAD_AWAKENED);
}

TEST(MachThreads, AbortedBeforeASleepThatUnlocksTheLockIsOpenedAllTheSame) {
  const Outcome outcome = RunTimed([] {
    kernel::Thread* const thread = kernel::ThreadStart({.name = "aborted"}, [] {
      kernel::Sleep(kernel::kMillisecond);
      lck_mtx_t* const lock = lck_mtx_alloc_init(LCK_GRP_NULL, LCK_ATTR_NULL);
      lck_mtx_lock(lock);
      EXPECT_EQ(lck_mtx_sleep(lock, LCK_SLEEP_UNLOCK, lock, THREAD_INTERRUPTIBLE),
                THREAD_INTERRUPTED);
      EXPECT_TRUE(lck_mtx_try_lock(lock));
      lck_mtx_unlock(lock);
      lck_mtx_free(lock, LCK_GRP_NULL);
    });
    kernel::ThreadAbort(thread, /*safely=*/false);
    kernel::ThreadJoin(thread);
  });
  EXPECT_TRUE(outcome.ok()) << outcome.text;
}

// Sets a policy of the calling thread.
template <typename Policy>
kern_return_t SetPolicy(thread_policy_flavor_t flavor, Policy policy, int count_less = 0) {
  return thread_policy_set(current_thread(), flavor, reinterpret_cast<thread_policy_t>(&policy),
                           sizeof(policy) / sizeof(integer_t) - count_less);
}

DRYDOCK_TEST(MachThreads, PoliciesMoveTheThreadsPriority) {
  EXPECT_EQ(SetPolicy(THREAD_PRECEDENCE_POLICY, thread_precedence_policy{3}), KERN_SUCCESS);
  EXPECT_EQ(kernel::ThreadPriority(current_thread()), 84);
  EXPECT_EQ(SetPolicy(THREAD_TIME_CONSTRAINT_POLICY,
                      thread_time_constraint_policy{0, 1'000'000, 5'000'000, TRUE}),
            KERN_SUCCESS);
  EXPECT_GE(kernel::ThreadPriority(current_thread()), 96);
  EXPECT_EQ(SetPolicy(THREAD_EXTENDED_POLICY, thread_extended_policy{FALSE}), KERN_SUCCESS);
  EXPECT_EQ(kernel::ThreadPriority(current_thread()), 84);
  EXPECT_EQ(SetPolicy(THREAD_BACKGROUND_POLICY,
                      thread_background_policy{THREAD_BACKGROUND_POLICY_DARWIN_BG}),
            KERN_SUCCESS);
  EXPECT_EQ(kernel::ThreadPriority(current_thread()), 4);
  EXPECT_EQ(SetPolicy(THREAD_BACKGROUND_POLICY, thread_background_policy{0}), KERN_SUCCESS);
  EXPECT_EQ(kernel::ThreadPriority(current_thread()), 84);
}

DRYDOCK_TEST(MachThreads, PoliciesThatMakeNoSenseAreRefused) {
  EXPECT_EQ(SetPolicy(THREAD_TIME_CONSTRAINT_POLICY,
                      thread_time_constraint_policy{0, 1'000'000, 500'000, TRUE}),
            KERN_INVALID_ARGUMENT);
  EXPECT_EQ(SetPolicy(99, thread_precedence_policy{3}), KERN_INVALID_ARGUMENT);
  EXPECT_EQ(SetPolicy(THREAD_PRECEDENCE_POLICY, thread_precedence_policy{3}, 1),
            KERN_INVALID_ARGUMENT);
  EXPECT_EQ(SetPolicy(THREAD_TIME_CONSTRAINT_POLICY,
                      thread_time_constraint_policy{0, 1'000'000, 5'000'000, TRUE}, 1),
            KERN_INVALID_ARGUMENT);
  EXPECT_EQ(kernel::ThreadPriority(current_thread()), 81);
}

DRYDOCK_TEST_2003(MachThreads, FunnelsAreTheKernelsAndTheNetworks) {
  EXPECT_EQ(thread_funnel_get(), THR_FUNNEL_NULL);
  EXPECT_FALSE(thread_funnel_set(kernel_flock, TRUE));
  EXPECT_EQ(thread_funnel_get(), kernel_flock);
  EXPECT_TRUE(thread_funnel_set(kernel_flock, FALSE));
  EXPECT_FALSE(thread_funnel_set(network_flock, TRUE));
  EXPECT_EQ(thread_funnel_get(), network_flock);
  EXPECT_TRUE(thread_funnel_set(network_flock, FALSE));
}

DRYDOCK_TEST(MachThreadCall, RunsOnceWithItsParameters) {
  struct Record {
    int calls;
    void* parameter;
  } record = {0, nullptr};
  thread_call_t const call = thread_call_allocate(
      [](thread_call_param_t param0, thread_call_param_t param1) {
        auto* const r = static_cast<Record*>(param0);
        ++r->calls;
        r->parameter = param1;
      },
      &record);
  uint64_t deadline;
  clock_interval_to_deadline(1, NSEC_PER_SEC, &deadline);
  EXPECT_FALSE(thread_call_enter1_delayed(call, &deadline, deadline));
  EXPECT_FALSE(thread_call_free(call)) << "it is pending";
  EXPECT_TRUE(thread_call_cancel(call));
  EXPECT_FALSE(thread_call_cancel(call));
  EXPECT_FALSE(thread_call_enter1(call, &record));
  kernel::Sleep(kernel::kMillisecond);
  EXPECT_EQ(record.calls, 1);
  EXPECT_EQ(record.parameter, &record);
  EXPECT_FALSE(thread_call_cancel_wait(call));
  EXPECT_TRUE(thread_call_free(call));
}

DRYDOCK_TEST(MachLocks, SpinAndReadWriteLocksAreThoseOfIOKit) {
  lck_grp_t* const group = lck_grp_alloc_init("group", LCK_GRP_ATTR_NULL);
  lck_spin_t* const spin = lck_spin_alloc_init(group, LCK_ATTR_NULL);
  lck_spin_lock(spin);
  EXPECT_FALSE(lck_spin_try_lock(spin));
  lck_spin_unlock(spin);
  lck_spin_free(spin, group);
  lck_rw_t* const rw = lck_rw_alloc_init(group, LCK_ATTR_NULL);
  lck_rw_lock_shared(rw);
  EXPECT_FALSE(lck_rw_try_lock(rw, LCK_RW_TYPE_EXCLUSIVE));
  EXPECT_TRUE(lck_rw_try_lock(rw, LCK_RW_TYPE_SHARED));
  lck_rw_unlock(rw, LCK_RW_TYPE_SHARED);
  lck_rw_unlock_shared(rw);
  lck_rw_lock(rw, LCK_RW_TYPE_EXCLUSIVE);
  EXPECT_FALSE(lck_rw_try_lock(rw, LCK_RW_TYPE_SHARED));
  lck_rw_unlock_exclusive(rw);
  lck_rw_free(rw, group);
  lck_grp_free(group);
}

TEST(MachTask, IsTheKernels) { EXPECT_EQ(current_task(), kernel_task); }

}  // namespace
}  // namespace drydock
