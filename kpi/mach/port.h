// mach/port.h
//
// Names of ports. Here a port has one name, the same in the kernel and in all tasks; whether a task
// may send to it is another matter.
#ifndef _MACH_PORT_H_
#define _MACH_PORT_H_

#include <mach/vm_types.h>

#define MACH_PORT_NULL 0
#define MACH_PORT_DEAD ((mach_port_t)~0)
#define MACH_PORT_VALID(name) (((name) != MACH_PORT_NULL) && ((name) != MACH_PORT_DEAD))

#define MACH_PORT_RIGHT_SEND 0

#endif  // _MACH_PORT_H_
