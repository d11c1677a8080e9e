// Demangling by GNU libiberty, which, unlike the C++ library, can leave parameters out.
#include "symbols/demangle.h"

#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

// <libiberty/demangle.h> declares a `basename` that contradicts the C library's <string.h>.
extern "C" char* cplus_demangle(const char* mangled, int options);

namespace drydock {
namespace {

bool EndsAName(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '>' || c == ')'; }

// The text with "Outer()::kept" for "Outer(int, char const*)::kept": the demangler leaves out the
// parameters of the last function only.
std::string WithoutOuterParameters(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] != '(' || i == 0 || !EndsAName(text[i - 1])) continue;
    size_t end = i + 1;
    for (int depth = 1; end < text.size() && depth > 0; ++end) {
      depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    }
    absl::string_view rest = text.substr(end);
    absl::ConsumePrefix(&rest, " const");
    if (!absl::StartsWith(rest, "::")) continue;
    result += ')';
    i = text.size() - rest.size() - 1;
  }
  return result;
}

// Empty if the name is not a mangled one of C++.
std::string Demangled(const char* name) {
  constexpr int kNoParameters = 0;
  if (!absl::StartsWith(name, "_Z")) return "";
  const std::unique_ptr<char, void (*)(void*)> text(cplus_demangle(name, kNoParameters),
                                                    &std::free);
  return text != nullptr ? WithoutOuterParameters(text.get()) : "";
}

}  // namespace

std::string DemangledFunction(const char* name) {
  const std::string text = Demangled(name);
  return text.empty() ? name : absl::StrCat(text, "()");
}

std::string DemangledVariable(const char* name) {
  std::string text = Demangled(name);
  return text.empty() ? name : text;
}

}  // namespace drydock
