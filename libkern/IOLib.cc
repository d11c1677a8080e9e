// <IOKit/IOLib.h>: memory, delays, logging and threads.
#include <cstring>

#include <IOKit/IOLib.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libkern/kernel_heap.h"
#include "libkern/kernel_printf.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"

using drydock::BlockKind;
namespace kernel = drydock::kernel;

namespace {

constexpr vm_size_t kPage = 4096;

// The kernel's allocator may wait for memory, or for its own locks.
void MayWaitFor(const char *what) {
  const bool in_interrupt = kernel::InInterruptContext();
  if (kernel::MayBlock() || (!in_interrupt && kernel::CurrentThread() == nullptr)) return;
  kernel::Misuse(
      "memory-where-nothing-may-wait",
      absl::StrCat("memory is ", what,
                   in_interrupt ? " in primary-interrupt context" : " while a spin lock is held"));
}

void *Allocate(vm_size_t size, vm_size_t alignment, bool zero) {
  MayWaitFor("allocated");
  return size == 0 ? nullptr : drydock::HeapAllocate(BlockKind::kMemory, size, zero, alignment);
}

void Free(void *address, vm_size_t size) {
  if (address == nullptr) return;
  MayWaitFor("freed");
  const size_t allocated = drydock::HeapBlockSize(address);
  if (size != allocated) {
    kernel::Misuse("free-with-wrong-size",
                   absl::StrCat("memory of ", allocated, " bytes was freed as ", size));
  }
  drydock::HeapFree(address);
}

vm_size_t RoundToPage(vm_size_t size) { return (size + kPage - 1) & ~(kPage - 1); }

}  // namespace

void *IOMalloc(vm_size_t size) { return Allocate(size, 1, /*zero=*/false); }

void *IOMallocZero(vm_size_t size) { return Allocate(size, 1, /*zero=*/true); }

void IOFree(void *address, vm_size_t size) { Free(address, size); }

void *IOMallocAligned(vm_size_t size, vm_size_t alignment) {
  return Allocate(size, alignment, /*zero=*/false);
}

void IOFreeAligned(void *address, vm_size_t size) { Free(address, size); }

void *IOMallocContiguous(vm_size_t size, vm_size_t alignment, IOPhysicalAddress *physicalAddress) {
  void *const address = Allocate(size, alignment, /*zero=*/false);
  if (physicalAddress != nullptr) *physicalAddress = reinterpret_cast<IOPhysicalAddress>(address);
  return address;
}

void IOFreeContiguous(void *address, vm_size_t size) { Free(address, size); }

void *IOMallocPageable(vm_size_t size, vm_size_t alignment) {
  return Allocate(RoundToPage(size), alignment > kPage ? alignment : kPage, /*zero=*/false);
}

void IOFreePageable(void *address, vm_size_t size) { Free(address, RoundToPage(size)); }

void IOLog(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  IOLogv(format, arguments);
  va_end(arguments);
}

void IOLogv(const char *format, va_list arguments) {
  const std::string text = drydock::FormatKernelText(format, arguments);
  kernel::Log(absl::StripSuffix(text, "\n"));
}

void IOPanic(const char *reason) { kernel::Panic(reason); }

void IOSleep(unsigned milliseconds) { kernel::Sleep(milliseconds * kernel::kMillisecond); }

void IOSleepWithLeeway(unsigned intervalMilliseconds, unsigned) { IOSleep(intervalMilliseconds); }

void IODelay(unsigned microseconds) { kernel::Delay(microseconds * kernel::kMicrosecond); }

void IOPause(unsigned nanoseconds) { kernel::Delay(nanoseconds); }

IOThread IOCreateThread(void (*function)(void *argument), void *argument) {
  kernel::ThreadOptions options;
  options.name = "kernel thread";
  return kernel::ThreadStart(options, [function, argument] { function(argument); });
}

const char *IOFindNameForValue(int value, const IONamedValue *namedValueArray) {
  for (; namedValueArray->name != nullptr; ++namedValueArray) {
    if (namedValueArray->value == value) return namedValueArray->name;
  }
  return "UNDEFINED";
}

IOReturn IOFindValueForName(const char *string, const IONamedValue *namedValueArray, int *value) {
  for (; namedValueArray->name != nullptr; ++namedValueArray) {
    if (std::strcmp(namedValueArray->name, string) != 0) continue;
    *value = namedValueArray->value;
    return kIOReturnSuccess;
  }
  return kIOReturnBadArgument;
}
