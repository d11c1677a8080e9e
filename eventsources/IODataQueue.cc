#include <string.h>

#include <IOKit/IOSharedDataQueue.h>

#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"

using drydock::kernel::ChoicePoint;
using drydock::kernel::OperationKind;

OSDefineMetaClassAndStructors(IODataQueue, OSObject)
OSDefineMetaClassAndStructors(IOSharedDataQueue, IODataQueue)

namespace {

constexpr UInt32 kHeader = DATA_QUEUE_ENTRY_HEADER_SIZE;

IODataQueueEntry *EntryAt(IODataQueueMemory *memory, UInt32 offset) {
  return reinterpret_cast<IODataQueueEntry *>(reinterpret_cast<char *>(memory->queue) + offset);
}

template <typename Queue>
Queue *WithCapacity(UInt32 size) {
  Queue *queue = OSTypeAlloc(Queue);
  if (!queue->initWithCapacity(size)) OSSafeReleaseNULL(queue);
  return queue;
}

template <typename Queue>
Queue *WithEntries(UInt32 entries, UInt32 size) {
  Queue *queue = OSTypeAlloc(Queue);
  if (!queue->initWithEntries(entries, size)) OSSafeReleaseNULL(queue);
  return queue;
}

}  // namespace

OSPtr<IODataQueue> IODataQueue::withCapacity(UInt32 size) {
  return WithCapacity<IODataQueue>(size);
}

OSPtr<IODataQueue> IODataQueue::withEntries(UInt32 numEntries, UInt32 entrySize) {
  return WithEntries<IODataQueue>(numEntries, entrySize);
}

bool IODataQueue::initWithCapacity(UInt32 size) {
  if (size > UINT32_MAX - DATA_QUEUE_MEMORY_HEADER_SIZE || !OSObject::init()) return false;
  dataQueue = static_cast<IODataQueueMemory *>(drydock::HeapAllocate(
      drydock::BlockKind::kInternal, size + DATA_QUEUE_MEMORY_HEADER_SIZE, /*zero=*/true));
  if (dataQueue == nullptr) return false;
  dataQueue->queueSize = size;
  return true;
}

bool IODataQueue::initWithEntries(UInt32 numEntries, UInt32 entrySize) {
  // One slot stays empty: full and empty must differ.
  const UInt64 size = (UInt64{numEntries} + 1) * (UInt64{entrySize} + kHeader);
  return size <= UINT32_MAX && initWithCapacity(static_cast<UInt32>(size));
}

void IODataQueue::free() {
  drydock::HeapFree(dataQueue);
  dataQueue = nullptr;
  OSObject::free();
}

Boolean IODataQueue::enqueue(void *data, UInt32 dataSize) {
  ChoicePoint(OperationKind::kAtomic, drydock::ObjectIdOf(this));
  const UInt64 size = UInt64{dataSize} + kHeader;
  const UInt32 head = dataQueue->head, tail = dataQueue->tail;
  const UInt32 end = dataQueue->queueSize;
  UInt32 at = tail;
  if (tail < head) {
    if (tail + size >= head) return false;
  } else if (tail + size > end) {
    if (size >= head) return false;
    if (tail + kHeader <= end) EntryAt(dataQueue, tail)->size = dataSize;
    at = 0;
  }
  EntryAt(dataQueue, at)->size = dataSize;
  memcpy(EntryAt(dataQueue, at)->data, data, dataSize);
  dataQueue->tail = at + static_cast<UInt32>(size);
  if (head == tail) sendDataAvailableNotification();
  return true;
}

OSPtr<IOMemoryDescriptor> IODataQueue::getMemoryDescriptor() {
  return IOMemoryDescriptor::withAddress(
      dataQueue, dataQueue->queueSize + DATA_QUEUE_MEMORY_HEADER_SIZE, kIODirectionInOut);
}

void IODataQueue::sendDataAvailableNotification() {}

OSPtr<IOSharedDataQueue> IOSharedDataQueue::withCapacity(UInt32 size) {
  return WithCapacity<IOSharedDataQueue>(size);
}

OSPtr<IOSharedDataQueue> IOSharedDataQueue::withEntries(UInt32 numEntries, UInt32 entrySize) {
  return WithEntries<IOSharedDataQueue>(numEntries, entrySize);
}

IODataQueueEntry *IOSharedDataQueue::peek() {
  ChoicePoint(OperationKind::kAtomic, drydock::ObjectIdOf(this));
  const UInt32 head = dataQueue->head;
  if (head == dataQueue->tail) return nullptr;
  // What did not fit behind the one before is at the start.
  const bool wrapped =
      head + kHeader > dataQueue->queueSize ||
      UInt64{head} + kHeader + EntryAt(dataQueue, head)->size > dataQueue->queueSize;
  return EntryAt(dataQueue, wrapped ? 0 : head);
}

Boolean IOSharedDataQueue::dequeue(void *data, UInt32 *dataSize) {
  const IODataQueueEntry *entry = peek();
  if (entry == nullptr) return false;
  if (data != nullptr) {
    if (dataSize == nullptr) return false;
    const bool fits = entry->size <= *dataSize;
    *dataSize = entry->size;
    if (!fits) return false;
    memcpy(data, entry->data, entry->size);
  } else if (dataSize != nullptr) {
    *dataSize = entry->size;
  }
  const auto offset = static_cast<UInt32>(reinterpret_cast<const char *>(entry) -
                                          reinterpret_cast<const char *>(dataQueue->queue));
  dataQueue->head = offset + kHeader + entry->size;
  return true;
}
