// The promise of a work loop's gate.
#include "verify/gate_checker.h"

#include "absl/strings/str_cat.h"

namespace drydock::verify {

using trace::Event;
using trace::EventKind;

trace::EventKinds GateChecker::Kinds() const {
  return {EventKind::kGateClose, EventKind::kGateOpen, EventKind::kActionBegin};
}

void GateChecker::OnEvent(const Event& event) {
  const auto breach = [&](const char* what) {
    Report(event, "gate-is-exclusive",
           absl::StrCat("thread ", event.thread, " ", what, ", work loop ", event.object, " at ",
                        event.time_ns, " ns"));
  };
  switch (event.kind) {
    case EventKind::kGateClose:
      if (!owners_.emplace(event.object, event.thread).second) {
        breach("closed the gate that another thread held");
      }
      break;
    case EventKind::kGateOpen: {
      const auto owner = owners_.find(event.object);
      if (owner == owners_.end() || owner->second != event.thread) {
        breach("opened the gate without holding it");
      } else {
        owners_.erase(owner);
      }
      break;
    }
    case EventKind::kActionBegin: {
      ++actions_;
      const auto owner = owners_.find(event.object);
      if (owner == owners_.end() || owner->second != event.thread) {
        breach("began an action without holding the gate");
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace drydock::verify
