// libkern/list_limits.h
//
// What property lists are allowed, in XML and binary form.
#ifndef DRYDOCK_LIBKERN_LIST_LIMITS_H_
#define DRYDOCK_LIBKERN_LIST_LIMITS_H_

#include <cstddef>

namespace drydock {

inline constexpr size_t kMaxListDepth = 100;    // collections in one another
inline constexpr size_t kMaxListText = 262142;  // bytes of a string or key: OSString's limit

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_LIST_LIMITS_H_
