// scheduler/sim/pool.h
//
// Storage for the kernel objects of one run: an object that is given back is used again, and all of
// them are destroyed with the run, however it ended. The memory is kept for the next run, because
// a small run would spend most of its time in the allocator otherwise.
#ifndef DRYDOCK_SCHEDULER_SIM_POOL_H_
#define DRYDOCK_SCHEDULER_SIM_POOL_H_

#include <cstddef>
#include <memory>
#include <new>

#include "absl/container/inlined_vector.h"

namespace drydock::sim {

// Gives T an operator new and delete that keep what is freed for the next of its kind.
template <typename T>
class Recycled {
 public:
  static void* operator new(size_t size) {
    if (kept_ == nullptr) return ::operator new (size, std::align_val_t{alignof(T)});
    Kept* taken = kept_;
    kept_ = taken->next;
    return taken;
  }
  static void operator delete(void* memory) { kept_ = new (memory) Kept{kept_}; }

 private:
  struct Kept {
    Kept* next;
  };
  inline static Kept* kept_ = nullptr;
};

template <typename T>
class Pool {
 public:
  // A T as it was when it was given back, or a new one.
  T* Take() {
    if (free_.empty()) return all_.emplace_back(std::make_unique<T>()).get();
    T* taken = free_.back();
    free_.pop_back();
    return taken;
  }
  void GiveBack(T* object) { free_.push_back(object); }

  // How many were ever made, and the nth of them (from 0, in order of making).
  size_t made() const { return all_.size(); }
  T* nth(size_t index) { return all_[index].get(); }

 private:
  // Room for the few that a small run has.
  absl::InlinedVector<std::unique_ptr<T>, 2> all_;
  absl::InlinedVector<T*, 2> free_;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_POOL_H_
