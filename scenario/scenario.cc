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
      return "wait";
    case Scenario::Verb::kPlug:
      return "plug";
    case Scenario::Verb::kUnplug:
      return "unplug";
  }
  return "?";
}

}  // namespace drydock
