// What goes wrong. (Misuse and the log: scheduler/misuse.h.)
#include "scheduler/kernel/panic.h"

#include <cstdio>
#include <cstdlib>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread_frame.h"
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

Moment ThisMoment() {
  if (machine == nullptr) return {};
  return {context.self != nullptr ? context.self->name.load() : "", machine->Now(),
          CallStackHere()};
}

CallStackId CallStackHere() { return machine != nullptr ? machine->StackIdHere() : 0; }

void internal::AddFinding(const char* name, absl::string_view sentence,
                          std::vector<Evidence> evidence) {
  if (machine != nullptr) machine->AddFinding(name, sentence, std::move(evidence));
}

int internal::InterruptLineHere() { return context.in_interrupt ? context.line : -1; }

void GiveUp(const char* why) {
  if (machine != nullptr) machine->Stop(Outcome::Kind::kEndless, why);
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
