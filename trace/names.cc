// The table of interned names.
#include "trace/names.h"

#include <array>
#include <cstdint>
#include <string>

#include "absl/container/node_hash_set.h"
#include "trace/parallel_lock.h"

namespace drydock::trace {

namespace {

const char* Find(absl::string_view text) {
  // Looked up by content only, never iterated, so its hash order is not observable. Leaked on
  // purpose: interned names live as long as the process.
  static auto* names = new absl::node_hash_set<std::string>();
  auto it = names->find(text);
  if (it == names->end()) it = names->emplace(text).first;
  return it->c_str();
}

}  // namespace

const char* Intern(absl::string_view text) {
  static auto* lock = new ParallelLock();
  const std::lock_guard locked(*lock);
  // Nearly all names are literals, given again and again from the same place.
  static std::array<absl::string_view, 64> recent;
  const auto place = reinterpret_cast<uintptr_t>(text.data());
  absl::string_view& last = recent[(place >> 2 ^ place >> 8) % recent.size()];
  if (last != text || last.data() == nullptr) last = absl::string_view(Find(text), text.size());
  return last.data();
}

}  // namespace drydock::trace
