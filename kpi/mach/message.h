// mach/message.h
//
// How sending to a port and receiving from one fail.
#ifndef _MACH_MESSAGE_H_
#define _MACH_MESSAGE_H_

#include <mach/kern_return.h>

typedef kern_return_t mach_msg_return_t;

#define MACH_MSG_SUCCESS 0x00000000
#define MACH_SEND_INVALID_DEST 0x10000003  // the port is dead, or the task has no right to it
#define MACH_RCV_INVALID_NAME 0x10004002   // not a port of the task's own
#define MACH_RCV_TIMED_OUT 0x10004003
#define MACH_RCV_INTERRUPTED 0x10004005
#define MACH_RCV_PORT_DIED 0x10004009

// What the stubs between a program and the kernel refuse by themselves.
#define MIG_ARRAY_TOO_LARGE (-307)

#endif  // _MACH_MESSAGE_H_
