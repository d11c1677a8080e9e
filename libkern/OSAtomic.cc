// <libkern/OSAtomic.h>: atomic operations, each a choice point.
#include <libkern/OSAtomic.h>

#include "scheduler/kernel/memory.h"

// Here the names themselves are defined, not their casting macros.
#undef OSAddAtomic8
#undef OSAddAtomic16
#undef OSAddAtomic
#undef OSAddAtomic64
#undef OSAddAtomicLong
#undef OSIncrementAtomic8
#undef OSIncrementAtomic16
#undef OSIncrementAtomic
#undef OSIncrementAtomic64
#undef OSDecrementAtomic8
#undef OSDecrementAtomic16
#undef OSDecrementAtomic
#undef OSDecrementAtomic64
#undef OSBitAndAtomic
#undef OSBitOrAtomic
#undef OSBitXorAtomic
#undef OSCompareAndSwap8
#undef OSCompareAndSwap16
#undef OSCompareAndSwap
#undef OSCompareAndSwap64
#undef OSCompareAndSwapPtr

using drydock::kernel::AtomicChange;

namespace {

template <typename T, typename Amount>
T Add(Amount amount, volatile T *address) {
  AtomicChange(address, sizeof(T));
  return __atomic_fetch_add(address, static_cast<T>(amount), __ATOMIC_SEQ_CST);
}

template <typename T>
Boolean Swap(T old_value, T new_value, volatile T *address) {
  AtomicChange(address, sizeof(T));
  return __atomic_compare_exchange_n(address, &old_value, new_value, /*weak=*/false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// Bits are counted from the most significant of each byte.
UInt8 MaskOf(UInt32 bit) { return static_cast<UInt8>(0x80 >> (bit % 8)); }

}  // namespace

SInt8 OSAddAtomic8(SInt32 amount, volatile SInt8 *address) { return Add(amount, address); }
SInt16 OSAddAtomic16(SInt32 amount, volatile SInt16 *address) { return Add(amount, address); }
SInt32 OSAddAtomic(SInt32 amount, volatile SInt32 *address) { return Add(amount, address); }
SInt64 OSAddAtomic64(SInt64 amount, volatile SInt64 *address) { return Add(amount, address); }
long OSAddAtomicLong(long amount, volatile long *address) { return Add(amount, address); }

SInt8 OSIncrementAtomic8(volatile SInt8 *address) { return Add(1, address); }
SInt16 OSIncrementAtomic16(volatile SInt16 *address) { return Add(1, address); }
SInt32 OSIncrementAtomic(volatile SInt32 *address) { return Add(1, address); }
SInt64 OSIncrementAtomic64(volatile SInt64 *address) { return Add(1, address); }

SInt8 OSDecrementAtomic8(volatile SInt8 *address) { return Add(-1, address); }
SInt16 OSDecrementAtomic16(volatile SInt16 *address) { return Add(-1, address); }
SInt32 OSDecrementAtomic(volatile SInt32 *address) { return Add(-1, address); }
SInt64 OSDecrementAtomic64(volatile SInt64 *address) { return Add(-1, address); }

UInt32 OSBitAndAtomic(UInt32 mask, volatile UInt32 *address) {
  AtomicChange(address, sizeof(*address));
  return __atomic_fetch_and(address, mask, __ATOMIC_SEQ_CST);
}

UInt32 OSBitOrAtomic(UInt32 mask, volatile UInt32 *address) {
  AtomicChange(address, sizeof(*address));
  return __atomic_fetch_or(address, mask, __ATOMIC_SEQ_CST);
}

UInt32 OSBitXorAtomic(UInt32 mask, volatile UInt32 *address) {
  AtomicChange(address, sizeof(*address));
  return __atomic_fetch_xor(address, mask, __ATOMIC_SEQ_CST);
}

Boolean OSCompareAndSwap8(UInt8 old_value, UInt8 new_value, volatile UInt8 *address) {
  return Swap(old_value, new_value, address);
}

Boolean OSCompareAndSwap16(UInt16 old_value, UInt16 new_value, volatile UInt16 *address) {
  return Swap(old_value, new_value, address);
}

Boolean OSCompareAndSwap(UInt32 old_value, UInt32 new_value, volatile UInt32 *address) {
  return Swap(old_value, new_value, address);
}

Boolean OSCompareAndSwap64(UInt64 old_value, UInt64 new_value, volatile UInt64 *address) {
  return Swap(old_value, new_value, address);
}

Boolean OSCompareAndSwapPtr(void *old_value, void *new_value, void *volatile *address) {
  return Swap(old_value, new_value, address);
}

Boolean OSTestAndSet(UInt32 bit, volatile UInt8 *address) {
  AtomicChange(address + bit / 8, 1);
  const UInt8 mask = MaskOf(bit);
  return (__atomic_fetch_or(address + bit / 8, mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

Boolean OSTestAndClear(UInt32 bit, volatile UInt8 *address) {
  AtomicChange(address + bit / 8, 1);
  const UInt8 mask = MaskOf(bit);
  return (__atomic_fetch_and(address + bit / 8, static_cast<UInt8>(~mask), __ATOMIC_SEQ_CST) &
          mask) == 0;
}
