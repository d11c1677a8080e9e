// Semaphores and barriers, built of a mutex and a wait. Spin locks, which are mutexes here: a
// waiting thread blocks instead of using its CPU.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include <memory>
#include <vector>

#include "guest/clock.h"
#include "guest/guest.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/wait.h"

namespace drydock::guest {
namespace {

// A semaphore or barrier. Belongs to the run; the object of POSIX holds a pointer to it.
struct Counter {
  kernel::Mutex* lock = nullptr;
  unsigned value = 0;       // of a semaphore; of a barrier: how many threads have arrived
  unsigned most = 0;        // of a barrier: how many threads it waits for
  uint64_t generation = 0;  // of a barrier: how often it has opened
};
// A pthread_spinlock_t has no room for a pointer: it holds an index into `spin_locks`, plus 1.
struct Counters {
  std::vector<std::unique_ptr<Counter>> all;
  std::vector<kernel::Mutex*> spin_locks;
};
kernel::PerBoot<Counters> counters;

Counter* Make(const void* address, const char* otherwise) {
  counters->all.push_back(std::make_unique<Counter>());
  Counter* counter = counters->all.back().get();
  counter->lock = kernel::MutexAlloc(NameOf(address, otherwise));
  return counter;
}

// Counts the semaphore down as soon as it is above 0; false if `deadline` comes first.
bool Take(Counter* semaphore, kernel::Time deadline) {
  kernel::MutexLock(semaphore->lock);
  bool taken = true;
  while (taken && semaphore->value == 0) {
    taken = kernel::MutexSleep(semaphore->lock, semaphore, kernel::Interruptible::kUninterruptible,
                               deadline, {"waits for a semaphore", "", 0, nullptr}) !=
            kernel::WaitResult::kTimedOut;
  }
  if (taken) --semaphore->value;
  kernel::MutexUnlock(semaphore->lock);
  return taken;
}

int Fail(int error) {
  errno = error;
  return -1;
}

kernel::Mutex* SpinLockOf(const int* lock) {
  return counters->spin_locks.at(static_cast<size_t>(*lock - 1));
}

}  // namespace
}  // namespace drydock::guest

using drydock::guest::Counter;
using drydock::guest::counters;
using drydock::guest::Fail;
using drydock::guest::OursIn;
using drydock::guest::SpinLockOf;
namespace kernel = drydock::kernel;

extern "C" {

int drydock_guest_sem_init(sem_t* semaphore, int, unsigned value) {
  auto*& ours = OursIn<Counter>(semaphore);
  ours = drydock::guest::Make(semaphore, "semaphore");
  ours->value = value;
  return 0;
}

int drydock_guest_sem_destroy(sem_t*) { return 0; }

int drydock_guest_sem_wait(sem_t* semaphore) {
  drydock::guest::Take(OursIn<Counter>(semaphore), 0);
  return 0;
}

int drydock_guest_sem_timedwait(sem_t* semaphore, const timespec* until) {
  const kernel::Time deadline = drydock::guest::DeadlineAt(*until);
  return drydock::guest::Take(OursIn<Counter>(semaphore), deadline) ? 0 : Fail(ETIMEDOUT);
}

int drydock_guest_sem_trywait(sem_t* semaphore) {
  Counter* ours = OursIn<Counter>(semaphore);
  kernel::MutexLock(ours->lock);
  const bool taken = ours->value > 0;
  if (taken) --ours->value;
  kernel::MutexUnlock(ours->lock);
  return taken ? 0 : Fail(EAGAIN);
}

int drydock_guest_sem_post(sem_t* semaphore) {
  Counter* ours = OursIn<Counter>(semaphore);
  kernel::MutexLock(ours->lock);
  ++ours->value;
  kernel::ThreadWakeup(ours, /*one_thread=*/true);
  kernel::MutexUnlock(ours->lock);
  return 0;
}

int drydock_guest_sem_getvalue(sem_t* semaphore, int* value) {
  Counter* ours = OursIn<Counter>(semaphore);
  kernel::MutexLock(ours->lock);
  *value = static_cast<int>(ours->value);
  kernel::MutexUnlock(ours->lock);
  return 0;
}

int drydock_guest_pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t*,
                                       unsigned count) {
  if (count == 0) return EINVAL;
  auto*& ours = OursIn<Counter>(barrier);
  ours = drydock::guest::Make(barrier, "barrier");
  ours->most = count;
  return 0;
}

int drydock_guest_pthread_barrier_destroy(pthread_barrier_t*) { return 0; }

int drydock_guest_pthread_barrier_wait(pthread_barrier_t* barrier) {
  Counter* ours = OursIn<Counter>(barrier);
  kernel::MutexLock(ours->lock);
  const uint64_t generation = ours->generation;
  const bool last = ++ours->value == ours->most;
  if (last) {
    ours->value = 0;
    ++ours->generation;
    kernel::ThreadWakeup(ours, /*one_thread=*/false);
  }
  while (ours->generation == generation) {
    kernel::MutexSleep(ours->lock, ours, kernel::Interruptible::kUninterruptible, 0,
                       {"waits at a barrier", "", 0, nullptr});
  }
  kernel::MutexUnlock(ours->lock);
  return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int drydock_guest_pthread_spin_init(pthread_spinlock_t* lock, int) {
  counters->spin_locks.push_back(
      kernel::MutexAlloc(drydock::guest::NameOf(const_cast<const int*>(lock), "spin lock")));
  *lock = static_cast<int>(counters->spin_locks.size());
  return 0;
}

int drydock_guest_pthread_spin_destroy(pthread_spinlock_t*) { return 0; }

int drydock_guest_pthread_spin_lock(pthread_spinlock_t* lock) {
  kernel::MutexLock(SpinLockOf(const_cast<const int*>(lock)));
  return 0;
}

int drydock_guest_pthread_spin_trylock(pthread_spinlock_t* lock) {
  return kernel::MutexTryLock(SpinLockOf(const_cast<const int*>(lock))) ? 0 : EBUSY;
}

int drydock_guest_pthread_spin_unlock(pthread_spinlock_t* lock) {
  kernel::MutexUnlock(SpinLockOf(const_cast<const int*>(lock)));
  return 0;
}

}  // extern "C"
