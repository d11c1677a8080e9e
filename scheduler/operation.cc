// Names and kinds of operations.
#include "scheduler/kernel/operation.h"

namespace drydock::kernel {

const char* OperationName(OperationKind kind) {
  switch (kind) {
#define DRYDOCK_OPERATION_NAME(enumerator, name, write) \
  case OperationKind::enumerator:                       \
    return name;
    DRYDOCK_OPERATIONS(DRYDOCK_OPERATION_NAME)
#undef DRYDOCK_OPERATION_NAME
  }
  return "?";
}

bool OperationWrites(OperationKind kind) {
  switch (kind) {
#define DRYDOCK_OPERATION_WRITES(enumerator, name, write) \
  case OperationKind::enumerator:                         \
    return write;
    DRYDOCK_OPERATIONS(DRYDOCK_OPERATION_WRITES)
#undef DRYDOCK_OPERATION_WRITES
  }
  return true;
}

}  // namespace drydock::kernel
