// Functions of the C library: the heap, exit, assert and rand.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "guest/guest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/prng.h"

namespace {

struct RandState {
  drydock::Prng prng{1, "rand"};
};
drydock::kernel::PerBoot<RandState> rand_state;

}  // namespace

extern "C" {

void* drydock_guest_malloc(size_t size) {
  return drydock::HeapAllocate(drydock::BlockKind::kMemory, std::max<size_t>(size, 1),
                               /*zero=*/false);
}

void* drydock_guest_calloc(size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) {
    errno = ENOMEM;
    return nullptr;
  }
  return drydock::HeapAllocate(drydock::BlockKind::kMemory, std::max<size_t>(count * size, 1),
                               /*zero=*/true);
}

void drydock_guest_free(void* memory) { drydock::HeapFree(memory); }

void* drydock_guest_realloc(void* memory, size_t size) {
  void* grown = drydock_guest_malloc(size);
  if (memory != nullptr) {
    std::memcpy(grown, memory, std::min(size, drydock::HeapBlockSize(memory)));
    drydock_guest_free(memory);
  }
  return grown;
}

void drydock_guest_exit(int code) { drydock::guest::Exit(code); }

void drydock_guest___assert_fail(const char* assertion, const char* file, unsigned line,
                                 const char* function) {
  const char* slash = std::strrchr(file, '/');
  drydock::kernel::Panic("assertion failed: ", assertion, ", in ", function, " at ",
                         slash == nullptr ? file : slash + 1, ":", line);
}

// The same numbers in every run: seeded with 1 at boot, as the C standard says.
int drydock_guest_rand() { return static_cast<int>(rand_state->prng.Below(RAND_MAX)); }
void drydock_guest_srand(unsigned seed) { rand_state->prng = drydock::Prng(seed, "rand"); }

}  // extern "C"
