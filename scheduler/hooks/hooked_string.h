/*
 * scheduler/hooks/hooked_string.h
 *
 * Included by the compiler in front of every file that is compiled with memory hooks (HOOK_COPTS).
 * Calls of these functions go to versions that announce the accesses first (hooked_string.cc).
 */
#ifndef DRYDOCK_SCHEDULER_HOOKS_HOOKED_STRING_H_
#define DRYDOCK_SCHEDULER_HOOKS_HOOKED_STRING_H_

#include <stddef.h>

#ifdef __cplusplus
#define DRYDOCK_NOEXCEPT noexcept
extern "C" {
#else
#define DRYDOCK_NOEXCEPT
#endif

void *memcpy(void *to, const void *from, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_memcpy");
void *memmove(void *to, const void *from, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_memmove");
void *memset(void *to, int value, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_memset");
int memcmp(const void *a, const void *b, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_memcmp");
void bcopy(const void *from, void *to, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_bcopy");
void bzero(void *to, size_t bytes) DRYDOCK_NOEXCEPT __asm__("drydock_bzero");

#ifdef __cplusplus
}
#endif
#undef DRYDOCK_NOEXCEPT

#endif /* DRYDOCK_SCHEDULER_HOOKS_HOOKED_STRING_H_ */
