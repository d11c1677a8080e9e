// kern/clock.h
//
// Intervals, deadlines and the units they come in. An absolute time is nanoseconds of virtual time
// since boot; sums are held at the largest value rather than wrapping.
#ifndef _KERN_CLOCK_H_
#define _KERN_CLOCK_H_

#include <stdint.h>

#include <mach/boolean.h>
#include <mach/clock_types.h>
#include <mach/mach_time.h>

extern "C" {

// The time since boot.
void clock_get_uptime(uint64_t *result);

// `interval` units of `scale_factor` ns, from now / as an interval.
void clock_interval_to_deadline(uint32_t interval, uint32_t scale_factor, uint64_t *result);
void clock_interval_to_absolutetime_interval(uint32_t interval, uint32_t scale_factor,
                                             uint64_t *result);

// `abstime` from now.
void clock_absolutetime_interval_to_deadline(uint64_t abstime, uint64_t *result);

// Both copy: a tick is a nanosecond.
void absolutetime_to_nanoseconds(uint64_t abstime, uint64_t *result);
void nanoseconds_to_absolutetime(uint64_t nanoseconds, uint64_t *result);

}  // extern "C"

#endif  // _KERN_CLOCK_H_
