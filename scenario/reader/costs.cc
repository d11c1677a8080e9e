// Costs of operations, with their bounds.
#include "scenario/reader/costs.h"

#include <string>
#include <vector>

#include "scheduler/kernel/operation.h"

namespace drydock::reader {

void ReadCosts(const Node<CostsProto>& node, ReadContext* context) {
  const CostsProto& proto = node.proto;
  CostModel& costs = context->scenario().costs;
  const auto set = [&](const char* what, bool given, const std::string& text, kernel::Time* time) {
    if (given) *time = context->Time(node.LocationOf(what), what, text);
  };
  set("context_switch", proto.has_context_switch(), proto.context_switch(),
      &costs.context_switch_ns);
  set("interrupt_entry", proto.has_interrupt_entry(), proto.interrupt_entry(),
      &costs.interrupt_entry_ns);
  set("quantum", proto.has_quantum(), proto.quantum(), &costs.quantum_ns);
  if (costs.quantum_ns < kernel::kMillisecond) {
    context->Fail(node.LocationOf("quantum"), "quantum is less than 1ms; allowed is 1ms or more");
  }
  std::vector<std::string> kinds;
  for (int kind = 0; kind < kernel::kOperationKinds; ++kind) {
    kinds.push_back(kernel::OperationName(static_cast<kernel::OperationKind>(kind)));
  }
  for (int i = 0; i < proto.operation_size(); ++i) {
    const auto operation = node.Child("operation", proto.operation(i), i);
    const size_t kind = context->Find(operation.LocationOf("kind"), "kind of operation",
                                      operation.proto.kind(), kinds);
    const kernel::Time cost =
        context->Time(operation.LocationOf("cost"), "cost", operation.proto.cost());
    if (cost > kernel::kSecond) {
      context->Fail(operation.LocationOf("cost"), "cost is more than 1s; allowed is up to 1s");
    }
    costs.operation_ns[kind] = static_cast<uint32_t>(cost);
  }
  costs.jitter_percent = context->Within(node.LocationOf("jitter_percent"), "jitter_percent",
                                         proto.jitter_percent(), 0, 100);
}

}  // namespace drydock::reader
