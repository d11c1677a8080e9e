// libkern/mach_lock_group.h
//
// Mach's lock groups: here no more than a name.
#ifndef DRYDOCK_LIBKERN_MACH_LOCK_GROUP_H_
#define DRYDOCK_LIBKERN_MACH_LOCK_GROUP_H_

#include <kern/locks.h>

namespace drydock {

// The group's name, or `otherwise` if there is no group. Interned or a literal.
const char* LockGroupName(const lck_grp_t* group, const char* otherwise);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_MACH_LOCK_GROUP_H_
