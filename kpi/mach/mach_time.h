// mach/mach_time.h
//
// The clock that runs from boot on. Its tick is one nanosecond of virtual time.
#ifndef _MACH_MACH_TIME_H_
#define _MACH_MACH_TIME_H_

#include <stdint.h>

#include <mach/kern_return.h>

struct mach_timebase_info {
  uint32_t numer;
  uint32_t denom;
};
typedef struct mach_timebase_info *mach_timebase_info_t;
typedef struct mach_timebase_info mach_timebase_info_data_t;

extern "C" {

// Ticks since boot, as the calling CPU's clock has it; 0 with no run in progress. Any context.
uint64_t mach_absolute_time(void);

// The length of a tick in nanoseconds, as a fraction: 1/1.
kern_return_t mach_timebase_info(mach_timebase_info_t info);

}  // extern "C"

#endif  // _MACH_MACH_TIME_H_
