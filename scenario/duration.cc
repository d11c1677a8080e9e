// Reads durations: a decimal number and a unit.
#include "scenario/duration.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace drydock {

absl::StatusOr<kernel::Time> ParseDuration(absl::string_view text) {
  constexpr double kMost = 1e12;
  const auto error = [](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, "; allowed is a number and a unit (ns, us, ms, s), such as \"20us\", up to 1000s"));
  };
  const size_t unit_at = text.find_first_not_of("0123456789.-+");
  const absl::string_view unit =
      unit_at == absl::string_view::npos ? absl::string_view() : text.substr(unit_at);
  double scale = 0;
  if (unit == "ns") scale = 1;
  if (unit == "us") scale = 1e3;
  if (unit == "ms") scale = 1e6;
  if (unit == "s") scale = 1e9;
  double number = 0;
  if (scale == 0 || !absl::SimpleAtod(text.substr(0, unit_at), &number)) {
    return error("is not a time");
  }
  if (number < 0) return error("is negative");
  if (number * scale > kMost) return error("is too long");
  return static_cast<kernel::Time>(std::llround(number * scale));
}

}  // namespace drydock
