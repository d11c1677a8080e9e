// IOKit/IOSharedDataQueue.h
//
// A data queue whose data can also be taken out in the kernel, by one thread.
#ifndef _IOKIT_IOSHAREDDATAQUEUE_H
#define _IOKIT_IOSHAREDDATAQUEUE_H

#include <IOKit/IODataQueue.h>

class IOSharedDataQueue : public IODataQueue {
  OSDeclareDefaultStructors(IOSharedDataQueue)

 public:
  static OSPtr<IOSharedDataQueue> withCapacity(UInt32 size);
  static OSPtr<IOSharedDataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);

  // The first entry, where it lies; null if there is none.
  virtual IODataQueueEntry *peek();
  // Takes the first entry out and copies its data; false if there is none, or if it is larger than
  // *dataSize. *dataSize is then its size. Without `data` it is dropped.
  virtual Boolean dequeue(void *data, UInt32 *dataSize);
};

#endif  // _IOKIT_IOSHAREDDATAQUEUE_H
