// Shared data queues: pages of their own, and the consumer's side.
#include <string.h>

#include <IOKit/IOLib.h>
#include <IOKit/IOSharedDataQueue.h>

#include "eventsources/data_queue_ring.h"
#include "libkern/object_id.h"

using drydock::DataQueueRing;
using drydock::ObjectIdOf;

namespace {

constexpr UInt32 kPage = 4096;

// Whole pages for `size` bytes of entries.
vm_size_t PagesFor(UInt32 size) {
  const vm_size_t bytes = vm_size_t{size} + DATA_QUEUE_MEMORY_HEADER_SIZE;
  return (bytes + kPage - 1) / kPage * kPage;
}

}  // namespace

#define super IODataQueue
OSDefineMetaClassAndStructors(IOSharedDataQueue, IODataQueue)

OSPtr<IOSharedDataQueue> IOSharedDataQueue::withCapacity(UInt32 size) {
  auto *queue = new IOSharedDataQueue;
  if (!queue->initWithCapacity(size)) {
    queue->release();
    return nullptr;
  }
  return queue;
}

OSPtr<IOSharedDataQueue> IOSharedDataQueue::withEntries(UInt32 numEntries, UInt32 entrySize) {
  auto *queue = new IOSharedDataQueue;
  if (!queue->initWithEntries(numEntries, entrySize)) {
    queue->release();
    return nullptr;
  }
  return queue;
}

Boolean IOSharedDataQueue::initWithCapacity(UInt32 size) {
  if (!OSObject::init() || PagesFor(size) > UINT32_MAX) return false;
  dataQueue = static_cast<IODataQueueMemory *>(IOMallocAligned(PagesFor(size), kPage));
  memset(dataQueue, 0, PagesFor(size));
  dataQueue->queueSize = queueSize = size;
  return true;
}

void IOSharedDataQueue::free() {
  if (dataQueue != nullptr) IOFreeAligned(dataQueue, PagesFor(queueSize));
  dataQueue = nullptr;
  super::free();
}

UInt32 IOSharedDataQueue::getQueueSize() { return queueSize; }

IODataQueueEntry *IOSharedDataQueue::peek() {
  return DataQueueRing(dataQueue, queueSize, ObjectIdOf(this)).Peek();
}

Boolean IOSharedDataQueue::dequeue(void *data, UInt32 *dataSize) {
  return DataQueueRing(dataQueue, queueSize, ObjectIdOf(this)).Dequeue(data, dataSize);
}
