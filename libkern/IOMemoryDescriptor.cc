// IOMemoryDescriptor: a span of memory, its preparation and its mapping.
#include <cstring>

#include <IOKit/IOMemoryDescriptor.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/panic.h"

namespace kernel = drydock::kernel;

OSDefineMetaClassAndAbstractStructors(IOMemoryDescriptor, OSObject)
OSDefineMetaClassAndStructors(IOGeneralMemoryDescriptor, IOMemoryDescriptor)
OSDefineMetaClassAndStructors(IOMemoryMap, OSObject)

OSPtr<IOMemoryDescriptor> IOMemoryDescriptor::withAddress(void *address, IOByteCount withLength,
                                                          IODirection withDirection) {
  auto *memory = new IOGeneralMemoryDescriptor;
  if (!memory->initWithRange(address, withLength, withDirection)) {
    memory->release();
    return nullptr;
  }
  return memory;
}

OSPtr<IOMemoryDescriptor> IOMemoryDescriptor::withAddressRange(mach_vm_address_t address,
                                                               mach_vm_size_t length,
                                                               IOOptionBits options, task_t) {
  return withAddress(reinterpret_cast<void *>(address), length,
                     static_cast<IODirection>(options & kIODirectionInOut));
}

IODirection IOMemoryDescriptor::getDirection() const {
  return static_cast<IODirection>(_flags & kIODirectionInOut);
}

IOByteCount IOMemoryDescriptor::getLength() const { return _length; }

void IOMemoryDescriptor::setTag(IOOptionBits tag) { _tag = tag; }

IOOptionBits IOMemoryDescriptor::getTag() const { return _tag; }

IOByteCount IOMemoryDescriptor::readBytes(IOByteCount offset, void *bytes, IOByteCount withLength) {
  if (offset > _length || withLength > _length - offset) return 0;
  if (withLength > 0)
    std::memcpy(bytes, static_cast<const char *>(getMemory()) + offset, withLength);
  return withLength;
}

IOByteCount IOMemoryDescriptor::writeBytes(IOByteCount offset, const void *bytes,
                                           IOByteCount withLength) {
  if (isReadOnly() || offset > _length || withLength > _length - offset) return 0;
  char *const start = static_cast<char *>(getMemory()) + offset;
  if (bytes == nullptr) {
    std::memset(start, 0, withLength);
  } else if (withLength > 0) {
    std::memcpy(start, bytes, withLength);
  }
  return withLength;
}

OSPtr<IOMemoryMap> IOMemoryDescriptor::map(IOOptionBits) {
  auto *map = new IOMemoryMap;
  map->init();
  retain();
  map->memory = this;
  return map;
}

bool IOGeneralMemoryDescriptor::initWithRange(void *address, IOByteCount length,
                                              IODirection direction) {
  if ((address == nullptr && length > 0) || !IOMemoryDescriptor::init()) return false;
  _address = address;
  _length = length;
  _flags = direction;
  return true;
}

IOReturn IOGeneralMemoryDescriptor::prepare(IODirection forDirection) {
  if (_wireCount++ == 0) {
    const IODirection direction = forDirection == kIODirectionNone ? getDirection() : forDirection;
    _preparedReadOnly = (direction & kIODirectionInOut) == kIODirectionOut;
  }
  return kIOReturnSuccess;
}

IOReturn IOGeneralMemoryDescriptor::complete(IODirection) {
  if (_wireCount == 0) {
    kernel::Misuse("complete-without-prepare",
                   absl::StrCat("complete of ", getMetaClass()->getClassName(), " #",
                                drydock::ObjectIdOf(this), " was called more often than prepare"));
  } else if (--_wireCount == 0) {
    _preparedReadOnly = false;
  }
  return kIOReturnSuccess;
}

void *IOGeneralMemoryDescriptor::getMemory() const { return _address; }

bool IOGeneralMemoryDescriptor::isReadOnly() const { return _preparedReadOnly; }

void IOMemoryMap::free() {
  OSSafeReleaseNULL(memory);
  OSObject::free();
}

IOVirtualAddress IOMemoryMap::getVirtualAddress() { return getAddress(); }

mach_vm_address_t IOMemoryMap::getAddress() {
  return reinterpret_cast<mach_vm_address_t>(memory->getMemory());
}

IOByteCount IOMemoryMap::getLength() { return memory->getLength(); }

mach_vm_size_t IOMemoryMap::getSize() { return memory->getLength(); }

IOMemoryDescriptor *IOMemoryMap::getMemoryDescriptor() { return memory; }

IOReturn IOMemoryMap::unmap() { return kIOReturnSuccess; }
