// IOKit/IODataQueueShared.h
//
// The memory of a data queue, as the kernel and its client share it: a ring of entries, each a size
// and as many bytes. (service.md 1.5)
//
// Entries start at `tail` and are taken from `head`, both offsets into `queue`. An entry is never
// split: one that does not fit behind the last starts at offset 0, and then a size that does not
// fit stands where it would have started, if there is room for a size. The queue is empty if head
// and tail are equal.
#ifndef _IOKIT_IODATAQUEUESHARED_H
#define _IOKIT_IODATAQUEUESHARED_H

#include <libkern/OSTypes.h>

typedef struct _IODataQueueEntry {
  UInt32 size;    // of the data
  UInt8 data[4];  // as many bytes as that
} IODataQueueEntry;

typedef struct _IODataQueueMemory {
  UInt32 queueSize;      // bytes of `queue`
  volatile UInt32 head;  // written by the consumer
  volatile UInt32 tail;  // written by the producer
  IODataQueueEntry queue[1];
} IODataQueueMemory;

#define DATA_QUEUE_ENTRY_HEADER_SIZE (sizeof(IODataQueueEntry) - 4)
#define DATA_QUEUE_MEMORY_HEADER_SIZE (sizeof(IODataQueueMemory) - sizeof(IODataQueueEntry))

#endif  // _IOKIT_IODATAQUEUESHARED_H
