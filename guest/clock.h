// guest/clock.h
//
// The guest's clock: virtual time, with 2000-01-01 00:00:00 UTC at boot.
#ifndef DRYDOCK_GUEST_CLOCK_H_
#define DRYDOCK_GUEST_CLOCK_H_

#include <time.h>

#include "scheduler/kernel/clock.h"

namespace drydock::guest {

// The guest's clock at boot, in seconds since the Unix epoch.
inline constexpr time_t kBoot = 946'684'800;

// The virtual time, in ns since boot, at which the guest's clock shows `time`; at least 1, since a
// deadline of 0 means none.
kernel::Time DeadlineAt(const timespec& time);

}  // namespace drydock::guest

#endif  // DRYDOCK_GUEST_CLOCK_H_
