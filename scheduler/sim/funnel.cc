// The two funnels of the historic profile (scheduler/kernel/funnel.h): a mutex each.
#include "scheduler/sim/funnel.h"

#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/sim/lock.h"
#include "scheduler/sim/machine.h"

namespace drydock::sim {

using kernel::Funnel;
using kernel::Mutex;

namespace {

Mutex* LockOf(Funnel funnel) {
  const bool network = funnel == Funnel::kNetwork;
  Mutex*& lock = machine->locks().funnels[network ? 1 : 0];
  if (lock == nullptr) lock = kernel::MutexAlloc(network ? "network funnel" : "kernel funnel");
  return lock;
}

}  // namespace

Funnel DropFunnel(Thread* self) {
  const Funnel funnel = self->funnel;
  if (funnel == Funnel::kNone) return funnel;
  self->funnel = Funnel::kNone;
  Mutex* lock = LockOf(funnel);
  machine->effects().Note(OperationKind::kUnlock, lock->id);
  ReleaseMutex(lock);
  return funnel;
}

void RetakeFunnel(Thread* self, Funnel funnel) {
  if (funnel == Funnel::kNone) return;
  // The wait for the funnel is not the one whose end the caller is about to report.
  const kernel::WaitResult result = self->wait_result;
  const kernel::WaitNote note = self->note;
  kernel::MutexLock(LockOf(funnel));
  self->funnel = funnel;
  self->wait_result = result;
  self->note = note;
}

}  // namespace drydock::sim

namespace drydock::kernel {

using sim::machine;

bool FunnelSet(Funnel funnel, bool take) {
  if (CurrentProfile() != Profile::kHistoric)
    Panic("this kernel has no funnels: it is not of 2003");
  Thread* self = CurrentThread();
  const bool held = self->funnel == funnel;
  if (take && !held) {
    if (self->funnel != Funnel::kNone) Panic("a thread takes a second funnel");
    MutexLock(sim::LockOf(funnel));
    self->funnel = funnel;
  } else if (!take) {
    if (!held) Panic("a thread gives back a funnel that it does not hold");
    self->funnel = Funnel::kNone;
    MutexUnlock(sim::LockOf(funnel));
  }
  return held;
}

Funnel CurrentFunnel() {
  const Thread* self = CurrentThread();
  return self == nullptr ? Funnel::kNone : self->funnel;
}

}  // namespace drydock::kernel
