// Formats text as IOLog and panic do.
#include "libkern/kernel_printf.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace drydock {

namespace {

// `format` with every %p replaced by text, before which `%.0s` takes the argument and prints
// nothing.
std::string WithoutPointers(const char* format) {
  std::string result;
  while (const char* const percent = std::strchr(format, '%')) {
    // Flags, width, precision and length, up to the conversion letter; "%%" has none of them.
    const char* const letter = percent + 1 + std::strspn(percent + 1, "-+ #0123456789.*hlLqjzt");
    result.append(format, percent);
    if (*letter == 'p') {
      result += "%.0s<ptr>";
    } else {
      result.append(percent, letter);
      if (*letter == '\0') return result;
      result += *letter;
    }
    format = letter + 1;
  }
  return result += format;
}

}  // namespace

std::string FormatKernelText(const char* format, va_list arguments) {
  std::string own_format;
  if (std::strchr(format, '%') == nullptr) return format;
  if (std::strchr(format, 'p') != nullptr) {
    own_format = WithoutPointers(format);
    format = own_format.c_str();
  }
  va_list again;
  va_copy(again, arguments);
  char text[256];
  const int length = std::vsnprintf(text, sizeof(text), format, arguments);
  std::string result(text, length < 0 ? 0 : std::min<size_t>(length, sizeof(text) - 1));
  if (length >= static_cast<int>(sizeof(text))) {
    result.resize(length + 1);
    std::vsnprintf(result.data(), result.size(), format, again);
    result.pop_back();
  }
  va_end(again);
  return result;
}

}  // namespace drydock
