// The memory functions of <cstring> for hooked code: each announces its accesses, then does its
// work.
#include <cstring>

#include "scheduler/kernel/memory.h"

using drydock::kernel::Access;
using drydock::kernel::MemoryAccess;

extern "C" {

void* drydock_memmove(void* to, const void* from, size_t bytes) {
  MemoryAccess(from, bytes, Access::kRead);
  MemoryAccess(to, bytes, Access::kWrite);
  return std::memmove(to, from, bytes);
}

void* drydock_memcpy(void* to, const void* from, size_t bytes) {
  return drydock_memmove(to, from, bytes);
}

void drydock_bcopy(const void* from, void* to, size_t bytes) { drydock_memmove(to, from, bytes); }

void* drydock_memset(void* to, int value, size_t bytes) {
  MemoryAccess(to, bytes, Access::kWrite);
  return std::memset(to, value, bytes);
}

void drydock_bzero(void* to, size_t bytes) { drydock_memset(to, 0, bytes); }

int drydock_memcmp(const void* a, const void* b, size_t bytes) {
  MemoryAccess(a, bytes, Access::kRead);
  MemoryAccess(b, bytes, Access::kRead);
  return std::memcmp(a, b, bytes);
}

}  // extern "C"
