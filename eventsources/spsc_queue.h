// eventsources/spsc_queue.h
//
// A queue from one producer to one consumer in which neither waits for the other. A driver puts it
// between the filter of its interrupt source, which may take no lock, and the action.
//
//   SpscQueue<UInt32, 64> queue;
//   filter: return queue.Push(status);              // primary-interrupt context
//   action: while (queue.Pop(&status)) Handle(status);
//
// If Push finds the queue full the item is lost: the filter keeps count, or leaves it in the
// hardware. There is no need to signal for each item: a signal after the push is enough, because
// the consumer looks again after every signal.
#ifndef DRYDOCK_EVENTSOURCES_SPSC_QUEUE_H_
#define DRYDOCK_EVENTSOURCES_SPSC_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/types.h"

namespace drydock {

// Invariants: only Push writes pushed_, only Pop writes popped_; both only grow, and wrap around.
// pushed_ - popped_ items, at most kCapacity, are in the queue, from slot popped_ % kCapacity on. A
// slot belongs to the consumer from the store of pushed_ that passes it to the store of popped_
// that does, and else to the producer.
template <typename T, uint32_t kCapacity>
class SpscQueue {
  static_assert(kCapacity > 0 && (kCapacity & (kCapacity - 1)) == 0,
                "the counts wrap around: only a power of two divides their range");
  static_assert(std::is_trivially_copyable_v<T>, "an item is copied in interrupt context");

 public:
  SpscQueue() = default;
  SpscQueue(const SpscQueue&) = delete;
  SpscQueue& operator=(const SpscQueue&) = delete;

  // Appends `item`; false if the queue is full. By the producer, in any context.
  bool Push(const T& item) {
    const uint32_t pushed = pushed_.load(std::memory_order_relaxed);
    Touch(kernel::OperationKind::kRead);
    if (pushed - popped_.load(std::memory_order_acquire) == kCapacity) return false;
    slots_[pushed % kCapacity] = item;
    Touch(kernel::OperationKind::kWrite);
    pushed_.store(pushed + 1, std::memory_order_release);
    return true;
  }

  // Takes out the oldest item; false if there is none. By the consumer, in any context.
  bool Pop(T* item) {
    const uint32_t popped = popped_.load(std::memory_order_relaxed);
    Touch(kernel::OperationKind::kRead);
    if (popped == pushed_.load(std::memory_order_acquire)) return false;
    *item = slots_[popped % kCapacity];
    Touch(kernel::OperationKind::kWrite);
    popped_.store(popped + 1, std::memory_order_release);
    return true;
  }

 private:
  void Touch(kernel::OperationKind kind) const { kernel::ChoicePoint(kind, id_); }

  const kernel::ObjectId id_ = kernel::NewObjectId();
  std::atomic<uint32_t> pushed_{0};
  std::atomic<uint32_t> popped_{0};
  T slots_[kCapacity] = {};
};

}  // namespace drydock

#endif  // DRYDOCK_EVENTSOURCES_SPSC_QUEUE_H_
