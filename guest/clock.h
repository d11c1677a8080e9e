// guest/clock.h
//
// The guest's time of day, which is virtual: 2000-01-01 at boot.
#ifndef DRYDOCK_GUEST_CLOCK_H_
#define DRYDOCK_GUEST_CLOCK_H_

#include <time.h>

#include "scheduler/kernel/clock.h"

namespace drydock::guest {

inline constexpr time_t kBoot = 946'684'800;

// When the guest's clock shows `time`, at least 1: 0 would be never.
kernel::Time DeadlineAt(const timespec& time);

}  // namespace drydock::guest

#endif  // DRYDOCK_GUEST_CLOCK_H_
