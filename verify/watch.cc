// Where checkers and a live run meet.
#include "verify/watch.h"

#include <utility>

#include "libkern/kernel_heap.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/memory.h"
#include "symbols/symbolizer.h"
#include "trace/names.h"

namespace drydock::verify {

Checks ChecksFor(RunKind kind) {
  Checks checks;
  Checks with_races = Checks::Usual();
  if (kernel::HasHookedCode()) with_races.Add(Check::kDataRace);
  switch (kind) {
    case RunKind::kTest:
      return with_races;
    case RunKind::kThoroughTest:
    case RunKind::kExploration:
      checks = with_races;
      checks.Add(Check::kLifetimes);
      return checks;
    case RunKind::kScenario:
      checks = Checks::Usual();
      checks.Add(Check::kLifetimes);
      return checks;
    case RunKind::kCounted:
      return checks;
    case RunKind::kGuest:
      return {Check::kDataRace};
    case RunKind::kFlawed:
      return Checks::All();
  }
  return checks;
}

void LiveRun::Report(const trace::Event&, Finding finding) {
  kernel::ReportFinding(std::move(finding));
}

trace::StackId LiveRun::Stack() { return kernel::CallStackHere(); }

trace::MemoryFact LiveRun::Memory(trace::ObjectId location, uint32_t bytes) {
  const auto* address = static_cast<const char*>(kernel::LocationAddress(location));
  if (address == nullptr || bytes == 0) return {};
  for (; (bytes & 1) == 0; bytes >>= 1) ++address;
  FoundBlock found;
  if (FindBlock(address, &found)) return {.block = found.block.number, .offset = found.offset};
  const Global global = GlobalAt(address);
  if (global.name.empty()) return {};
  return {.global = trace::Intern(global.name), .offset = global.offset};
}

Watch::Watch(WatchOptions options)
    : quarantines_(options.checks.Has(Check::kLifetimes)),
      recorder_(options.recorder),
      checkers_(options.checks, options.contracts, &live_) {
  if (quarantines_) SetHeapMode(HeapMode::kQuarantine);
  if (recorder_ != nullptr) {
    recorder_->Begin(options.checks, options.contracts);
    observing_.push_back(
        std::make_unique<trace::ScopedObserver>(recorder_, TraceRecorder::KindsFor(checkers_)));
  }
  for (const std::unique_ptr<Checker>& checker : checkers_.checkers()) {
    observing_.push_back(std::make_unique<trace::ScopedObserver>(checker.get(), checker->Kinds()));
  }
}

void Watch::Finish(RunEnd* end) {
  if (recorder_ != nullptr) recorder_->End(*end);
  checkers_.Finish(end);
}

Watch::~Watch() {
  if (quarantines_) SetHeapMode(HeapMode::kRecycle);
}

}  // namespace drydock::verify
