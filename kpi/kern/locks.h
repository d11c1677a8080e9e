// kern/locks.h
//
// Mach's own locks: what IOLock, IORWLock and IOSimpleLock (IOKit/IOLocks.h) are made of, with the
// same behaviour. Groups give locks their name in reports; attributes are accepted and mean
// nothing.
#ifndef _KERN_LOCKS_H_
#define _KERN_LOCKS_H_

#include <stdint.h>

#include <kern/kern_types.h>
#include <mach/boolean.h>

namespace drydock::kernel {
struct Mutex;
struct RWLock;
struct SpinLock;
}  // namespace drydock::kernel

typedef drydock::kernel::Mutex lck_mtx_t;
typedef drydock::kernel::SpinLock lck_spin_t;
typedef drydock::kernel::RWLock lck_rw_t;

typedef struct lck_grp lck_grp_t;
typedef struct lck_grp_attr lck_grp_attr_t;
typedef struct lck_attr lck_attr_t;
#define LCK_GRP_NULL ((lck_grp_t *)nullptr)
#define LCK_GRP_ATTR_NULL ((lck_grp_attr_t *)nullptr)
#define LCK_ATTR_NULL ((lck_attr_t *)nullptr)

typedef unsigned int lck_rw_type_t;
#define LCK_RW_TYPE_SHARED 0x01
#define LCK_RW_TYPE_EXCLUSIVE 0x02

typedef unsigned int lck_sleep_action_t;
#define LCK_SLEEP_DEFAULT 0x00  // take the lock again after the sleep
#define LCK_SLEEP_UNLOCK 0x01   // return without the lock

extern "C" {

lck_grp_t *lck_grp_alloc_init(const char *name, lck_grp_attr_t *attr);
void lck_grp_free(lck_grp_t *group);

lck_mtx_t *lck_mtx_alloc_init(lck_grp_t *group, lck_attr_t *attr);
void lck_mtx_free(lck_mtx_t *lock, lck_grp_t *group);
void lck_mtx_lock(lck_mtx_t *lock);
boolean_t lck_mtx_try_lock(lck_mtx_t *lock);
void lck_mtx_unlock(lck_mtx_t *lock);
wait_result_t lck_mtx_sleep(lck_mtx_t *lock, lck_sleep_action_t action, event_t event,
                            wait_interrupt_t interruptible);
wait_result_t lck_mtx_sleep_deadline(lck_mtx_t *lock, lck_sleep_action_t action, event_t event,
                                     wait_interrupt_t interruptible, uint64_t deadline);

lck_spin_t *lck_spin_alloc_init(lck_grp_t *group, lck_attr_t *attr);
void lck_spin_free(lck_spin_t *lock, lck_grp_t *group);
void lck_spin_lock(lck_spin_t *lock);
boolean_t lck_spin_try_lock(lck_spin_t *lock);
void lck_spin_unlock(lck_spin_t *lock);

lck_rw_t *lck_rw_alloc_init(lck_grp_t *group, lck_attr_t *attr);
void lck_rw_free(lck_rw_t *lock, lck_grp_t *group);
void lck_rw_lock(lck_rw_t *lock, lck_rw_type_t type);
boolean_t lck_rw_try_lock(lck_rw_t *lock, lck_rw_type_t type);
void lck_rw_unlock(lck_rw_t *lock, lck_rw_type_t type);
void lck_rw_lock_shared(lck_rw_t *lock);
void lck_rw_unlock_shared(lck_rw_t *lock);
void lck_rw_lock_exclusive(lck_rw_t *lock);
void lck_rw_unlock_exclusive(lck_rw_t *lock);

}  // extern "C"

#endif  // _KERN_LOCKS_H_
