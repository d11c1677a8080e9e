// The host kernel's locks (scheduler/kernel/lock.h).
#include "scheduler/host/lock.h"

#include <sched.h>

#include "absl/strings/str_cat.h"
#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/spin.h"
#include "trace/event_values.h"
#include "trace/names.h"

namespace drydock::kernel {

using host::context;
using host::machine;
using trace::EventKind;

namespace {

// Locks that are made where no run is in progress live as long as the process.
host::Locks& UnbootedLocks() {
  static auto* locks = new host::Locks();
  return *locks;
}

host::Locks& LocksHere() { return machine != nullptr ? machine->locks() : UnbootedLocks(); }

}  // namespace

// --- The mutex.

namespace {

// The value of `line` that means an empty line. Where the host has no barrier for all CPUs it makes
// the releasing thread always call FastServeLine, whose atomic exchange is the fence.
uint32_t EmptyLine() {
  static const uint32_t empty = host::BarrierOnAllCpus() ? 0u : uint32_t{Mutex::kBlocked};
  return empty;
}

}  // namespace

Mutex* MutexAlloc(absl::string_view name) {
  Mutex* mutex = LocksHere().mutexes.Take();
  mutex->word.store(Mutex::kFree);
  mutex->line.store(EmptyLine());
  mutex->owner.store(nullptr);
  mutex->id = NewObjectId();
  mutex->name = trace::Intern(name);
  return mutex;
}

void MutexFree(Mutex* mutex) {
  if (mutex->waiters.load() > 0) {
    Misuse("lock-freed-with-waiters",
           absl::StrCat("lock ", mutex->name.load(), " is freed while threads wait for it"));
    return;  // they still point to it
  }
  LocksHere().mutexes.GiveBack(mutex);
}

// No effect: the host's scheduler does not know the owners of locks.
void MutexSetPromotes(Mutex*, bool) {}

void MutexSetName(Mutex* mutex, absl::string_view name) { mutex->name = trace::Intern(name); }

ObjectId MutexId(const Mutex* mutex) { return mutex->id; }

namespace {

// Panics: the caller is where no code may wait for a mutex.
[[noreturn]] void RefuseLock(const Mutex* mutex) {
  if (context.in_interrupt) {
    Misuse("lock-taken-in-interrupt-context",
           absl::StrCat("lock ", mutex->name.load(),
                        " is taken in primary-interrupt context, where nothing may wait"));
    Panic("lock ", mutex->name.load(), " is taken in primary-interrupt context");
  }
  Panic("lock ", mutex->name.load(), " is taken ",
        context.self != nullptr ? "while a spin lock is held" : "where there is no thread");
}

// The acquisition is counted by Taken.
bool TryTake(Mutex* mutex) {
  return mutex->word.exchange(Mutex::kHeld, std::memory_order_acquire) == Mutex::kFree;
}

bool IsFree(const Mutex* mutex) {
  return mutex->word.load(std::memory_order_relaxed) == Mutex::kFree;
}

void Taken(Mutex* mutex, Thread* self) {
  mutex->owner.store(self, std::memory_order_release);
  mutex->acquisitions.store(mutex->acquisitions.load(std::memory_order_relaxed) + 1,
                            std::memory_order_relaxed);
  if (self != nullptr) mutex->owner_slept = self->slept;
  if (trace::Observed(EventKind::kLockAcquire) && machine != nullptr) {
    machine->Emit(EventKind::kLockAcquire, 0, 0, mutex->id, mutex->name.load());
  }
}

void Pause(int times) {
  for (int i = 0; i < times; ++i) SpinPause();
}

// Spins for some microseconds, looking rarely enough to leave the cache line to the owner. If the
// mutex is released and taken again meanwhile, most often by the same thread, the caller leaves it
// alone for a while, because passing a lock between CPUs costs more. Then it sets kImpatient, and
// the thread that releases the mutex next does not take it again before the caller had a chance.
bool SpinForMutex(Mutex* mutex) {
  const int limit = SpinLimit();
  const uint32_t before = mutex->acquisitions.load(std::memory_order_relaxed);
  const auto taken_again = [&] {
    return mutex->acquisitions.load(std::memory_order_relaxed) != before;
  };
  for (int look = 0; look < limit / 4 && !taken_again(); ++look) {
    Pause(16);
    if (!taken_again() && IsFree(mutex) && TryTake(mutex)) return true;
  }
  if (!taken_again()) return false;
  Pause(10 * limit);
  for (int look = 0; look < 10 * limit; ++look) {
    if ((mutex->line.load(std::memory_order_relaxed) & Mutex::kImpatient) == 0) {
      mutex->line.fetch_or(Mutex::kImpatient);
    }
    if (IsFree(mutex) && TryTake(mutex)) return true;
    SpinPause();
  }
  return false;
}

// Spins, then gets in line and blocks. A woken waiter competes for the mutex with all others, so
// that the mutex is never held by a thread that has yet to get a CPU.
void LockSlow(Mutex* mutex, Thread* self) {
  if (mutex->owner.load(std::memory_order_relaxed) == self) {
    Panic("lock ", mutex->name.load(), " is taken again by its owner");
  }
  machine->Emit(EventKind::kLockContend, ThreadIdOf(mutex->owner.load()), 0, mutex->id,
                mutex->name.load());
  mutex->waiters.fetch_add(1);
  if (!SpinForMutex(mutex)) {
    bool taken;
    do {
      machine->LeaveIfStopping();
      machine->Assert(mutex, {"waits for lock", mutex->name.load(), mutex->id, mutex->owner.load(),
                              /*for_lock=*/true});
      mutex->line.fetch_or(Mutex::kBlocked);
      host::BarrierOnAllCpus();
      taken = TryTake(mutex);
      if (taken) machine->Wake(mutex, host::Machine::Whom::kAll, WaitResult::kAwakened, self);
      machine->Park(self);
      taken = taken || TryTake(mutex) || SpinForMutex(mutex);
    } while (!taken);
    // Others may be in line, and this thread was the one that was woken.
    mutex->line.fetch_or(Mutex::kBlocked);
  }
  mutex->waiters.fetch_sub(1);
}

}  // namespace

void MutexLock(Mutex* mutex) {
  Thread* self = context.self;
  if (ABSL_PREDICT_FALSE(self == nullptr || self->spin_depth > 0)) {
    if (machine != nullptr) RefuseLock(mutex);
  }
  if (machine != nullptr) machine->LeaveIfStopping();
  if (ABSL_PREDICT_FALSE(!TryTake(mutex))) LockSlow(mutex, self);
  Taken(mutex, self);
}

bool MutexTryLock(Mutex* mutex) {
  ChoicePoint(OperationKind::kTryLock, mutex->id);
  if (!TryTake(mutex)) return false;
  Taken(mutex, context.self);
  return true;
}

void MutexUnlock(Mutex* mutex) {
  if (ABSL_PREDICT_FALSE(mutex->owner.load(std::memory_order_relaxed) != context.self ||
                         mutex->word.load(std::memory_order_relaxed) == Mutex::kFree)) {
    Panic("lock ", mutex->name.load(), " is released by a thread that does not own it");
  }
  if (trace::Observed(EventKind::kLockRelease) && machine != nullptr) {
    machine->Emit(EventKind::kLockRelease, 0, 0, mutex->id, mutex->name.load());
  }
  FastUnlock(mutex);
}

// The mutex may have another owner or be freed by now; its storage is still a mutex (host::Pool).
void FastServeLine(Mutex* mutex) {
  const uint32_t line = mutex->line.exchange(EmptyLine());
  if ((line & Mutex::kImpatient) != 0) {
    for (int looks = SpinLimit(); looks > 0 && IsFree(mutex); --looks) SpinPause();
  }
  if ((line & Mutex::kBlocked) != 0 && machine != nullptr) {
    machine->Wake(mutex, host::Machine::Whom::kHighest, WaitResult::kAwakened);
  }
}

Thread* MutexOwner(const Mutex* mutex) { return mutex->owner.load(std::memory_order_acquire); }

int MutexWaiters(const Mutex* mutex) { return static_cast<int>(mutex->waiters.load()); }

Time MutexOwnerSlept(const Mutex* mutex) {
  const Thread* owner = mutex->owner.load(std::memory_order_relaxed);
  return owner == nullptr ? 0 : owner->slept - mutex->owner_slept;
}

WaitResult MutexSleep(Mutex* mutex, const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note) {
  if (AssertWait(event, interruptible, deadline, note) == WaitResult::kInterrupted) {
    return WaitResult::kInterrupted;
  }
  MutexUnlock(mutex);
  const WaitResult result = ThreadBlock();
  MutexLock(mutex);
  return result;
}

// --- The spin lock. On a Mac its holder is not preempted; here it may be, so that a thread that
// spins for long yields its CPU.

SpinLock* SpinLockAlloc(absl::string_view name) {
  SpinLock* lock = LocksHere().spin_locks.Take();
  lock->id = NewObjectId();
  lock->name = trace::Intern(name);
  return lock;
}

void SpinLockFree(SpinLock* lock) { LocksHere().spin_locks.GiveBack(lock); }

void SpinLockLock(SpinLock* lock) {
  for (int looks = 0; !lock->lock.TryLock(); ++looks) {
    if (machine != nullptr) machine->LeaveIfStopping();
    if (looks < SpinLimit()) {
      SpinPause();
    } else if (looks % 64 != 0) {
      sched_yield();
    } else {
      // The owner may have a lower priority than this thread and wait for this very CPU.
      std::atomic<uint32_t> nothing{0};
      host::FutexWait(&nothing, 0, host::HostNow() + 50 * kMicrosecond);
    }
  }
  if (context.self != nullptr) ++context.self->spin_depth;
  if (trace::Observed(EventKind::kLockAcquire) && machine != nullptr) {
    machine->Emit(EventKind::kLockAcquire, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                  lock->name);
  }
}

bool SpinLockTryLock(SpinLock* lock) {
  ChoicePoint(OperationKind::kTryLock, lock->id);
  if (!lock->lock.TryLock()) return false;
  if (context.self != nullptr) ++context.self->spin_depth;
  if (trace::Observed(EventKind::kLockAcquire) && machine != nullptr) {
    machine->Emit(EventKind::kLockAcquire, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                  lock->name);
  }
  return true;
}

void SpinLockUnlock(SpinLock* lock) {
  if (trace::Observed(EventKind::kLockRelease) && machine != nullptr) {
    machine->Emit(EventKind::kLockRelease, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                  lock->name);
  }
  if (context.self != nullptr) --context.self->spin_depth;
  lock->lock.Unlock();
}

bool SpinLockLockDisableInterrupts(SpinLock* lock) {
  const bool enabled = SetInterruptsEnabled(false);
  SpinLockLock(lock);
  return enabled;
}

void SpinLockUnlockRestoreInterrupts(SpinLock* lock, bool enabled) {
  SpinLockUnlock(lock);
  SetInterruptsEnabled(enabled);
}

// --- The read-write lock (scheduler/rw_lock.h).

RWLock* RWLockAlloc(absl::string_view name) {
  RWLock* lock = LocksHere().rw_locks.Take();
  *lock = RWLock();
  lock->id = NewObjectId();
  lock->name = trace::Intern(name);
  lock->lock = MutexAlloc(name);
  return lock;
}

void RWLockFree(RWLock* lock) {
  MutexFree(lock->lock);
  LocksHere().rw_locks.GiveBack(lock);
}

void internal::CountRWLock(Thread*, int) {}

}  // namespace drydock::kernel
