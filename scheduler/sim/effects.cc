// Names of addresses, in the order of their first use.
#include "scheduler/sim/effects.h"

namespace drydock::sim {

using kernel::ObjectId;

ObjectId Effects::NameOfAddress(const void* address) {
  const auto next = static_cast<ObjectId>(kNamedAddress | addresses_.size());
  return addresses_.try_emplace(address, next).first->second;
}

}  // namespace drydock::sim
