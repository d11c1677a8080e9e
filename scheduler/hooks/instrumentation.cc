// Memory hooks: the functions that g++ and clang call in code that is compiled with
// -fsanitize=thread. They take the place of the sanitizer's runtime and announce every access to
// the machine (scheduler/kernel/memory.h). Called on the thread or handler that makes the access.
//
// Function entries and exits are ignored: call stacks come from frame pointers, which cost nothing
// until a stack is taken (symbols/call_stack.h).
#include <cstddef>
#include <cstdint>

#include "scheduler/kernel/memory.h"

using drydock::kernel::Access;
using drydock::kernel::MemoryAccess;
using drydock::kernel::MemoryOrder;

namespace {

// The host's atomic operations are used for the kernel on host threads; on the simulated machine a
// switch can happen in the hook only, before the operation. Operations on 16 bytes would need
// libatomic and are atomic on the simulated machine only.

void Announce(const volatile void* address, size_t bytes, Access access, int order) {
  MemoryAccess(const_cast<const void*>(address), bytes, access, static_cast<MemoryOrder>(order));
}

template <typename T>
T Load(const volatile T* address, int order) {
  Announce(address, sizeof(T), Access::kAtomicRead, order);
  if constexpr (sizeof(T) == 16) return *address;
  return __atomic_load_n(address, __ATOMIC_SEQ_CST);
}

template <typename T>
void Store(volatile T* address, T value, int order) {
  Announce(address, sizeof(T), Access::kAtomicWrite, order);
  if constexpr (sizeof(T) == 16) {
    *address = value;
  } else {
    __atomic_store_n(address, value, __ATOMIC_SEQ_CST);
  }
}

// Replaces the value by change(value); returns the old value.
template <typename T, typename Change>
T Replace(volatile T* address, int order, Change change) {
  Announce(address, sizeof(T), Access::kAtomicChange, order);
  if constexpr (sizeof(T) == 16) {
    const T old = *address;
    *address = change(old);
    return old;
  } else {
    T old = __atomic_load_n(address, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(address, &old, change(old), /*weak=*/true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST)) {
    }
    return old;
  }
}

template <typename T>
bool CompareAndSwap(volatile T* address, T* expected, T value, int order) {
  Announce(address, sizeof(T), Access::kAtomicChange, order);
  if constexpr (sizeof(T) == 16) {
    const T old = *address;
    const bool equal = old == *expected;
    if (equal) *address = value;
    *expected = old;
    return equal;
  } else {
    return __atomic_compare_exchange_n(address, expected, value, /*weak=*/false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
  }
}

}  // namespace

extern "C" {

void __tsan_init() { drydock::kernel::internal::has_hooked_code = true; }
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_ignore_thread_begin() {}
void __tsan_ignore_thread_end() {}

#define DRYDOCK_ACCESS(name, bytes)                                                        \
  void __tsan_read##name(void* address) { MemoryAccess(address, bytes, Access::kRead); }   \
  void __tsan_write##name(void* address) { MemoryAccess(address, bytes, Access::kWrite); } \
  void __tsan_read_write##name(void* address) {                                            \
    MemoryAccess(address, bytes, Access::kRead);                                           \
    MemoryAccess(address, bytes, Access::kWrite);                                          \
  }                                                                                        \
  void __tsan_read##name##_pc(void* address, void*) { __tsan_read##name(address); }        \
  void __tsan_write##name##_pc(void* address, void*) { __tsan_write##name(address); }
DRYDOCK_ACCESS(1, 1)
DRYDOCK_ACCESS(2, 2)
DRYDOCK_ACCESS(4, 4)
DRYDOCK_ACCESS(8, 8)
DRYDOCK_ACCESS(16, 16)
#undef DRYDOCK_ACCESS

#define DRYDOCK_UNALIGNED(bytes)                           \
  void __tsan_unaligned_read##bytes(void* address) {       \
    MemoryAccess(address, bytes, Access::kRead);           \
  }                                                        \
  void __tsan_unaligned_write##bytes(void* address) {      \
    MemoryAccess(address, bytes, Access::kWrite);          \
  }                                                        \
  void __tsan_unaligned_read_write##bytes(void* address) { \
    MemoryAccess(address, bytes, Access::kRead);           \
    MemoryAccess(address, bytes, Access::kWrite);          \
  }
DRYDOCK_UNALIGNED(2)
DRYDOCK_UNALIGNED(4)
DRYDOCK_UNALIGNED(8)
DRYDOCK_UNALIGNED(16)
#undef DRYDOCK_UNALIGNED

