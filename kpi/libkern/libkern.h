// libkern/libkern.h
//
// The kernel's C library, where the host's does not have it: the rest is <string.h>, <strings.h>
// and snprintf.
#ifndef _LIBKERN_LIBKERN_H
#define _LIBKERN_LIBKERN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include <kern/debug.h>
#include <libkern/OSBase.h>
#include <libkern/OSTypes.h>
#include <mach/boolean.h>

extern "C" {

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 38)
// Copy / append at most what fits `size` bytes with the NUL; return the length the result would
// have had.
size_t strlcpy(char *destination, const char *source, size_t size);
size_t strlcat(char *destination, const char *source, size_t size);
#endif

}  // extern "C"

inline int imax(int a, int b) { return a > b ? a : b; }
inline int imin(int a, int b) { return a < b ? a : b; }
inline long lmax(long a, long b) { return a > b ? a : b; }
inline long lmin(long a, long b) { return a < b ? a : b; }
inline unsigned int max(unsigned int a, unsigned int b) { return a > b ? a : b; }
inline unsigned int min(unsigned int a, unsigned int b) { return a < b ? a : b; }
inline unsigned long ulmax(unsigned long a, unsigned long b) { return a > b ? a : b; }
inline unsigned long ulmin(unsigned long a, unsigned long b) { return a < b ? a : b; }

#endif  // _LIBKERN_LIBKERN_H
