#include "trace/names.h"

#include <string>

#include "absl/container/node_hash_set.h"

namespace drydock::trace {

const char* Intern(absl::string_view text) {
  // Looked up by content only, never iterated, so its hash order is not observable. Leaked on
  // purpose: interned names live as long as the process.
  static auto* names = new absl::node_hash_set<std::string>();
  auto it = names->find(text);
  if (it == names->end()) it = names->emplace(text).first;
  return it->c_str();
}

}  // namespace drydock::trace
