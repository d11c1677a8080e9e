// The simulated kernel's panics and findings (scheduler/kernel/panic.h, scheduler/misuse.h).
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "scheduler/kernel/evidence.h"
#include "scheduler/misuse.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

using sim::machine;
using trace::EventKind;

void internal::PanicWith(const char* text) {
  if (machine == nullptr || !machine->Running()) {
    std::fprintf(stderr, "drydock: panic: %s\n", text);
    std::abort();
  }
  machine->Emit(EventKind::kPanic, 0, 0, 0, text);
  machine->Stop(Outcome::Kind::kPanic, text);
}

void internal::AddFinding(Finding finding) {
  if (machine != nullptr) machine->AddFinding(std::move(finding));
}

int internal::InterruptLineHere() {
  return machine != nullptr && machine->in_interrupt() ? machine->cpu()->line : -1;
}

}  // namespace drydock::kernel
