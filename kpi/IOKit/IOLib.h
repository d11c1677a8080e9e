// IOKit/IOLib.h
//
// Memory, time, threads and the log.
//
// Memory comes from the kernel heap: what a run leaves behind is reported and freed with it. New
// memory has defined contents, so that a driver that forgets to initialise it fails in the same way
// in every run: zeros from the …Zero and …Type kinds and IONewZero, the byte 0xaa from the others.
#ifndef _IOKIT_IOLIB_H
#define _IOKIT_IOLIB_H

#include <stdarg.h>

#include <IOKit/IOLocks.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <kern/clock.h>
#include <kern/debug.h>
#include <kern/task.h>
#include <kern/thread.h>
#include <libkern/OSAtomic.h>
#include <libkern/libkern.h>

extern "C" {

// Memory of `size` bytes, aligned to 16; null if `size` is 0. Not in interrupt context.
void *IOMalloc(vm_size_t size);
void *IOMallocZero(vm_size_t size);
// Frees the memory. It is a finding if `size` is not that of the allocation.
void IOFree(void *address, vm_size_t size);

// Memory that starts at a multiple of `alignment`, a power of two.
void *IOMallocAligned(vm_size_t size, vm_size_t alignment);
void IOFreeAligned(void *address, vm_size_t size);

// Memory that hardware can address. `physicalAddress`, if not null, is set to the address itself:
// the simulated machine has no other.
void *IOMallocContiguous(vm_size_t size, vm_size_t alignment, IOPhysicalAddress *physicalAddress);
void IOFreeContiguous(void *address, vm_size_t size);

// Memory in whole pages.
void *IOMallocPageable(vm_size_t size, vm_size_t alignment);
void IOFreePageable(void *address, vm_size_t size);

// Writes a line to the log. Pointers come out as "<ptr>", as on a Mac, so that two runs compare
// equal. Any context.
void IOLog(const char *format, ...) __attribute__((format(printf, 1, 2)));
void IOLogv(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

// Ends the run with a panic.
[[noreturn]] void IOPanic(const char *reason);

// Blocks for at least so many milliseconds. Thread context.
void IOSleep(unsigned milliseconds);
// The same; on a Mac it may take up to the leeway longer.
void IOSleepWithLeeway(unsigned intervalMilliseconds, unsigned leewayMilliseconds);
// Busy-waits for so many microseconds / nanoseconds; the CPU stays taken. Any context.
void IODelay(unsigned microseconds);
void IOPause(unsigned nanoseconds);

// Starts a thread that calls `function(argument)` and ends when that returns.
IOThread IOCreateThread(void (*function)(void *argument), void *argument);

// The name of a value in a table that ends with a null name, or "UNDEFINED".
const char *IOFindNameForValue(int value, const IONamedValue *namedValueArray);
// The value of a name. kIOReturnBadArgument if there is none.
IOReturn IOFindValueForName(const char *string, const IONamedValue *namedValueArray, int *value);

}  // extern "C"

// The calling thread.
#define IOThreadSelf() (current_thread())

#define IOMallocData(size) IOMalloc(size)
#define IOMallocZeroData(size) IOMallocZero(size)
#define IOFreeData(address, size) IOFree((address), (size))

// One object of a type, all zero; no constructor or destructor runs.
#define IOMallocType(type) ((type *)IOMallocZero(sizeof(type)))
#define IOFreeType(element, type)            \
  do {                                       \
    IOFree((void *)(element), sizeof(type)); \
    (element) = NULL;                        \
  } while (0)

// `count` objects of a type.
#define IONew(type, count) ((type *)IOMalloc(sizeof(type) * (count)))
#define IONewZero(type, count) ((type *)IOMallocZero(sizeof(type) * (count)))
#define IODelete(pointer, type, count) IOFree((void *)(pointer), sizeof(type) * (count))
#define IOSafeDeleteNULL(pointer, type, count)                 \
  do {                                                         \
    if ((pointer) != NULL) IODelete((pointer), type, (count)); \
    (pointer) = NULL;                                          \
  } while (0)
#define IONewData(type, count) IONew(type, count)
#define IODeleteData(pointer, type, count) IODelete(pointer, type, count)

// `value` rounded up / down to a multiple of a power of two.
#define IORound(value, multiple) ((((value) + (multiple)-1) / (multiple)) * (multiple))
#define IOTrunc(value, multiple) (((value) / (multiple)) * (multiple))

#define IOStaticAssert(condition) static_assert(condition)

#endif  // _IOKIT_IOLIB_H
