// libkern/lock_sleep.h
//
// What the sleeps of all locks have in common.
#ifndef DRYDOCK_LIBKERN_LOCK_SLEEP_H_
#define DRYDOCK_LIBKERN_LOCK_SLEEP_H_

#include <cstdint>

#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

// THREAD_UNINT, THREAD_INTERRUPTIBLE or THREAD_ABORTSAFE, perhaps with accounting bits, which mean
// nothing here.
inline kernel::Interruptible InterruptibleFrom(uint32_t type) {
  return static_cast<kernel::Interruptible>(type & 3);
}

inline void RequireEvent(const void* event) {
  if (event == nullptr) kernel::Panic("sleep or wakeup on a null event");
}

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_LOCK_SLEEP_H_
