// scheduler/kernel/profile.h
//
// Which kernel's semantics the machine has, where those of 2003 and of today differ.
#ifndef DRYDOCK_SCHEDULER_KERNEL_PROFILE_H_
#define DRYDOCK_SCHEDULER_KERNEL_PROFILE_H_

#include <cstdint>

namespace drydock::kernel {

enum class Profile : uint8_t {
  kModern,    // xnu-11417 (2025)
  kHistoric,  // xnu-517 (10.3, 2003)
};

// Of the run in progress; kModern where there is none. Any context. (workloop.md 8)
Profile CurrentProfile();

inline bool IsHistoric() { return CurrentProfile() == Profile::kHistoric; }

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_PROFILE_H_
