// The host kernel's panics and findings (scheduler/kernel/panic.h, scheduler/misuse.h).
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "scheduler/host/machine.h"
#include "scheduler/misuse.h"

namespace drydock::kernel {

using host::context;
using host::machine;
using trace::EventKind;

void internal::PanicWith(const char* text) {
  if (machine == nullptr || context.leave == nullptr) {
    std::fprintf(stderr, "drydock: panic: %s\n", text);
    std::abort();
  }
  machine->Emit(EventKind::kPanic, 0, 0, 0, text);
  machine->Stop(Outcome::Kind::kPanic, text);
  machine->Leave();
}

void internal::AddFinding(Finding finding) {
  if (machine != nullptr) machine->AddFinding(std::move(finding));
}

int internal::InterruptLineHere() { return context.in_interrupt ? context.line : -1; }

}  // namespace drydock::kernel
