// What <kern/clock.h> and <mach/mach_time.h> declare.
#include <kern/clock.h>
#include <mach/mach_time.h>

#include "scheduler/kernel/clock.h"

namespace kernel = drydock::kernel;

uint64_t mach_absolute_time(void) { return kernel::Now(); }

kern_return_t mach_timebase_info(mach_timebase_info_t info) {
  *info = {1, 1};
  return KERN_SUCCESS;
}

void clock_get_uptime(uint64_t *result) { *result = kernel::Now(); }

void clock_interval_to_deadline(uint32_t interval, uint32_t scale_factor, uint64_t *result) {
  clock_absolutetime_interval_to_deadline(uint64_t{interval} * scale_factor, result);
}

void clock_interval_to_absolutetime_interval(uint32_t interval, uint32_t scale_factor,
                                             uint64_t *result) {
  *result = uint64_t{interval} * scale_factor;
}

void clock_absolutetime_interval_to_deadline(uint64_t abstime, uint64_t *result) {
  *result = kernel::SaturatingAdd(kernel::Now(), abstime);
}

void absolutetime_to_nanoseconds(uint64_t abstime, uint64_t *result) { *result = abstime; }

void nanoseconds_to_absolutetime(uint64_t nanoseconds, uint64_t *result) { *result = nanoseconds; }
