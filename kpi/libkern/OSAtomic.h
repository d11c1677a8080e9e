// libkern/OSAtomic.h
//
// Atomic operations. Each is a choice point: another CPU may come before it, none in its middle.
// The arithmetic and bit operations return the value before. Any context.
//
// The macros only cast the address, so that a driver may pass, say, an `int *`.
#ifndef _LIBKERN_OSATOMIC_H
#define _LIBKERN_OSATOMIC_H

#include <stdint.h>

#include <libkern/OSTypes.h>
#include <mach/boolean.h>

extern "C" {

SInt8 OSAddAtomic8(SInt32 amount, volatile SInt8 *address);
SInt16 OSAddAtomic16(SInt32 amount, volatile SInt16 *address);
SInt32 OSAddAtomic(SInt32 amount, volatile SInt32 *address);
SInt64 OSAddAtomic64(SInt64 amount, volatile SInt64 *address);
long OSAddAtomicLong(long amount, volatile long *address);

SInt8 OSIncrementAtomic8(volatile SInt8 *address);
SInt16 OSIncrementAtomic16(volatile SInt16 *address);
SInt32 OSIncrementAtomic(volatile SInt32 *address);
SInt64 OSIncrementAtomic64(volatile SInt64 *address);

SInt8 OSDecrementAtomic8(volatile SInt8 *address);
SInt16 OSDecrementAtomic16(volatile SInt16 *address);
SInt32 OSDecrementAtomic(volatile SInt32 *address);
SInt64 OSDecrementAtomic64(volatile SInt64 *address);

UInt32 OSBitAndAtomic(UInt32 mask, volatile UInt32 *address);
UInt32 OSBitOrAtomic(UInt32 mask, volatile UInt32 *address);
UInt32 OSBitXorAtomic(UInt32 mask, volatile UInt32 *address);

// Stores `new_value` if `*address` is `old_value`; returns whether it was.
Boolean OSCompareAndSwap8(UInt8 old_value, UInt8 new_value, volatile UInt8 *address);
Boolean OSCompareAndSwap16(UInt16 old_value, UInt16 new_value, volatile UInt16 *address);
Boolean OSCompareAndSwap(UInt32 old_value, UInt32 new_value, volatile UInt32 *address);
Boolean OSCompareAndSwap64(UInt64 old_value, UInt64 new_value, volatile UInt64 *address);
Boolean OSCompareAndSwapPtr(void *old_value, void *new_value, void *volatile *address);

// Sets / clears bit `bit` from `address` on, counting from the most significant bit of each byte.
// Returns true if it was set / clear already.
Boolean OSTestAndSet(UInt32 bit, volatile UInt8 *address);
Boolean OSTestAndClear(UInt32 bit, volatile UInt8 *address);

}  // extern "C"

#define OSAddAtomic8(amount, address) (OSAddAtomic8((amount), (volatile SInt8 *)(address)))
#define OSAddAtomic16(amount, address) (OSAddAtomic16((amount), (volatile SInt16 *)(address)))
#define OSAddAtomic(amount, address) (OSAddAtomic((amount), (volatile SInt32 *)(address)))
#define OSAddAtomic64(amount, address) (OSAddAtomic64((amount), (volatile SInt64 *)(address)))
#define OSAddAtomicLong(amount, address) (OSAddAtomicLong((amount), (volatile long *)(address)))
#define OSIncrementAtomic8(address) (OSIncrementAtomic8((volatile SInt8 *)(address)))
#define OSIncrementAtomic16(address) (OSIncrementAtomic16((volatile SInt16 *)(address)))
#define OSIncrementAtomic(address) (OSIncrementAtomic((volatile SInt32 *)(address)))
#define OSIncrementAtomic64(address) (OSIncrementAtomic64((volatile SInt64 *)(address)))
#define OSDecrementAtomic8(address) (OSDecrementAtomic8((volatile SInt8 *)(address)))
#define OSDecrementAtomic16(address) (OSDecrementAtomic16((volatile SInt16 *)(address)))
#define OSDecrementAtomic(address) (OSDecrementAtomic((volatile SInt32 *)(address)))
#define OSDecrementAtomic64(address) (OSDecrementAtomic64((volatile SInt64 *)(address)))
#define OSBitAndAtomic(mask, address) (OSBitAndAtomic((mask), (volatile UInt32 *)(address)))
#define OSBitOrAtomic(mask, address) (OSBitOrAtomic((mask), (volatile UInt32 *)(address)))
#define OSBitXorAtomic(mask, address) (OSBitXorAtomic((mask), (volatile UInt32 *)(address)))
#define OSCompareAndSwap8(a, b, address) (OSCompareAndSwap8((a), (b), (volatile UInt8 *)(address)))
#define OSCompareAndSwap16(a, b, address) \
  (OSCompareAndSwap16((a), (b), (volatile UInt16 *)(address)))
#define OSCompareAndSwap(a, b, address) (OSCompareAndSwap((a), (b), (volatile UInt32 *)(address)))
#define OSCompareAndSwap64(a, b, address) \
  (OSCompareAndSwap64((a), (b), (volatile UInt64 *)(address)))
#define OSCompareAndSwapPtr(a, b, address) \
  (OSCompareAndSwapPtr((a), (b), (void *volatile *)(address)))

inline void OSMemoryBarrier(void) { __sync_synchronize(); }
inline void OSSynchronizeIO(void) {}

#endif  // _LIBKERN_OSATOMIC_H
