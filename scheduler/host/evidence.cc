// The host kernel's evidence (scheduler/kernel/evidence.h): the calling thread's stack and time.
#include "scheduler/kernel/evidence.h"

#include "scheduler/host/machine.h"

namespace drydock::kernel {

using host::context;
using host::machine;

Moment ThisMoment() {
  if (machine == nullptr) return {};
  return {context.self != nullptr ? context.self->name.load() : "", machine->Now(),
          CallStackHere()};
}

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

void GiveUp(const char* why) {
  if (machine != nullptr) machine->Stop(Outcome::Kind::kEndless, why);
}

}  // namespace drydock::kernel
