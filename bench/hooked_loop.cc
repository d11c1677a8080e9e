// The loop that memory_bench runs, compiled with memory hooks.
#include "bench/hooked_loop.h"

namespace drydock {

// Called through a volatile pointer, so that the compiler makes each call and each call has a
// frame.
void (*volatile add_one_to_all)(uint64_t*, size_t, int) = &AddOneToAll;

void AddOneToAll(uint64_t* words, size_t count, int depth) {
  if (depth > 0) {
    add_one_to_all(words, count, depth - 1);
    __asm__ volatile("" ::: "memory");
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    ++words[i];
    __asm__ volatile("" ::: "memory");
  }
}

__attribute__((no_sanitize("thread"))) void AddOneToAllUnhooked(uint64_t* words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    ++words[i];
    __asm__ volatile("" ::: "memory");
  }
}

}  // namespace drydock
