// Busy waits of the simulated kernel: one look, because each look is a choice point at which the
// strategy decides whether it finds something.
#include "scheduler/kernel/spin.h"

namespace drydock::kernel {

int SpinLimit() { return 1; }
int CpuHere() { return -1; }
void MoveToCpu(int) {}
void MoveFromCpu(int) {}

}  // namespace drydock::kernel
