// IOKit/IOMemoryDescriptor.h
//
// Memory for I/O: a range, the direction data takes, and whether it is ready for hardware.
// (service.md 1.5)
//
// There is one address space, so mapping is free and tasks are ignored. A descriptor is not locked:
// serialise the access to one that is shared.
#ifndef _IOKIT_IOMEMORYDESCRIPTOR_H
#define _IOKIT_IOMEMORYDESCRIPTOR_H

#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <kern/task.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

// As seen from memory: In is from the device to memory.
enum IODirection : UInt32 {
  kIODirectionNone = 0x0,
  kIODirectionIn = 0x1,
  kIODirectionOut = 0x2,
  kIODirectionOutIn = kIODirectionOut | kIODirectionIn,
  kIODirectionInOut = kIODirectionIn | kIODirectionOut,
};

// Options, of which only the direction means anything here. Not an enum: they are or-ed with
// directions.
inline constexpr IOOptionBits kIOMemoryDirectionMask = 0x00000007;
inline constexpr IOOptionBits kIOMemoryPhysicallyContiguous = 0x00000010;
inline constexpr IOOptionBits kIOMemoryPageable = 0x00000020;
inline constexpr IOOptionBits kIOMemoryPurgeable = 0x00000040;
inline constexpr IOOptionBits kIOMemoryMapperNone = 0x00000800;
inline constexpr IOOptionBits kIOMemorySharingTypeMask = 0x000f0000;
inline constexpr IOOptionBits kIOMemoryUnshared = 0x00000000;
inline constexpr IOOptionBits kIOMemoryKernelUserShared = 0x00010000;
inline constexpr IOOptionBits kIOMemoryHostPhysicallyContiguous = 0x00100000;

class IOMemoryMap;

class IOMemoryDescriptor : public OSObject {
  OSDeclareAbstractStructors(IOMemoryDescriptor)

 public:
  // A descriptor of existing memory, which must outlive it. The caller owns the reference.
  static OSPtr<IOMemoryDescriptor> withAddress(void *address, IOByteCount withLength,
                                               IODirection withDirection);
  static OSPtr<IOMemoryDescriptor> withAddressRange(mach_vm_address_t address,
                                                    mach_vm_size_t length, IOOptionBits options,
                                                    task_t task);

  virtual IODirection getDirection() const;
  virtual IOByteCount getLength() const;

  // For the driver's own use.
  virtual void setTag(IOOptionBits tag);
  virtual IOOptionBits getTag() const;

  // Copies `withLength` bytes from `offset` on out of / into the memory; returns how many: all, or
  // 0 if the range is not inside (OB-16). A null source writes zeros. Memory prepared for output
  // only cannot be written: 0.
  virtual IOByteCount readBytes(IOByteCount offset, void *bytes, IOByteCount withLength);
  virtual IOByteCount writeBytes(IOByteCount offset, const void *bytes, IOByteCount withLength);

  // Prepares the memory for hardware, and undoes that. The calls nest, and the direction of the
  // first prepare counts (None: the descriptor's own). Both return kIOReturnSuccess; one complete
  // too many is a finding.
  virtual IOReturn prepare(IODirection forDirection = kIODirectionNone) = 0;
  virtual IOReturn complete(IODirection forDirection = kIODirectionNone) = 0;

  // A map of the whole memory, which retains the descriptor; +1.
  OSPtr<IOMemoryMap> map(IOOptionBits options = 0);

 protected:
  friend class IOMemoryMap;
  friend class IOSubMemoryDescriptor;

  // The first byte of the memory.
  virtual void *getMemory() const = 0;
  // Whether the memory is prepared for output only.
  virtual bool isReadOnly() const = 0;

  IOOptionBits _flags;  // the direction
  IOByteCount _length;
  IOOptionBits _tag;
};

// One range of memory.
class IOGeneralMemoryDescriptor : public IOMemoryDescriptor {
  OSDeclareDefaultStructors(IOGeneralMemoryDescriptor)

 public:
  virtual IOReturn prepare(IODirection forDirection = kIODirectionNone) APPLE_KEXT_OVERRIDE;
  virtual IOReturn complete(IODirection forDirection = kIODirectionNone) APPLE_KEXT_OVERRIDE;

 protected:
  friend class IOMemoryDescriptor;

  bool initWithRange(void *address, IOByteCount length, IODirection direction);

  virtual void *getMemory() const APPLE_KEXT_OVERRIDE;
  virtual bool isReadOnly() const APPLE_KEXT_OVERRIDE;

  void *_address;
  unsigned int _wireCount;
  bool _preparedReadOnly;
};

// A view of a descriptor's memory; retains the descriptor.
class IOMemoryMap : public OSObject {
  OSDeclareDefaultStructors(IOMemoryMap)

 public:
  virtual IOVirtualAddress getVirtualAddress();
  mach_vm_address_t getAddress();
  virtual IOByteCount getLength();
  mach_vm_size_t getSize();
  virtual IOMemoryDescriptor *getMemoryDescriptor();
  virtual IOReturn unmap();

 protected:
  friend class IOMemoryDescriptor;

  virtual void free() APPLE_KEXT_OVERRIDE;

 private:
  IOMemoryDescriptor *memory;
};

#endif  // _IOKIT_IOMEMORYDESCRIPTOR_H
