// IOKit/IODataQueue.h
//
// Data on its way from a driver to a program. One thread puts it in. (service.md, section 1.5)
#ifndef _IOKIT_IODATAQUEUE_H
#define _IOKIT_IODATAQUEUE_H

#include <IOKit/IODataQueueShared.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class IODataQueue : public OSObject {
  OSDeclareDefaultStructors(IODataQueue)

 public:
  // A new queue of so many bytes, headers included / with room for so many entries of a size; +1,
  // or null.
  static OSPtr<IODataQueue> withCapacity(UInt32 size);
  static OSPtr<IODataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);
  virtual bool initWithCapacity(UInt32 size);
  virtual bool initWithEntries(UInt32 numEntries, UInt32 entrySize);

  // Copies the data in; false, and nothing is changed, if there is no room. If the queue was empty
  // sendDataAvailableNotification() is called. Any context. (OB-19)
  virtual Boolean enqueue(void *data, UInt32 dataSize);

  // The queue's memory, for a program to map; +1.
  virtual OSPtr<IOMemoryDescriptor> getMemoryDescriptor();

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;
  // There is data in a queue that was empty. Default: nothing.
  virtual void sendDataAvailableNotification();

  IODataQueueMemory *dataQueue;
};

#endif  // _IOKIT_IODATAQUEUE_H
