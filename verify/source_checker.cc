// The promise of removeEventSource.
#include "verify/source_checker.h"

#include "absl/strings/str_cat.h"

namespace drydock::verify {

using trace::Event;
using trace::EventKind;

trace::EventKinds SourceChecker::Kinds() const {
  return {EventKind::kSourceAdd,   EventKind::kSourceDisable, EventKind::kSourceRemove,
          EventKind::kActionBegin, EventKind::kActionEnd,     EventKind::kFilterBegin,
          EventKind::kObjectFree};
}

void SourceChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kSourceAdd:
      sources_[event.other] = Source();
      break;
    case EventKind::kSourceDisable:
      sources_[event.other].disabled = true;
      break;
    case EventKind::kSourceRemove: {
      ++removals_;
      Source& source = sources_[event.other];
      (source.disabled || source.actions == 0 ? source.gone : source.leaving) = true;
      break;
    }
    case EventKind::kActionBegin: {
      if (event.other == 0) break;  // of the work loop itself
      CheckBegin(event, "an action");
      Source& source = sources_[event.other];
      ++source.actions;
      source.disabled = false;
      break;
    }
    case EventKind::kActionEnd: {
      if (event.other == 0) break;
      Source& source = sources_[event.other];
      if (--source.actions == 0 && source.leaving) source.gone = true;
      source.disabled = false;
      break;
    }
    case EventKind::kFilterBegin:
      CheckBegin(event, "a filter");
      break;
    case EventKind::kObjectFree:
      freed_.insert(event.object);
      break;
    default:
      break;
  }
}

void SourceChecker::CheckBegin(const Event& event, const char* what) {
  const auto breach = [&](const char* after) {
    Report(event, "removed-source-is-quiet",
           absl::StrCat(what, " of ", event.name, " ", event.other, " began ", after,
                        ", on thread ", event.thread, " at ", event.time_ns, " ns"));
  };
  if (freed_.contains(event.other)) breach("after the source was freed");
  if (freed_.contains(event.object)) breach("after its work loop was freed");
  const auto source = sources_.find(event.other);
  if (source != sources_.end() && source->second.gone) breach("after the source was removed");
}

}  // namespace drydock::verify
