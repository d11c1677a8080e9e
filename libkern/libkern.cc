// What <libkern/libkern.h>, <libkern/version.h> and <kern/debug.h> declare.
#include <algorithm>

#include <kern/debug.h>
#include <libkern/libkern.h>
#include <libkern/version.h>

#include "libkern/kernel_printf.h"
#include "scheduler/kernel/panic.h"
#include "trace/names.h"

const int version_major = 24;
const int version_minor = 4;
const int version_revision = 0;

void panic(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  // Interned: after a panic the stack is not unwound, so a string on it would leak.
  const char *const text = drydock::trace::Intern(drydock::FormatKernelText(format, arguments));
  va_end(arguments);
  drydock::kernel::Panic(text);
}

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 38)

size_t strlcpy(char *destination, const char *source, size_t size) {
  const size_t length = strlen(source);
  if (size > 0) {
    const size_t copied = std::min(length, size - 1);
    memcpy(destination, source, copied);
    destination[copied] = '\0';
  }
  return length;
}

size_t strlcat(char *destination, const char *source, size_t size) {
  const size_t length = strnlen(destination, size);
  return length + strlcpy(destination + length, source, size - length);
}

#endif