#define DRYDOCK_VOLATILE(bytes)                                                                    \
  void __tsan_volatile_read##bytes(void* address) { MemoryAccess(address, bytes, Access::kRead); } \
  void __tsan_volatile_write##bytes(void* address) {                                               \
    MemoryAccess(address, bytes, Access::kWrite);                                                  \
  }                                                                                                \
  void __tsan_unaligned_volatile_read##bytes(void* address) {                                      \
    MemoryAccess(address, bytes, Access::kRead);                                                   \
  }                                                                                                \
  void __tsan_unaligned_volatile_write##bytes(void* address) {                                     \
    MemoryAccess(address, bytes, Access::kWrite);                                                  \
  }
DRYDOCK_VOLATILE(1)
DRYDOCK_VOLATILE(2)
DRYDOCK_VOLATILE(4)
DRYDOCK_VOLATILE(8)
DRYDOCK_VOLATILE(16)
#undef DRYDOCK_VOLATILE

void __tsan_read_range(void* address, size_t bytes) { MemoryAccess(address, bytes, Access::kRead); }
void __tsan_write_range(void* address, size_t bytes) {
  MemoryAccess(address, bytes, Access::kWrite);
}

// The vtable pointer of an object. Destructors store it again with the same value, which is no
// write.
void __tsan_vptr_update(void** address, void* value) {
  if (*address != value) MemoryAccess(address, sizeof(*address), Access::kWrite);
}
void __tsan_vptr_read(void** address) { MemoryAccess(address, sizeof(*address), Access::kRead); }

void* drydock_memmove(void* to, const void* from, size_t bytes);
void* drydock_memset(void* to, int value, size_t bytes);
void* __tsan_memcpy(void* to, const void* from, size_t bytes) {
  return drydock_memmove(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, size_t bytes) {
  return drydock_memmove(to, from, bytes);
}
void* __tsan_memset(void* to, int value, size_t bytes) { return drydock_memset(to, value, bytes); }

#define DRYDOCK_CHANGE(bits, T, name, expression)                           \
  T __tsan_atomic##bits##_##name(volatile T* address, T value, int order) { \
    return Replace(address, order, [value](T old) -> T {                    \
      (void)old;                                                            \
      return expression;                                                    \
    });                                                                     \
  }
#define DRYDOCK_ATOMIC(bits, T)                                                                \
  T __tsan_atomic##bits##_load(const volatile T* address, int order) {                         \
    return Load(address, order);                                                               \
  }                                                                                            \
  void __tsan_atomic##bits##_store(volatile T* address, T value, int order) {                  \
    Store(address, value, order);                                                              \
  }                                                                                            \
  DRYDOCK_CHANGE(bits, T, exchange, value)                                                     \
  DRYDOCK_CHANGE(bits, T, fetch_add, static_cast<T>(old + value))                              \
  DRYDOCK_CHANGE(bits, T, fetch_sub, static_cast<T>(old - value))                              \
  DRYDOCK_CHANGE(bits, T, fetch_and, static_cast<T>(old & value))                              \
  DRYDOCK_CHANGE(bits, T, fetch_or, static_cast<T>(old | value))                               \
  DRYDOCK_CHANGE(bits, T, fetch_xor, static_cast<T>(old ^ value))                              \
  DRYDOCK_CHANGE(bits, T, fetch_nand, static_cast<T>(~(old & value)))                          \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T* address, T* expected, T value, \
                                                    int order, int) {                          \
    return CompareAndSwap(address, expected, value, order);                                    \
  }                                                                                            \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile T* address, T* expected, T value,   \
                                                  int order, int) {                            \
    return CompareAndSwap(address, expected, value, order);                                    \
  }                                                                                            \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* address, T expected, T value,       \
                                               int order, int) {                               \
    CompareAndSwap(address, &expected, value, order);                                          \
    return expected;                                                                           \
  }
DRYDOCK_ATOMIC(8, uint8_t)
DRYDOCK_ATOMIC(16, uint16_t)
DRYDOCK_ATOMIC(32, uint32_t)
DRYDOCK_ATOMIC(64, uint64_t)
__extension__ typedef unsigned __int128 Uint128;
DRYDOCK_ATOMIC(128, Uint128)
#undef DRYDOCK_ATOMIC
#undef DRYDOCK_CHANGE

void __tsan_atomic_thread_fence(int order) {
  drydock::kernel::MemoryFence(static_cast<MemoryOrder>(order));
}
// Orders a thread against its own signal handlers only; there are none.
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
