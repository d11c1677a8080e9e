// libkern/kernel_printf.h
//
// Text as IOLog and panic format it.
#ifndef DRYDOCK_LIBKERN_KERNEL_PRINTF_H_
#define DRYDOCK_LIBKERN_KERNEL_PRINTF_H_

#include <cstdarg>
#include <string>

namespace drydock {

// As vsnprintf, except that a pointer (%p) is written as "<ptr>": addresses differ from run to run.
std::string FormatKernelText(const char* format, va_list arguments)
    __attribute__((format(printf, 1, 0)));

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_KERNEL_PRINTF_H_
