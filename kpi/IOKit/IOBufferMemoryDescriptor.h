// IOKit/IOBufferMemoryDescriptor.h
//
// A memory descriptor with memory of its own, all zero at first. It may be used in part: the length
// is at most the capacity. (service.md 1.5)
#ifndef _IOKIT_IOBUFFERMEMORYDESCRIPTOR_H
#define _IOKIT_IOBUFFERMEMORYDESCRIPTOR_H

#include <IOKit/IOMemoryDescriptor.h>

class IOBufferMemoryDescriptor : public IOGeneralMemoryDescriptor {
  OSDeclareDefaultStructors(IOBufferMemoryDescriptor)

 public:
  // A new buffer whose length is its capacity; null if that is 0. `alignment` is a power of two or
  // 0. The caller owns the reference.
  static OSPtr<IOBufferMemoryDescriptor> withCapacity(vm_size_t capacity, IODirection withDirection,
                                                      bool withContiguousMemory = false);
  static OSPtr<IOBufferMemoryDescriptor> withOptions(IOOptionBits options, vm_size_t capacity,
                                                     vm_offset_t alignment = 1);
  static OSPtr<IOBufferMemoryDescriptor> inTaskWithOptions(task_t inTask, IOOptionBits options,
                                                           vm_size_t capacity,
                                                           vm_offset_t alignment = 1);
  // The mask says which bits of an address hardware can produce; its low zeros are taken as an
  // alignment.
  static OSPtr<IOBufferMemoryDescriptor> inTaskWithPhysicalMask(task_t inTask, IOOptionBits options,
                                                                mach_vm_size_t capacity,
                                                                mach_vm_address_t physicalMask);
  // With a copy of `bytes`.
  static OSPtr<IOBufferMemoryDescriptor> withBytes(const void *bytes, vm_size_t withLength,
                                                   IODirection withDirection,
                                                   bool withContiguousMemory = false);

  // Sets the used part of the buffer. More than the capacity is a finding, and nothing happens.
  virtual void setLength(vm_size_t length);
  virtual void setDirection(IODirection direction);
  virtual vm_size_t getCapacity() const;

  // The memory; null if the part is not inside the length.
  virtual void *getBytesNoCopy();
  virtual void *getBytesNoCopy(vm_size_t start, vm_size_t withLength);

  // Appends bytes and makes the used part longer. Bytes beyond the capacity are dropped, and the
  // result is true all the same (OB-17).
  virtual bool appendBytes(const void *bytes, vm_size_t withLength);

 protected:
  bool initWithOptions(IOOptionBits options, vm_size_t capacity, vm_offset_t alignment);

  // Buffers are made wired, so a later prepare cannot make them read-only.
  virtual bool isReadOnly() const APPLE_KEXT_OVERRIDE;

  virtual void free() APPLE_KEXT_OVERRIDE;

 private:
  vm_size_t _capacity;
};

#endif  // _IOKIT_IOBUFFERMEMORYDESCRIPTOR_H
