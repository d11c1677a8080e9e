// kern/assert.h
//
// assert as in a development kernel: if the condition does not hold, the kernel panics.
#include <kern/debug.h>

#undef assert
#define assert(condition) \
  ((condition) ? (void)0  \
               : panic("assertion failed: %s, file %s, line %d", #condition, __FILE__, __LINE__))
