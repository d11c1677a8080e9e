// IOKit/IODataQueueShared.h
//
// A data queue in memory, as kernel and program see it: a ring of entries, each its size and then
// its bytes. (service.md, section 1.5)
#ifndef _IOKIT_IODATAQUEUESHARED_H
#define _IOKIT_IODATAQUEUESHARED_H

#include <IOKit/IOTypes.h>

typedef struct _IODataQueueEntry {
  UInt32 size;  // of the data, in bytes
  UInt8 data[4];
} IODataQueueEntry;

// Offsets are in bytes from `queue`. Empty when they are equal; the tail never reaches the head
// from behind. An entry that does not fit between the tail and the end is put at the start, and if
// there is room for it its size is left at the tail as well.
typedef struct _IODataQueueMemory {
  UInt32 queueSize;  // of `queue`, in bytes
  volatile UInt32 head;
  volatile UInt32 tail;
  IODataQueueEntry queue[1];
} IODataQueueMemory;

#define DATA_QUEUE_ENTRY_HEADER_SIZE (sizeof(IODataQueueEntry) - 4)
#define DATA_QUEUE_MEMORY_HEADER_SIZE (sizeof(IODataQueueMemory) - sizeof(IODataQueueEntry))

#endif  // _IOKIT_IODATAQUEUESHARED_H
