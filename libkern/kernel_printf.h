// libkern/kernel_printf.h
//
// Text as IOLog and panic format it.
#ifndef DRYDOCK_LIBKERN_KERNEL_PRINTF_H_
#define DRYDOCK_LIBKERN_KERNEL_PRINTF_H_

#include <cstdarg>
#include <string>

namespace drydock {

// What vsnprintf makes of it, except that a pointer (%p) comes out as "<ptr>": where things lie
// differs from run to run.
std::string FormatKernelText(const char* format, va_list arguments)
    __attribute__((format(printf, 1, 0)));

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_KERNEL_PRINTF_H_
