// What goes wrong, and what is logged.
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>

#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/trace.h"
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

void Misuse(const char* finding, absl::string_view sentence) {
  Trace(EventKind::kMisuse, 0, 0, 0, finding,
        trace::Observed(EventKind::kMisuse) ? trace::Intern(sentence) : "");
  if (machine != nullptr) machine->AddFinding(finding, sentence);
}

Moment ThisMoment() {
  if (machine == nullptr) return {};
  const char* thread = machine->self() != nullptr ? machine->self()->name : "";
  return {thread, machine->Now(), machine->StackHere()};
}

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence) {
  Misuse(finding, sentence);
  if (machine != nullptr) machine->AddEvidence(std::move(evidence));
}

void GiveUp(const char* why) {
  if (machine != nullptr) machine->GiveUp(why);
}

void RefuseWaitInInterrupt(const char* what, absl::string_view name) {
  if (machine == nullptr || !machine->in_interrupt()) return;
  const char* sentence =
      trace::Intern(absl::StrCat("the handler of interrupt line ", machine->cpu()->line, " ", what,
                                 name.empty() ? "" : " ", name));
  Misuse("wait-in-interrupt-context", sentence);
  Panic("a wait in primary-interrupt context: ", sentence);
}

void Log(absl::string_view text) {
  if (trace::Observed(EventKind::kLog)) Trace(EventKind::kLog, 0, 0, 0, trace::Intern(text));
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
