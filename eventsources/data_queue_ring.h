// eventsources/data_queue_ring.h
//
// The operations of both sides of a data queue on its memory (IOKit/IODataQueueShared.h). Lock-free
// for one producer and one consumer: each writes its own offset, as its last step, and checks all
// that it reads, because the other side may have written anything. Any context.
#ifndef DRYDOCK_EVENTSOURCES_DATA_QUEUE_RING_H_
#define DRYDOCK_EVENTSOURCES_DATA_QUEUE_RING_H_

#include <IOKit/IODataQueueShared.h>

#include "scheduler/kernel/types.h"

namespace drydock {

class DataQueueRing {
 public:
  // Of `size` bytes of entries in `memory`, which is not owned. Events and schedules know it as
  // `id`.
  DataQueueRing(IODataQueueMemory* memory, UInt32 size, kernel::ObjectId id)
      : memory_(memory), size_(size), id_(id) {}

  // Appends an entry; false if there is no room. `*notify`: the consumer has seen, or will see, the
  // queue empty before this entry.
  bool Enqueue(const void* data, UInt32 bytes, bool* notify);

  // The oldest entry; null if there is none, or the memory is inconsistent.
  IODataQueueEntry* Peek();
  // Copies the oldest entry out and drops it; see IOSharedDataQueue::dequeue.
  bool Dequeue(void* data, UInt32* bytes);

 private:
  UInt32 Load(const volatile UInt32* offset) const;
  void Store(volatile UInt32* offset, UInt32 value) const;
  UInt8* At(UInt32 offset) const;
  // Whether an entry that lies inside the memory starts at `offset`; `*bytes` becomes its size.
  bool HasEntryAt(UInt32 offset, UInt32* bytes) const;
  // Where the oldest entry starts and how many bytes of data it has; false if there is none. Read
  // once: the other side may change them at any time.
  bool FindFirst(UInt32* start, UInt32* bytes) const;

  IODataQueueMemory* const memory_;
  const UInt32 size_;
  const kernel::ObjectId id_;
};

}  // namespace drydock

#endif  // DRYDOCK_EVENTSOURCES_DATA_QUEUE_RING_H_
