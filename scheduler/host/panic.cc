// What goes wrong, and what is logged.
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread_frame.h"

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

void Misuse(const char* finding, absl::string_view sentence) {
  MisuseWithEvidence(finding, sentence, {});
}

Moment ThisMoment() {
  if (machine == nullptr) return {};
  return {context.self != nullptr ? context.self->name.load() : "", machine->Now(),
          machine->StackHere()};
}

// Nobody asks often: no checker of races runs.
CallStackId CallStackHere() { return 0; }

void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence) {
  Trace(EventKind::kMisuse, 0, 0, 0, finding,
        trace::Observed(EventKind::kMisuse) ? trace::Intern(sentence) : "");
  if (machine != nullptr) machine->AddFinding(finding, sentence, std::move(evidence));
}

void GiveUp(const char* why) {
  if (machine != nullptr) machine->Stop(Outcome::Kind::kEndless, why);
}

void RefuseWaitInInterrupt(const char* what, absl::string_view name) {
  if (!context.in_interrupt) return;
  const char* sentence = trace::Intern(absl::StrCat("the handler of interrupt line ", context.line,
                                                    " ", what, name.empty() ? "" : " ", name));
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
  // As on the simulated machine: ids from outside of runs come from the top.
  static std::atomic<ObjectId> unbooted{0x80000000u};
  return machine != nullptr ? machine->NewId() : ++unbooted;
}

// --- Frames, which reports of a simulated machine tell of. Here threads go on while one reports.

ThreadFrame::ThreadFrame() : innermost_(nullptr), outer_(nullptr) {}

ThreadFrame::~ThreadFrame() = default;

std::string DescribeFrames(const Thread*) { return ""; }

}  // namespace drydock::kernel
