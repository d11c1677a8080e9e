// IOKit/IOTypes.h
//
// The basic types and constants of I/O Kit. (workloop.md 0.3, 0.4)
#ifndef _IOKIT_IOTYPES_H
#define _IOKIT_IOTYPES_H

#include <stddef.h>
#include <stdint.h>

#include <IOKit/IOReturn.h>
#include <kern/kern_types.h>
#include <libkern/OSTypes.h>
#include <mach/boolean.h>
#include <mach/vm_types.h>

typedef UInt32 IOOptionBits;
typedef SInt32 IOFixed;
typedef UInt32 IOVersion;
typedef UInt32 IOItemCount;
typedef UInt32 IOCacheMode;
typedef UInt32 IOSelect;

typedef UInt64 IOByteCount;
typedef UInt64 IOByteCount64;
typedef UInt32 IOByteCount32;

typedef mach_vm_address_t IOVirtualAddress;
typedef vm_offset_t IOLogicalAddress;
typedef UInt64 IOPhysicalAddress;
typedef UInt64 IOPhysicalAddress64;
typedef UInt32 IOPhysicalAddress32;
typedef UInt64 IOPhysicalLength;
typedef UInt64 IOAddressRangeLength;

struct IOAddressRange {
  mach_vm_address_t address;
  mach_vm_size_t length;
};
struct IOVirtualRange {
  IOVirtualAddress address;
  IOByteCount length;
};
struct IOPhysicalRange {
  IOPhysicalAddress address;
  IOByteCount length;
};

// Lengths of time units in nanoseconds, as setTimeout and clock_interval_to_deadline take them.
enum {
  kNanosecondScale = 1,
  kMicrosecondScale = 1000,
  kMillisecondScale = 1000 * 1000,
  kSecondScale = 1000 * 1000 * 1000,
  kTickScale = kSecondScale / 100,
};

// How memory is cached when mapped. Accepted everywhere, and without effect.
enum {
  kIODefaultCache = 0,
  kIOInhibitCache = 1,
  kIOWriteThruCache = 2,
  kIOCopybackCache = 3,
  kIOWriteCombineCache = 4,
};

// Options of mapping memory.
enum {
  kIOMapAnywhere = 0x00000001,
  kIOMapCacheMask = 0x00000f00,
  kIOMapCacheShift = 8,
  kIOMapDefaultCache = kIODefaultCache << kIOMapCacheShift,
  kIOMapInhibitCache = kIOInhibitCache << kIOMapCacheShift,
  kIOMapReadOnly = 0x00001000,
  kIOMapReference = 0x00100000,
};

// A number and what to call it.
typedef struct IONamedValue {
  int value;
  const char *name;
} IONamedValue;

typedef thread_t IOThread;

#endif  // _IOKIT_IOTYPES_H
