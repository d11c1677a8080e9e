// tests/scheduler/hooks/hooked_code.h
//
// Accesses of every kind, compiled with hooks.
#ifndef DRYDOCK_TESTS_SCHEDULER_HOOKS_HOOKED_CODE_H_
#define DRYDOCK_TESTS_SCHEDULER_HOOKS_HOOKED_CODE_H_

#include <cstddef>
#include <cstdint>

namespace drydock {

struct Triple {
  uint64_t words[3];
};

struct alignas(8) Packed {
  char pad;
  uint32_t value __attribute__((packed));
};

uint8_t Read1(const uint8_t* from);
uint16_t Read2(const uint16_t* from);
uint32_t Read4(const uint32_t* from);
uint64_t Read8(const uint64_t* from);
void Write8(uint64_t* to, uint64_t value);
uint32_t ReadUnaligned(const Packed* from);
void AssignTriple(Triple* to, const Triple* from);

void Copy(void* to, const void* from, size_t bytes);           // memcpy
void Move(void* to, const void* from, size_t bytes);           // memmove
void Fill(void* to, int value, size_t bytes);                  // memset
void Zero(void* to, size_t bytes);                             // bzero
void CopyBackwards(const void* from, void* to, size_t bytes);  // bcopy
int Compare(const void* a, const void* b, size_t bytes);       // memcmp

// One of each atomic operation on a word of type T, which is 100 before; returns what is there
// after, and puts what they returned into `results`.
template <typename T>
T ChangeInAllWays(T* word, T results[10]);

void Fence();

}  // namespace drydock

#endif  // DRYDOCK_TESTS_SCHEDULER_HOOKS_HOOKED_CODE_H_
