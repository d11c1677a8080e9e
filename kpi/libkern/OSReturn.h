// libkern/OSReturn.h
//
// What libkern calls return.
#ifndef _LIBKERN_OSRETURN_H
#define _LIBKERN_OSRETURN_H

#include <mach/error.h>

typedef kern_return_t OSReturn;

#define sys_libkern err_system(0x37)
#define sub_libkern_common err_sub(0)
#define sub_libkern_metaclass err_sub(1)
#define sub_libkern_reserved err_sub(-1)

#define libkern_common_err(code) (sys_libkern | sub_libkern_common | (code))
#define libkern_metaclass_err(code) (sys_libkern | sub_libkern_metaclass | (code))

#define kOSReturnSuccess 0
#define kOSReturnError libkern_common_err(1)

#endif  // _LIBKERN_OSRETURN_H
