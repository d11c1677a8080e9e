// The host kernel's clock, which is the host's (scheduler/kernel/clock.h).
#include "scheduler/kernel/clock.h"

#include <algorithm>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/wait.h"

namespace drydock::kernel {

using host::machine;

Time Now() { return machine == nullptr ? 0 : machine->Now(); }

void Delay(Time interval) {
  if (machine == nullptr) return;
  const Time until = SaturatingAdd(machine->Now(), interval);
  while (machine->Now() < until) {
    ChoicePoint(OperationKind::kDelay, 0);
    SpinPause();
  }
}

void Sleep(Time interval) {
  const char* address = nullptr;
  AssertWait(&address, Interruptible::kUninterruptible,
             SaturatingAdd(Now(), std::max<Time>(interval, 1)), {"sleeps", "", 0, nullptr});
  ThreadBlock();
}

}  // namespace drydock::kernel
