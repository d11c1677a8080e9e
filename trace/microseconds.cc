// Formats times for reports.
#include "trace/microseconds.h"

#include "absl/strings/str_format.h"

namespace drydock::trace {

std::string Microseconds(uint64_t ns) {
  return absl::StrFormat("%d.%03d us", ns / 1000, ns % 1000);
}

}  // namespace drydock::trace
