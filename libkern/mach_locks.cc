// What <kern/locks.h> declares: the locks of IOLocks.cc by Mach's names.
#include <IOKit/IOLocks.h>
#include <kern/locks.h>

#include "libkern/kernel_heap.h"
#include "libkern/lock_sleep.h"
#include "libkern/mach_lock_group.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"

namespace kernel = drydock::kernel;

struct lck_grp {
  const char *name;
};

namespace drydock {

const char *LockGroupName(const lck_grp_t *group, const char *otherwise) {
  return group != nullptr ? group->name : otherwise;
}

}  // namespace drydock

lck_grp_t *lck_grp_alloc_init(const char *name, lck_grp_attr_t *) {
  auto *group = static_cast<lck_grp_t *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, sizeof(lck_grp_t), /*zero=*/true));
  group->name = drydock::trace::Intern(name);
  return group;
}

void lck_grp_free(lck_grp_t *group) { drydock::HeapFree(group); }

lck_mtx_t *lck_mtx_alloc_init(lck_grp_t *group, lck_attr_t *) {
  return kernel::MutexAlloc(drydock::LockGroupName(group, "lck_mtx"));
}

void lck_mtx_free(lck_mtx_t *lock, lck_grp_t *) { kernel::MutexFree(lock); }

void lck_mtx_lock(lck_mtx_t *lock) { kernel::MutexLock(lock); }

boolean_t lck_mtx_try_lock(lck_mtx_t *lock) { return kernel::MutexTryLock(lock); }

void lck_mtx_unlock(lck_mtx_t *lock) { kernel::MutexUnlock(lock); }

wait_result_t lck_mtx_sleep(lck_mtx_t *lock, lck_sleep_action_t action, event_t event,
                            wait_interrupt_t interruptible) {
  return lck_mtx_sleep_deadline(lock, action, event, interruptible, 0);
}

wait_result_t lck_mtx_sleep_deadline(lck_mtx_t *lock, lck_sleep_action_t action, event_t event,
                                     wait_interrupt_t interruptible, uint64_t deadline) {
  drydock::RequireEvent(event);
  kernel::WaitNote note;
  note.verb = "sleeps with";
  note.name = "lck_mtx";
  note.object = kernel::MutexId(lock);
  const kernel::Interruptible kind = drydock::InterruptibleFrom(interruptible);
  if ((action & LCK_SLEEP_UNLOCK) == 0) {
    return static_cast<int>(kernel::MutexSleep(lock, event, kind, deadline, note));
  }
  kernel::WaitResult result = kernel::AssertWait(event, kind, deadline, note);
  kernel::MutexUnlock(lock);
  if (result == kernel::WaitResult::kWaiting) result = kernel::ThreadBlock();
  return static_cast<int>(result);
}

lck_spin_t *lck_spin_alloc_init(lck_grp_t *group, lck_attr_t *) {
  return kernel::SpinLockAlloc(drydock::LockGroupName(group, "lck_spin"));
}

void lck_spin_free(lck_spin_t *lock, lck_grp_t *) { kernel::SpinLockFree(lock); }

void lck_spin_lock(lck_spin_t *lock) { kernel::SpinLockLock(lock); }

boolean_t lck_spin_try_lock(lck_spin_t *lock) { return kernel::SpinLockTryLock(lock); }

void lck_spin_unlock(lck_spin_t *lock) { kernel::SpinLockUnlock(lock); }

lck_rw_t *lck_rw_alloc_init(lck_grp_t *group, lck_attr_t *) {
  return kernel::RWLockAlloc(drydock::LockGroupName(group, "lck_rw"));
}

void lck_rw_free(lck_rw_t *lock, lck_grp_t *) { kernel::RWLockFree(lock); }

void lck_rw_lock(lck_rw_t *lock, lck_rw_type_t type) {
  if (type == LCK_RW_TYPE_EXCLUSIVE) {
    kernel::RWLockLockExclusive(lock);
  } else {
    kernel::RWLockLockShared(lock);
  }
}

boolean_t lck_rw_try_lock(lck_rw_t *lock, lck_rw_type_t type) {
  return type == LCK_RW_TYPE_EXCLUSIVE ? kernel::RWLockTryLockExclusive(lock)
                                       : kernel::RWLockTryLockShared(lock);
}

void lck_rw_unlock(lck_rw_t *lock, lck_rw_type_t) { kernel::RWLockUnlock(lock); }

void lck_rw_lock_shared(lck_rw_t *lock) { kernel::RWLockLockShared(lock); }

void lck_rw_unlock_shared(lck_rw_t *lock) { kernel::RWLockUnlock(lock); }

void lck_rw_lock_exclusive(lck_rw_t *lock) { kernel::RWLockLockExclusive(lock); }

void lck_rw_unlock_exclusive(lck_rw_t *lock) { kernel::RWLockUnlock(lock); }
