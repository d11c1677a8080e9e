// Accesses to memory of every size and kind, compiled with memory hooks.
#include "tests/scheduler/hooks/hooked_code.h"

#include <strings.h>

#include <cstring>

namespace drydock {

uint8_t Read1(const uint8_t* from) { return *from; }
uint16_t Read2(const uint16_t* from) { return *from; }
uint32_t Read4(const uint32_t* from) { return *from; }
uint64_t Read8(const uint64_t* from) { return *from; }
void Write8(uint64_t* to, uint64_t value) { *to = value; }
uint32_t ReadUnaligned(const Packed* from) { return from->value; }
void AssignTriple(Triple* to, const Triple* from) { *to = *from; }

void Copy(void* to, const void* from, size_t bytes) { std::memcpy(to, from, bytes); }
void Move(void* to, const void* from, size_t bytes) { memmove(to, from, bytes); }
void Fill(void* to, int value, size_t bytes) { memset(to, value, bytes); }
void Zero(void* to, size_t bytes) { bzero(to, bytes); }
void CopyBackwards(const void* from, void* to, size_t bytes) { bcopy(from, to, bytes); }
int Compare(const void* a, const void* b, size_t bytes) { return memcmp(a, b, bytes); }

template <typename T>
T ChangeInAllWays(T* word, T results[10]) {
  T expected = 100;
  results[0] = __atomic_compare_exchange_n(word, &expected, T{12}, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
  results[1] = __atomic_compare_exchange_n(word, &expected, T{13}, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
  results[2] = expected;
  results[3] = __atomic_fetch_add(word, T{5}, __ATOMIC_ACQ_REL);
  results[4] = __atomic_fetch_sub(word, T{1}, __ATOMIC_RELAXED);
  results[5] = __atomic_fetch_or(word, T{3}, __ATOMIC_RELEASE);
  results[6] = __atomic_fetch_and(word, T{0x12}, __ATOMIC_ACQUIRE);
  results[7] = __atomic_fetch_xor(word, T{1}, __ATOMIC_SEQ_CST);
  results[8] = __atomic_exchange_n(word, T{40}, __ATOMIC_SEQ_CST);
  __atomic_store_n(word, T{41}, __ATOMIC_RELEASE);
  results[9] = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  return results[9];
}
template uint8_t ChangeInAllWays(uint8_t*, uint8_t*);
template uint16_t ChangeInAllWays(uint16_t*, uint16_t*);
template uint32_t ChangeInAllWays(uint32_t*, uint32_t*);
template uint64_t ChangeInAllWays(uint64_t*, uint64_t*);

void Fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

}  // namespace drydock
