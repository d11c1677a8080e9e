// IOKit/IOSharedDataQueue.h
//
// A data queue in pages of its own, which can be mapped into a client's task, and from which the
// kernel may be the one to take entries. (service.md 1.5)
#ifndef _IOKIT_IOSHAREDDATAQUEUE_H
#define _IOKIT_IOSHAREDDATAQUEUE_H

#include <IOKit/IODataQueue.h>

class IOSharedDataQueue : public IODataQueue {
  OSDeclareDefaultStructors(IOSharedDataQueue)

 public:
  // As those of IODataQueue.
  static OSPtr<IOSharedDataQueue> withCapacity(UInt32 size);
  static OSPtr<IOSharedDataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);
  virtual Boolean initWithCapacity(UInt32 size) APPLE_KEXT_OVERRIDE;

  // The oldest entry, still in the queue; null if that is empty. Its data is aligned only if all
  // entries are multiples of 4 bytes. Any context.
  virtual IODataQueueEntry *peek();

  // Takes out the oldest entry and copies its data; null `data` drops it. False if the queue is
  // empty; also if the data is larger than `*dataSize` bytes: it stays. If there is an entry,
  // `*dataSize` becomes its size. Any context.
  virtual Boolean dequeue(void *data, UInt32 *dataSize);

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  virtual UInt32 getQueueSize();
};

#endif  // _IOKIT_IOSHAREDDATAQUEUE_H
