// libkern/array_storage.h
//
// What libkern's collections keep their contents in: an array on the kernel heap, described by
// members of the class (items, count, capacity, increment), which the public header declares.
//
// None of these functions is or contains a choice point, so a collection is never half changed when
// another thread runs.
#ifndef DRYDOCK_LIBKERN_ARRAY_STORAGE_H_
#define DRYDOCK_LIBKERN_ARRAY_STORAGE_H_

#include <algorithm>
#include <cstring>

#include "libkern/kernel_heap.h"

namespace drydock {

inline constexpr unsigned kDefaultCapacityIncrement = 16;
inline constexpr unsigned kMaxArrayCapacity = 1u << 30;

// Makes room for `needed` items, rounded up to a multiple of `increment`; never shrinks. False if
// that is too many.
template <typename T>
bool GrowArray(T** items, unsigned* capacity, unsigned increment, unsigned needed) {
  if (needed <= *capacity) return true;
  if (needed > kMaxArrayCapacity || increment > kMaxArrayCapacity) return false;
  const unsigned grown = (needed + increment - 1) / increment * increment;
  auto* const storage =
      static_cast<T*>(HeapAllocate(BlockKind::kInternal, size_t{grown} * sizeof(T), /*zero=*/true));
  if (*items != nullptr) std::memcpy(storage, *items, size_t{*capacity} * sizeof(T));
  HeapFree(*items);
  *items = storage;
  *capacity = grown;
  return true;
}

// Inserts before the item at `index`, or at the end. There must be room.
template <typename T>
void InsertItem(T* items, unsigned* count, unsigned index, const T& item) {
  index = std::min(index, *count);
  std::memmove(items + index + 1, items + index, (*count - index) * sizeof(T));
  items[index] = item;
  ++*count;
}

// Takes the item at `index` out.
template <typename T>
T TakeItem(T* items, unsigned* count, unsigned index) {
  const T item = items[index];
  --*count;
  std::memmove(items + index, items + index + 1, (*count - index) * sizeof(T));
  return item;
}

// Takes all items out and calls `release` with each, in order. Other threads may run during a
// release; they find the array empty.
template <typename T, typename Release>
void TakeAllItems(T** items, unsigned* count, unsigned* capacity, Release release) {
  T* const taken = *items;
  const unsigned taken_count = *count;
  const unsigned taken_capacity = *capacity;
  *items = nullptr;
  *count = *capacity = 0;
  for (unsigned i = 0; i < taken_count; ++i) release(taken[i]);
  if (*items != nullptr) {
    HeapFree(taken);
  } else {
    *items = taken;
    *capacity = taken_capacity;
  }
}

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_ARRAY_STORAGE_H_
