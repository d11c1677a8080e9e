// bench/hooked_loop.h
//
// Code that is compiled with memory hooks, for memory_bench to run. Any context.
#ifndef DRYDOCK_BENCH_HOOKED_LOOP_H_
#define DRYDOCK_BENCH_HOOKED_LOOP_H_

#include <cstddef>
#include <cstdint>

namespace drydock {

// Adds one to each of `count` words, which is two hooked accesses each, `depth` calls further down
// the stack.
void AddOneToAll(uint64_t* words, size_t count, int depth = 0);

// The same without hooks.
void AddOneToAllUnhooked(uint64_t* words, size_t count);

}  // namespace drydock

#endif  // DRYDOCK_BENCH_HOOKED_LOOP_H_
