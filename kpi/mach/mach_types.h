// mach/mach_types.h
//
// The handles of Mach.
#ifndef _MACH_MACH_TYPES_H_
#define _MACH_MACH_TYPES_H_

#include <kern/kern_types.h>
#include <mach/boolean.h>
#include <mach/clock_types.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach/vm_types.h>

#endif  // _MACH_MACH_TYPES_H_
