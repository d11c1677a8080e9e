// libkern/rw_lock.h
//
// The making of an IORWLock, for those who have a name for it.
#ifndef DRYDOCK_LIBKERN_RW_LOCK_H_
#define DRYDOCK_LIBKERN_RW_LOCK_H_

#include <IOKit/IOLocks.h>

namespace drydock {

// A read-write lock. `name` is interned or a literal.
IORWLock* RWLockAlloc(const char* name);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_RW_LOCK_H_
