// libkern/OSByteOrder.h
//
// Byte order: swapping, and reading and writing integers of either order at any address.
#ifndef _LIBKERN_OSBYTEORDER_H
#define _LIBKERN_OSBYTEORDER_H

#include <stdint.h>
#include <string.h>

#define OSSwapInt16(x) __builtin_bswap16((uint16_t)(x))
#define OSSwapInt32(x) __builtin_bswap32((uint32_t)(x))
#define OSSwapInt64(x) __builtin_bswap64((uint64_t)(x))
#define OSSwapConstInt16(x) OSSwapInt16(x)
#define OSSwapConstInt32(x) OSSwapInt32(x)
#define OSSwapConstInt64(x) OSSwapInt64(x)

enum { OSUnknownByteOrder, OSLittleEndian, OSBigEndian };

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
inline int32_t OSHostByteOrder(void) { return OSLittleEndian; }
#define _OSLittle16(x) ((uint16_t)(x))
#define _OSLittle32(x) ((uint32_t)(x))
#define _OSLittle64(x) ((uint64_t)(x))
#define _OSBig16(x) OSSwapInt16(x)
#define _OSBig32(x) OSSwapInt32(x)
#define _OSBig64(x) OSSwapInt64(x)
#else
inline int32_t OSHostByteOrder(void) { return OSBigEndian; }
#define _OSLittle16(x) OSSwapInt16(x)
#define _OSLittle32(x) OSSwapInt32(x)
#define _OSLittle64(x) OSSwapInt64(x)
#define _OSBig16(x) ((uint16_t)(x))
#define _OSBig32(x) ((uint32_t)(x))
#define _OSBig64(x) ((uint64_t)(x))
#endif

#define OSSwapHostToLittleInt16(x) _OSLittle16(x)
#define OSSwapHostToLittleInt32(x) _OSLittle32(x)
#define OSSwapHostToLittleInt64(x) _OSLittle64(x)
#define OSSwapLittleToHostInt16(x) _OSLittle16(x)
#define OSSwapLittleToHostInt32(x) _OSLittle32(x)
#define OSSwapLittleToHostInt64(x) _OSLittle64(x)
#define OSSwapHostToBigInt16(x) _OSBig16(x)
#define OSSwapHostToBigInt32(x) _OSBig32(x)
#define OSSwapHostToBigInt64(x) _OSBig64(x)
#define OSSwapBigToHostInt16(x) _OSBig16(x)
#define OSSwapBigToHostInt32(x) _OSBig32(x)
#define OSSwapBigToHostInt64(x) _OSBig64(x)

#define OSSwapHostToLittleConstInt16(x) _OSLittle16(x)
#define OSSwapHostToLittleConstInt32(x) _OSLittle32(x)
#define OSSwapHostToLittleConstInt64(x) _OSLittle64(x)
#define OSSwapLittleToHostConstInt16(x) _OSLittle16(x)
#define OSSwapLittleToHostConstInt32(x) _OSLittle32(x)
#define OSSwapLittleToHostConstInt64(x) _OSLittle64(x)
#define OSSwapHostToBigConstInt16(x) _OSBig16(x)
#define OSSwapHostToBigConstInt32(x) _OSBig32(x)
#define OSSwapHostToBigConstInt64(x) _OSBig64(x)
#define OSSwapBigToHostConstInt16(x) _OSBig16(x)
#define OSSwapBigToHostConstInt32(x) _OSBig32(x)
#define OSSwapBigToHostConstInt64(x) _OSBig64(x)

// OSReadLittleInt16(base, offset) … OSWriteBigInt64(base, offset, value), for each order and width.
#define _OS_DEFINE_ACCESS(order, bits)                                                          \
  inline uint##bits##_t OSRead##order##Int##bits(const volatile void *base, uintptr_t offset) { \
    uint##bits##_t value;                                                                       \
    memcpy(&value, (const char *)(uintptr_t)base + offset, sizeof(value));                      \
    return _OS##order##bits(value);                                                             \
  }                                                                                             \
  inline void OSWrite##order##Int##bits(volatile void *base, uintptr_t offset,                  \
                                        uint##bits##_t value) {                                 \
    value = _OS##order##bits(value);                                                            \
    memcpy((char *)(uintptr_t)base + offset, &value, sizeof(value));                            \
  }
_OS_DEFINE_ACCESS(Little, 16)
_OS_DEFINE_ACCESS(Little, 32)
_OS_DEFINE_ACCESS(Little, 64)
_OS_DEFINE_ACCESS(Big, 16)
_OS_DEFINE_ACCESS(Big, 32)
_OS_DEFINE_ACCESS(Big, 64)
#undef _OS_DEFINE_ACCESS

#endif  // _LIBKERN_OSBYTEORDER_H
