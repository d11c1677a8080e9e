// The simulated kernel's mutex and spin lock (scheduler/kernel/lock.h). With no run in progress
// every lock is free: there are no other threads.
#include "scheduler/sim/lock.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "trace/event_values.h"
#include "trace/names.h"

namespace drydock::sim {

// The waiter of highest priority runs again, and has the other waiters' push.
static void WakeWaiter(kernel::Mutex* mutex) {
  Thread* waiter = machine->waits().Find(mutex, /*by_priority=*/true);
  if (waiter == nullptr) return;
  machine->EndWait(waiter, kernel::WaitResult::kAwakened);
  machine->turnstiles().Push(mutex, waiter);
}

void ReleaseMutex(kernel::Mutex* mutex) {
  mutex->held = false;
  mutex->owner = nullptr;
  machine->Emit(trace::EventKind::kLockRelease, 0, trace::LockUse(mutex->mode), mutex->id,
                mutex->name);
  if (mutex->waiters > 0) WakeWaiter(mutex);
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;
using sim::MakeLock;
using sim::UnmakeLock;
using trace::EventKind;

namespace {

sim::Pool<Mutex>* Mutexes() { return machine != nullptr ? &machine->locks().mutexes : nullptr; }
sim::Pool<SpinLock>* SpinLocks() {
  return machine != nullptr ? &machine->locks().spin_locks : nullptr;
}

}  // namespace

Mutex* MutexAlloc(absl::string_view name) { return MakeLock(Mutexes(), name); }

void MutexSetPromotes(Mutex* mutex, bool promotes) { mutex->promotes = promotes; }

void MutexFree(Mutex* mutex) {
  if (mutex->waiters > 0) {
    Misuse("lock-freed-with-waiters",
           absl::StrCat("lock ", mutex->name, " is freed while threads wait for it"));
    return;  // they still point to it
  }
  UnmakeLock(Mutexes(), mutex);
}

void MutexSetName(Mutex* mutex, absl::string_view name) { mutex->name = trace::Intern(name); }

ObjectId MutexId(const Mutex* mutex) { return mutex->id; }

// The thread and the actions it is in.
static std::string Describe(const Thread* thread) {
  const std::string frames = DescribeFrames(thread);
  return frames.empty() ? thread->name : absl::StrCat(thread->name, ", in ", frames);
}

// `self` is about to wait for a lock. If the lock's owner waits, directly or through a chain of
// owners, for a lock that `self` holds, none of them can go on: that is a finding.
static void ReportDeadlock(const Thread* self, const Mutex* wanted) {
  constexpr int kLongest = 64;  // other threads may be in a deadlock already
  const Thread* owner = wanted->owner;
  for (int links = 0; owner != self; ++links) {
    if (owner == nullptr || owner->waits_for == nullptr || links == kLongest) return;
    owner = owner->waits_for->owner;
  }
  std::string story = Describe(self);
  std::vector<Evidence> stacks;  // of the others
  const char* joint = story == self->name ? " waits for lock " : ", waits for lock ";
  for (const Mutex* mutex = wanted; mutex != nullptr; mutex = mutex->owner->waits_for) {
    absl::StrAppend(&story, joint, mutex->name, ", held by ");
    if (mutex->owner == self) {
      absl::StrAppend(&story, self->name);
      break;
    }
    absl::StrAppend(&story, Describe(mutex->owner));
    stacks.push_back({absl::StrCat(mutex->owner->name, " waits for lock ",
                                   mutex->owner->waits_for->name, " and holds ", mutex->name),
                      machine->StackOfThread(*mutex->owner)});
    joint = ", which waits for lock ";
  }
  MisuseWithEvidence("deadlock", story, std::move(stacks));
}

// The free mutex becomes `self`'s, which may have come before a waiter that was woken.
static void Take(Mutex* mutex, Thread* self, bool tried) {
  mutex->held = true;
  mutex->owner = self;
  if (self == nullptr) return;
  mutex->owner_slept = self->slept;
  machine->Emit(EventKind::kLockAcquire, 0, trace::LockUse(mutex->mode, tried), mutex->id,
                mutex->name);
  if (mutex->inheritor != nullptr) {
    machine->turnstiles().Push(mutex, mutex->push > 0 ? self : nullptr);
  }
}

// Panics: the caller is where no code may wait for a mutex. (An interrupt may find its CPU idle.)
[[noreturn]] static void RefuseLock(const Mutex* mutex) {
  if (InInterruptContext()) {
    Misuse("lock-taken-in-interrupt-context",
           absl::StrCat("lock ", mutex->name,
                        " is taken in primary-interrupt context, where nothing may wait"));
    Panic("lock ", mutex->name, " is taken in primary-interrupt context");
  }
  Panic("lock ", mutex->name, " is taken ",
        CurrentThread() != nullptr ? "while a spin lock is held" : "where there is no thread");
}

void MutexLock(Mutex* mutex) {
  Thread* self = CurrentThread();
  if (self != nullptr) {
    if (!MayBlock()) RefuseLock(mutex);
    machine->StepGuarded(&mutex->held, OperationKind::kLock, mutex->id);
    if (mutex->held && mutex->owner == self) {
      Panic("lock ", mutex->name, " is taken again by its owner");
    }
    while (mutex->held) {
      machine->Emit(EventKind::kLockContend, ThreadIdOf(mutex->owner), 0, mutex->id, mutex->name);
      ++mutex->waiters;
      self->note = {"waits for lock", mutex->name, mutex->id, mutex->owner};
      self->interruptible = Interruptible::kUninterruptible;
      ReportDeadlock(self, mutex);
      self->waits_for = mutex;
      machine->waits().Link(self, mutex);
      machine->BlockSelf({OperationKind::kLock, mutex->id});
      self->waits_for = nullptr;
      --mutex->waiters;
    }
  } else if (machine != nullptr && machine->Running()) {
    RefuseLock(mutex);
  }
  Take(mutex, self, /*tried=*/false);
}

bool MutexTryLock(Mutex* mutex) {
  ChoicePoint(OperationKind::kTryLock, mutex->id);
  if (mutex->held) return false;
  if (machine != nullptr) machine->NoteEffect(OperationKind::kLock, mutex->id);
  Take(mutex, CurrentThread(), /*tried=*/true);
  return true;
}

void MutexUnlock(Mutex* mutex) {
  if (!mutex->held || mutex->owner != CurrentThread()) {
    Panic("lock ", mutex->name, " is released by a thread that does not own it");
  }
  ChoicePoint(OperationKind::kUnlock, mutex->id);
  if (machine == nullptr) {
    mutex->held = false;
    return;
  }
  sim::ReleaseMutex(mutex);
  machine->Settle();
}

Thread* MutexOwner(const Mutex* mutex) { return mutex->owner; }

int MutexWaiters(const Mutex* mutex) { return mutex->waiters; }

Time MutexOwnerSlept(const Mutex* mutex) {
  return mutex->owner == nullptr ? 0 : mutex->owner->slept - mutex->owner_slept;
}

WaitResult MutexSleep(Mutex* mutex, const void* event, Interruptible interruptible, Time deadline,
                      const WaitNote& note) {
  if (AssertWait(event, interruptible, deadline, note) == WaitResult::kInterrupted) {
    return WaitResult::kInterrupted;
  }
  MutexUnlock(mutex);
  Thread* self = machine->self();
  self->sleeps_with_lock = true;
  const WaitResult result = ThreadBlock();
  MutexLock(mutex);
  self->sleeps_with_lock = false;
  machine->dispatcher().DropFloor(self);
  machine->Settle();
  return result;
}

SpinLock* SpinLockAlloc(absl::string_view name) { return MakeLock(SpinLocks(), name); }

void SpinLockFree(SpinLock* lock) { UnmakeLock(SpinLocks(), lock); }

void SpinLockLock(SpinLock* lock) {
  if (machine == nullptr || machine->cpu() == nullptr) {
    lock->held = true;
    return;
  }
  const bool on_thread = !machine->in_interrupt();
  if (on_thread) ++machine->self()->spin_depth;
  machine->StepGuarded(&lock->held, OperationKind::kSpinLock, lock->id);
  while (lock->held) machine->Stall(lock);
  lock->held = true;
  machine->Emit(EventKind::kLockAcquire, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                lock->name);
}

bool SpinLockTryLock(SpinLock* lock) {
  ChoicePoint(OperationKind::kTryLock, lock->id);
  if (lock->held) return false;
  lock->held = true;
  if (machine == nullptr || machine->cpu() == nullptr) return true;
  machine->NoteEffect(OperationKind::kSpinLock, lock->id);
  if (!machine->in_interrupt()) ++machine->self()->spin_depth;
  machine->Emit(EventKind::kLockAcquire, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                lock->name);
  return true;
}

namespace {

// Frees the lock, which is not touched any more once another CPU can have it; the caller may not be
// preempted yet.
void ReleaseSpinLock(SpinLock* lock) {
  ChoicePoint(OperationKind::kSpinUnlock, lock->id);
  lock->held = false;
  if (machine == nullptr || machine->cpu() == nullptr) return;
  machine->Emit(EventKind::kLockRelease, 0, trace::LockUse(trace::LockMode::kSpin), lock->id,
                lock->name);
  machine->dispatcher().Release(lock);
}

// The owner may be preempted again.
void EndSpinning() {
  if (machine == nullptr || machine->cpu() == nullptr || machine->in_interrupt()) return;
  if (--machine->self()->spin_depth == 0) {
    machine->dispatcher().Dispatch();
    machine->Settle();
  }
}

}  // namespace

void SpinLockUnlock(SpinLock* lock) {
  ReleaseSpinLock(lock);
  EndSpinning();
}

bool SpinLockLockDisableInterrupts(SpinLock* lock) {
  const bool enabled = SetInterruptsEnabled(false);
  SpinLockLock(lock);
  return enabled;
}

void SpinLockUnlockRestoreInterrupts(SpinLock* lock, bool enabled) {
  ReleaseSpinLock(lock);
  // Not before the lock is free, or a handler on this CPU could spin on it for ever; not after
  // preemption is on again, or this thread could go on on another CPU.
  SetInterruptsEnabled(enabled);
  EndSpinning();
}

}  // namespace drydock::kernel
