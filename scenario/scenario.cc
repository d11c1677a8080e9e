// How reports name the parts of a scenario.
#include "scenario/scenario.h"

#include "absl/strings/str_cat.h"

namespace drydock {

std::string Describe(const Scenario::EventPattern& pattern) {
  std::string text = pattern.any_kind ? "anything" : trace::EventKindName(pattern.kind);
  if (!pattern.name.empty()) absl::StrAppend(&text, " ", pattern.name);
  if (!pattern.thread.empty()) absl::StrAppend(&text, " on ", pattern.thread);
  return text;
}

const char* VerbName(Scenario::Verb verb) {
  switch (verb) {
    case Scenario::Verb::kNone:
      return "none";
    case Scenario::Verb::kOpen:
      return "open";
    case Scenario::Verb::kRead:
      return "read";
    case Scenario::Verb::kWrite:
      return "write";
    case Scenario::Verb::kClose:
      return "close";
    case Scenario::Verb::kSleep:
      return "sleep";
    case Scenario::Verb::kWaitUntil:
      return "wait_until";
    case Scenario::Verb::kPlug:
      return "plug";
    case Scenario::Verb::kUnplug:
      return "unplug";
    case Scenario::Verb::kCompute:
      return "compute";
    case Scenario::Verb::kLock:
      return "lock";
    case Scenario::Verb::kUnlock:
      return "unlock";
    case Scenario::Verb::kSignal:
      return "signal";
    case Scenario::Verb::kWait:
      return "wait";
    case Scenario::Verb::kGate:
      return "gate";
    case Scenario::Verb::kFunnel:
      return "funnel";
    case Scenario::Verb::kRepeat:
      return "repeat";
  }
  return "?";
}

}  // namespace drydock
