// Data queues: the memory, and the notification of the client. The ring is in data_queue_ring.cc.
#include <IOKit/IODataQueue.h>
#include <IOKit/IOLib.h>

#include "eventsources/data_queue_notifier.h"
#include "eventsources/data_queue_ring.h"
#include "libkern/object_id.h"

using drydock::DataQueueRing;
using drydock::ObjectIdOf;

#define super OSObject
OSDefineMetaClassAndStructors(IODataQueue, OSObject)

OSPtr<IODataQueue> IODataQueue::withCapacity(UInt32 size) {
  auto *queue = new IODataQueue;
  if (!queue->initWithCapacity(size)) {
    queue->release();
    return nullptr;
  }
  return queue;
}

OSPtr<IODataQueue> IODataQueue::withEntries(UInt32 numEntries, UInt32 entrySize) {
  auto *queue = new IODataQueue;
  if (!queue->initWithEntries(numEntries, entrySize)) {
    queue->release();
    return nullptr;
  }
  return queue;
}

Boolean IODataQueue::initWithCapacity(UInt32 size) {
  if (!super::init() || size > UINT32_MAX - DATA_QUEUE_MEMORY_HEADER_SIZE) return false;
  dataQueue = static_cast<IODataQueueMemory *>(IOMallocZero(size + DATA_QUEUE_MEMORY_HEADER_SIZE));
  dataQueue->queueSize = queueSize = size;
  return true;
}

Boolean IODataQueue::initWithEntries(UInt32 numEntries, UInt32 entrySize) {
  // One more than asked for: tail never catches up with head.
  const UInt64 size = (UInt64{numEntries} + 1) * (UInt64{entrySize} + DATA_QUEUE_ENTRY_HEADER_SIZE);
  return size <= UINT32_MAX && initWithCapacity(static_cast<UInt32>(size));
}

void IODataQueue::free() {
  if (dataQueue != nullptr) IOFree(dataQueue, queueSize + DATA_QUEUE_MEMORY_HEADER_SIZE);
  super::free();
}

Boolean IODataQueue::enqueue(void *data, UInt32 dataSize) {
  bool notify;
  if (!DataQueueRing(dataQueue, queueSize, ObjectIdOf(this)).Enqueue(data, dataSize, &notify)) {
    return false;
  }
  if (notify) sendDataAvailableNotification();
  return true;
}

void IODataQueue::setNotificationPort(mach_port_t port) { notificationPort = port; }

void IODataQueue::sendDataAvailableNotification() {
  if (notificationPort != 0) drydock::GetDataQueueNotifier()(notificationPort);
}

OSPtr<IOMemoryDescriptor> IODataQueue::getMemoryDescriptor() {
  return IOMemoryDescriptor::withAddress(dataQueue, queueSize + DATA_QUEUE_MEMORY_HEADER_SIZE,
                                         kIODirectionOutIn);
}
