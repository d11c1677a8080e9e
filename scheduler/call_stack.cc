#include "scheduler/call_stack.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/debugging/symbolize.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace drydock {
namespace {

// What a compiled function begins its frame with, on x86-64 and on AArch64.
struct FrameRecord {
  const FrameRecord* caller;
  const void* return_address;
};

// Of the machinery, not of the story.
bool IsScaffolding(absl::string_view function) {
  constexpr absl::string_view kPrefixes[] = {
      "drydock::sim::", "drydock::kernel::", "std::", "absl::", "make_fcontext"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](absl::string_view prefix) { return absl::StartsWith(function, prefix); });
}

}  // namespace

CallStack CallStack::Walk(const void* frame, const void* low, const void* high, const void* code) {
  std::array<const void*, kMaxFrames> callers;
  size_t depth = 0;
  // (As if it had just called.)
  if (code != nullptr) callers[depth++] = static_cast<const char*>(code) + 1;
  const auto* record = static_cast<const FrameRecord*>(frame);
  while (depth < kMaxFrames) {
    const auto address = reinterpret_cast<uintptr_t>(record);
    if (record < low || address + sizeof(FrameRecord) > reinterpret_cast<uintptr_t>(high) ||
        address % alignof(FrameRecord) != 0) {
      break;
    }
    callers[depth++] = record->return_address;
    if (record->caller <= record) break;
    record = record->caller;
  }
  CallStack stack;
  stack.callers_.assign(callers.begin(), callers.begin() + depth);
  return stack;
}

std::vector<std::string> CallStack::Functions() const {
  std::vector<std::string> functions;
  for (const void* caller : callers_) {
    // The call is before the address it returns to, which may belong to another function already.
    char name[1024];
    if (!absl::Symbolize(static_cast<const char*>(caller) - 1, name, sizeof(name))) continue;
    if (!IsScaffolding(name)) functions.emplace_back(name);
  }
  return functions;
}

std::string DescribeStack(const CallStack& stack, const std::string& indent) {
  std::string text;
  for (const std::string& function : stack.Functions()) {
    absl::StrAppend(&text, indent, function, "\n");
  }
  return text;
}

}  // namespace drydock
