// What happens to blocks of the kernel heap after their end, or does not happen before the run's.
#include "verify/lifetime_checker.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace drydock::verify {

using trace::Event;
using trace::EventKind;
using trace::FreedCall;

trace::EventKinds LifetimeChecker::Kinds() const {
  trace::EventKinds kinds = {EventKind::kHeapFreeAgain,  EventKind::kHeapReadFreed,
                             EventKind::kHeapWriteFreed, EventKind::kHeapCallFreed,
                             EventKind::kHeapLeft,       EventKind::kHeapChanged};
  kinds.Add(HeapBlocks::Kinds());
  return kinds;
}

void LifetimeChecker::OnEvent(const Event& event) {
  if (blocks_.OnEvent(event)) return;
  const std::string what = blocks_[event.object].Describe();
  switch (event.kind) {
    case EventKind::kHeapFreeAgain:
      ReportBlock(event, "double-free", absl::StrCat(what, " is freed again"));
      return;
    case EventKind::kHeapReadFreed:
      Touched(event, /*write=*/false);
      return;
    case EventKind::kHeapWriteFreed:
      Touched(event, /*write=*/true);
      return;
    case EventKind::kHeapCallFreed: {
      const auto call = static_cast<FreedCall>(event.value);
      ReportBlock(event, call == FreedCall::kRelease ? "over-release" : "use-after-free",
                  absl::StrCat(what, ", or what it pointed to, is ",
                               call == FreedCall::kRelease  ? "released"
                               : call == FreedCall::kRetain ? "retained"
                                                            : "called",
                               " after it was freed"));
      return;
    }
    case EventKind::kHeapLeft:
      if (event.value == trace::kBeingFreed) {
        ReportBlock(event, "free-without-super",
                    absl::StrCat(what,
                                 " lost its last reference but not its memory: does its free() "
                                 "call super::free()?"));
      } else {
        ReportBlock(event, "leak",
                    absl::StrCat(what, " is never freed",
                                 blocks_[event.object].is_object()
                                     ? absl::StrCat("; references: ", event.value)
                                     : ""));
      }
      return;
    default:  // a block that has changed
      if (written_.contains(event.object)) return;
      ReportBlock(event, "write-after-free",
                  absl::StrCat(what, " was written to after it was freed"));
      return;
  }
}

void LifetimeChecker::Touched(const Event& event, bool write) {
  const HeapBlock& block = blocks_[event.object];
  // That is how virtual functions are called, which is reported when the call comes.
  const bool reads_table = event.other == 0 && event.value == sizeof(void*) && !write;
  if (block.is_object() && reads_table) return;
  if (!(write ? written_ : read_).insert(event.object).second) return;
  ReportBlock(
      event, write ? "write-after-free" : "use-after-free",
      absl::StrCat(block.Describe(), " is ", write ? "written to" : "read", " after it was freed, ",
                   event.value, event.value == 1 ? " byte" : " bytes", " at offset ", event.other));
}

void LifetimeChecker::ReportBlock(const Event& event, const char* name, std::string sentence) {
  Report(event, name, std::move(sentence), blocks_[event.object].MakeEvidence());
}

}  // namespace drydock::verify
