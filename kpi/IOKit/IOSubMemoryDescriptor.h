// IOKit/IOSubMemoryDescriptor.h
//
// Part of the memory of another descriptor, which it retains. (service.md 1.5)
#ifndef _IOKIT_IOSUBMEMORYDESCRIPTOR_H
#define _IOKIT_IOSUBMEMORYDESCRIPTOR_H

#include <IOKit/IOMemoryDescriptor.h>

class IOSubMemoryDescriptor : public IOMemoryDescriptor {
  OSDeclareDefaultStructors(IOSubMemoryDescriptor)

 public:
  // `length` bytes of `of` from `offset` on; null if they are not all inside (OB-18). The caller
  // owns the reference.
  static OSPtr<IOSubMemoryDescriptor> withSubRange(IOMemoryDescriptor *of, IOByteCount offset,
                                                   IOByteCount length, IOOptionBits options);

  // Also changes the range of a descriptor that has one. Direction None is the parent's.
  virtual bool initSubRange(IOMemoryDescriptor *parent, IOByteCount offset, IOByteCount length,
                            IODirection withDirection);

  // Passed on to the parent.
  virtual IOReturn prepare(IODirection forDirection = kIODirectionNone) APPLE_KEXT_OVERRIDE;
  virtual IOReturn complete(IODirection forDirection = kIODirectionNone) APPLE_KEXT_OVERRIDE;

 protected:
  virtual void *getMemory() const APPLE_KEXT_OVERRIDE;
  virtual bool isReadOnly() const APPLE_KEXT_OVERRIDE;

  virtual void free() APPLE_KEXT_OVERRIDE;

  IOMemoryDescriptor *_parent;
  IOByteCount _start;
};

#endif  // _IOKIT_IOSUBMEMORYDESCRIPTOR_H
