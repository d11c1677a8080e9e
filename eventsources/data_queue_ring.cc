// Entries of a data queue: where they start, and the checks of offsets the client may spoil.
#include "eventsources/data_queue_ring.h"

#include <cstring>

#include "scheduler/kernel/choice.h"

namespace drydock {

using kernel::OperationKind;

namespace {
constexpr UInt32 kHeader = DATA_QUEUE_ENTRY_HEADER_SIZE;
}  // namespace

UInt32 DataQueueRing::Load(const volatile UInt32* offset) const {
  kernel::ChoicePoint(OperationKind::kRead, id_);
  return __atomic_load_n(offset, __ATOMIC_SEQ_CST);
}

void DataQueueRing::Store(volatile UInt32* offset, UInt32 value) const {
  kernel::ChoicePoint(OperationKind::kWrite, id_);
  __atomic_store_n(offset, value, __ATOMIC_SEQ_CST);
}

UInt8* DataQueueRing::At(UInt32 offset) const {
  return reinterpret_cast<UInt8*>(memory_->queue) + offset;
}

bool DataQueueRing::HasEntryAt(UInt32 offset, UInt32* bytes) const {
  if (size_ - offset < kHeader) return false;
  std::memcpy(bytes, At(offset), kHeader);
  return *bytes <= size_ - offset - kHeader;
}

bool DataQueueRing::Enqueue(const void* data, UInt32 bytes, bool* notify) {
  const UInt32 head = Load(&memory_->head);
  const UInt32 tail = memory_->tail;
  if (head > size_ || tail > size_ || bytes > size_ || size_ - bytes < kHeader) return false;
  const UInt32 needed = kHeader + bytes;

  // Behind the last entry, or else at the start. An entry before the first must not reach up to it,
  // or head and tail would be equal, as in an empty queue.
  UInt32 start = tail;
  if (tail < head) {
    if (needed >= head - tail) return false;
  } else if (needed > size_ - tail) {
    if (needed >= head) return false;
    if (size_ - tail >= kHeader) std::memcpy(At(tail), &bytes, kHeader);
    start = 0;
  }
  std::memcpy(At(start), &bytes, kHeader);
  std::memcpy(At(start) + kHeader, data, bytes);
  Store(&memory_->tail, start + needed);
  // Read again: a consumer that has come as far as the old tail did not see this entry.
  *notify = Load(&memory_->head) == tail;
  return true;
}

bool DataQueueRing::FindFirst(UInt32* start, UInt32* bytes) const {
  const UInt32 tail = Load(&memory_->tail);
  const UInt32 head = memory_->head;
  if (head == tail || head > size_ || tail > size_) return false;
  *start = head;
  if (HasEntryAt(head, bytes)) return true;
  *start = 0;
  return HasEntryAt(0, bytes);
}

IODataQueueEntry* DataQueueRing::Peek() {
  UInt32 start, size;
  return FindFirst(&start, &size) ? reinterpret_cast<IODataQueueEntry*>(At(start)) : nullptr;
}

bool DataQueueRing::Dequeue(void* data, UInt32* bytes) {
  UInt32 start, size;
  if (!FindFirst(&start, &size)) return false;
  const bool fits = data == nullptr || (bytes != nullptr && size <= *bytes);
  if (bytes != nullptr) *bytes = size;
  if (!fits) return false;
  if (data != nullptr) std::memcpy(data, At(start) + kHeader, size);
  Store(&memory_->head, start + kHeader + size);
  return true;
}

}  // namespace drydock
