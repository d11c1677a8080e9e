// The default costs of operations (docs/machine.md).
#include "scheduler/cost_model.h"

namespace drydock {

using kernel::OperationKind;

namespace {

constexpr std::array<uint32_t, kernel::kOperationKinds> Table() {
  std::array<uint32_t, kernel::kOperationKinds> table = {};
  const auto cost = [&table](OperationKind kind, uint32_t ns) {
    table[static_cast<size_t>(kind)] = ns;
  };
  cost(OperationKind::kBegin, 0);
  cost(OperationKind::kThreadCreate, 5000);
  cost(OperationKind::kExit, 1000);
  cost(OperationKind::kLock, 20);
  cost(OperationKind::kTryLock, 20);
  cost(OperationKind::kUnlock, 20);
  cost(OperationKind::kSpinLock, 15);
  cost(OperationKind::kSpinUnlock, 10);
  cost(OperationKind::kAssertWait, 60);
  cost(OperationKind::kWakeup, 80);
  cost(OperationKind::kYield, 100);
  cost(OperationKind::kPolicy, 300);
  cost(OperationKind::kRaise, 0);
  cost(OperationKind::kMask, 100);
  cost(OperationKind::kThreadCall, 150);
  cost(OperationKind::kRetain, 6);
  cost(OperationKind::kRelease, 6);
  cost(OperationKind::kAtomic, 6);
  cost(OperationKind::kRead, 1);
  cost(OperationKind::kWrite, 1);
  cost(OperationKind::kSubmit, 300);
  cost(OperationKind::kService, 10);
  return table;
}

constexpr auto kTable = Table();

}  // namespace

CostModel::CostModel() : operation_ns(kTable) {}

}  // namespace drydock
