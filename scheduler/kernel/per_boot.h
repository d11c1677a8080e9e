// scheduler/kernel/per_boot.h
//
// State that belongs to the running kernel, not to the process: each run boots with a fresh one.
//
//   kernel::PerBoot<SymbolPool> symbols;          // a namespace-scope variable
//   symbols->Find(text);                          // made on first use in each boot
//
// Such states are destroyed after the run has ended, on the host, the last made first; their
// destructors must not call into the machine. With no run in progress (static initialisation, a
// plain unit test) there is one state for the life of the process.
#ifndef DRYDOCK_SCHEDULER_KERNEL_PER_BOOT_H_
#define DRYDOCK_SCHEDULER_KERNEL_PER_BOOT_H_

#include <atomic>
#include <cstdint>

namespace drydock::kernel {

namespace internal {

// Counts boots; 0 = no run in progress. A slot made in another boot is stale.
extern uint32_t boot_number;

class PerBootSlot {
 protected:
  using Make = void* (*)();
  using Destroy = void (*)(void*);
  // The state of this boot, made if need be.
  void* Get(Make make, Destroy destroy) {
    if (boot_.load(std::memory_order_acquire) == boot_number) {
      if (void* state = state_.load(std::memory_order_acquire)) return state;
    }
    return GetSlow(make, destroy);
  }

 private:
  void* GetSlow(Make make, Destroy destroy);

  // Once boot_ is this boot's, state_ is null or this boot's too.
  std::atomic<void*> state_{nullptr};
  std::atomic<uint32_t> boot_{0};
  void* idle_state_ = nullptr;  // the one used while nothing is booted
};

}  // namespace internal

template <typename T>
class PerBoot : private internal::PerBootSlot {
 public:
  T* get() {
    return static_cast<T*>(
        Get([]() -> void* { return new T(); }, [](void* state) { delete static_cast<T*>(state); }));
  }
  T* operator->() { return get(); }
  T& operator*() { return *get(); }
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_PER_BOOT_H_
