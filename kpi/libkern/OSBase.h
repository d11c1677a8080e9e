// libkern/OSBase.h
//
// Arithmetic on absolute times, and the annotations of ownership, which mean nothing here.
#ifndef _LIBKERN_OSBASE_H
#define _LIBKERN_OSBASE_H

#include <stdint.h>
#include <sys/cdefs.h>

#include <libkern/OSTypes.h>

#define AbsoluteTime_to_scalar(x) (*(uint64_t *)(x))

// t1 < = > t2 as -1, 0, 1; t1 += t2; t1 -= t2. All take pointers.
#define CMP_ABSOLUTETIME(t1, t2)                           \
  (AbsoluteTime_to_scalar(t1) > AbsoluteTime_to_scalar(t2) \
       ? (int)+1                                           \
       : (AbsoluteTime_to_scalar(t1) < AbsoluteTime_to_scalar(t2) ? (int)-1 : 0))
#define ADD_ABSOLUTETIME(t1, t2) (AbsoluteTime_to_scalar(t1) += AbsoluteTime_to_scalar(t2))
#define SUB_ABSOLUTETIME(t1, t2) (AbsoluteTime_to_scalar(t1) -= AbsoluteTime_to_scalar(t2))
#define ADD_ABSOLUTETIME_TICKS(t1, ticks) (AbsoluteTime_to_scalar(t1) += (int32_t)(ticks))

#define OS_INLINE static inline

#define LIBKERN_RETURNS_RETAINED
#define LIBKERN_RETURNS_NOT_RETAINED
#define LIBKERN_CONSUMED
#define LIBKERN_CONSUMES_THIS
#define OS_RETURNS_RETAINED
#define OS_RETURNS_NOT_RETAINED
#define OS_CONSUMED
#define OS_CONSUMES_THIS

#endif  // _LIBKERN_OSBASE_H
