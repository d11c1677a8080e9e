// Waits of runners for one another, and the circles that are refused.
#include "runner/runner_thread.h"

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {
namespace {

// All waits of runners, as one object of the exploration: each beginning of a wait looks at others.
struct Waits {
  const kernel::ObjectId id = kernel::NewObjectId();
};
kernel::PerBoot<Waits> waits;

}  // namespace

void RunnerThread::ChoicePointForWait() {
  kernel::ChoicePoint(kernel::OperationKind::kAtomic, waits->id);
}

bool RunnerThread::BeginWait(RunnerThread* caller, const RunnerThread* target, Over over,
                             const void* subject) {
  const kernel::AtomicSection section;
  const RunnerThread* last = target;
  while (last != caller && last->waits_for_ != nullptr && !last->over_(last->subject_)) {
    last = last->waits_for_;
  }
  if (last == caller) return false;
  caller->waits_for_ = target;
  caller->over_ = over;
  caller->subject_ = subject;
  return true;
}

void RunnerThread::EndWait(RunnerThread* caller) {
  const kernel::AtomicSection section;
  caller->waits_for_ = nullptr;
}

absl::Status RunnerThread::WaitRefused(const RunnerThread& caller, const RunnerThread& target) {
  return absl::FailedPreconditionError(
      absl::StrCat(caller.name(), " would wait for itself: it called ", target.name(),
                   ", which waits for it; post this work without waiting, or after the closure"));
}

}  // namespace drydock
