// IOBufferMemoryDescriptor: a descriptor that owns the memory it describes.
#include <algorithm>
#include <cstring>

#include <IOKit/IOBufferMemoryDescriptor.h>

#include "absl/strings/str_cat.h"
#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/panic.h"

#define super IOGeneralMemoryDescriptor
OSDefineMetaClassAndStructors(IOBufferMemoryDescriptor, IOGeneralMemoryDescriptor)

OSPtr<IOBufferMemoryDescriptor> IOBufferMemoryDescriptor::withCapacity(vm_size_t capacity,
                                                                       IODirection withDirection,
                                                                       bool) {
  return withOptions(withDirection, capacity);
}

OSPtr<IOBufferMemoryDescriptor> IOBufferMemoryDescriptor::withOptions(IOOptionBits options,
                                                                      vm_size_t capacity,
                                                                      vm_offset_t alignment) {
  auto *buffer = new IOBufferMemoryDescriptor;
  if (!buffer->initWithOptions(options, capacity, alignment)) {
    buffer->release();
    return nullptr;
  }
  return buffer;
}

OSPtr<IOBufferMemoryDescriptor> IOBufferMemoryDescriptor::inTaskWithOptions(task_t,
                                                                            IOOptionBits options,
                                                                            vm_size_t capacity,
                                                                            vm_offset_t alignment) {
  return withOptions(options, capacity, alignment);
}

OSPtr<IOBufferMemoryDescriptor> IOBufferMemoryDescriptor::inTaskWithPhysicalMask(
    task_t, IOOptionBits options, mach_vm_size_t capacity, mach_vm_address_t physicalMask) {
  const vm_offset_t lowestBit = physicalMask & -physicalMask;
  return withOptions(options, capacity, lowestBit);
}

OSPtr<IOBufferMemoryDescriptor> IOBufferMemoryDescriptor::withBytes(const void *bytes,
                                                                    vm_size_t withLength,
                                                                    IODirection withDirection,
                                                                    bool) {
  IOBufferMemoryDescriptor *const buffer = withOptions(withDirection, withLength);
  if (buffer == nullptr) return nullptr;
  buffer->setLength(0);
  buffer->appendBytes(bytes, withLength);
  return buffer;
}

bool IOBufferMemoryDescriptor::initWithOptions(IOOptionBits options, vm_size_t capacity,
                                               vm_offset_t alignment) {
  if (capacity == 0 || (alignment & (alignment - 1)) != 0) return false;
  void *const memory =
      drydock::HeapAllocate(drydock::BlockKind::kInternal, capacity, /*zero=*/true, alignment);
  _capacity = capacity;
  return initWithRange(memory, capacity, static_cast<IODirection>(options & kIODirectionInOut));
}

void IOBufferMemoryDescriptor::free() {
  drydock::HeapFree(_address);
  super::free();
}

bool IOBufferMemoryDescriptor::isReadOnly() const { return false; }

void IOBufferMemoryDescriptor::setLength(vm_size_t length) {
  if (length > _capacity) {
    drydock::kernel::Misuse(
        "buffer-length-beyond-capacity",
        absl::StrCat("IOBufferMemoryDescriptor #", drydock::ObjectIdOf(this), " of ", _capacity,
                     " bytes was told to be ", length, " bytes long"));
    return;
  }
  _length = length;
}

void IOBufferMemoryDescriptor::setDirection(IODirection direction) {
  _flags = direction & kIODirectionInOut;
}

vm_size_t IOBufferMemoryDescriptor::getCapacity() const { return _capacity; }

void *IOBufferMemoryDescriptor::getBytesNoCopy() { return _address; }

void *IOBufferMemoryDescriptor::getBytesNoCopy(vm_size_t start, vm_size_t withLength) {
  if (start >= _length || withLength > _length - start) return nullptr;
  return static_cast<char *>(_address) + start;
}

bool IOBufferMemoryDescriptor::appendBytes(const void *bytes, vm_size_t withLength) {
  const vm_size_t stored = std::min<vm_size_t>(withLength, _capacity - _length);
  if (stored > 0) std::memcpy(static_cast<char *>(_address) + _length, bytes, stored);
  _length += stored;
  return true;
}
