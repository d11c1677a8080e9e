// What goes wrong. (Misuse and the log: scheduler/misuse.h.)
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>

#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/trace.h"
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

Moment ThisMoment() {
  if (machine == nullptr) return {};
  const char* thread = machine->self() != nullptr ? machine->self()->name : "";
  return {thread, machine->Now(), CallStackHere()};
}

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

void internal::AddFinding(const char* name, absl::string_view sentence,
                          std::vector<Evidence> evidence) {
  if (machine != nullptr) machine->AddFinding(name, sentence, std::move(evidence));
}

int internal::InterruptLineHere() {
  return machine != nullptr && machine->in_interrupt() ? machine->cpu()->line : -1;
}

void GiveUp(const char* why) {
  if (machine != nullptr) machine->GiveUp(why);
}

void internal::TraceSlow(trace::Event event) {
  if (machine != nullptr) {
    machine->Emit(event);
  } else {
    trace::Publish(event);
  }
}

ObjectId NewObjectId() {
  // Outside of runs (immortal objects made at static initialisation) ids come from the top, so that
  // they never meet those of a run.
  static ObjectId unbooted = 0x80000000u;
  return machine != nullptr ? machine->NewId() : ++unbooted;
}

}  // namespace drydock::kernel
