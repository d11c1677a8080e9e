// What a timeless strategy is told; names of addresses, in the order of their first use.
#include "scheduler/sim/effects.h"

#include "absl/base/attributes.h"

namespace drydock::sim {

using kernel::ObjectId;

ABSL_ATTRIBUTE_NOINLINE void Effects::Tell(kernel::OperationKind kind, ObjectId object) {
  strategy_->NoteEffect({kind, object});
}

ObjectId Effects::NameOfAddress(const void* address) {
  const auto next = static_cast<ObjectId>(kNamedAddress | addresses_.size());
  return addresses_.try_emplace(address, next).first->second;
}

}  // namespace drydock::sim
