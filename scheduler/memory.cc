#include "scheduler/kernel/memory.h"

namespace drydock::kernel::internal {

int memory_watchers = 0;
bool has_hooked_code = false;

}  // namespace drydock::kernel::internal
