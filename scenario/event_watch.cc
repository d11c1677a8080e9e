// Matches events with the patterns of a scenario's expectations.
#include "scenario/event_watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "trace/microseconds.h"
#include "trace/names.h"

namespace drydock {
namespace {

using Kind = Scenario::Expectation::Kind;
using trace::EventKind;

bool Same(const Scenario::EventPattern& a, const Scenario::EventPattern& b) {
  return a.any_kind == b.any_kind && a.kind == b.kind && a.name == b.name && a.thread == b.thread;
}

}  // namespace

EventWatch::Pattern EventWatch::Prepare(const Scenario::EventPattern& pattern) {
  return {pattern.any_kind, pattern.kind,
          pattern.name.empty() ? nullptr : trace::Intern(pattern.name),
          pattern.thread.empty() ? nullptr : trace::Intern(pattern.thread)};
}

EventWatch::EventWatch(const Scenario& scenario) {
  const auto watch = [this](const Pattern& pattern) {
    kinds_.Add(pattern.any_kind ? trace::EventKinds::All() : trace::EventKinds{pattern.kind});
    if (pattern.thread != nullptr) {
      kinds_.Add({EventKind::kThreadCreate, EventKind::kThreadRunnable});  // threads may be renamed
    }
  };
  for (size_t i = 0; i < scenario.expectations.size(); ++i) {
    const Scenario::Expectation& expectation = scenario.expectations[i];
    if (expectation.kind != Kind::kOrder && expectation.kind != Kind::kNever) continue;
    Watched watched = {
        i, expectation.kind == Kind::kNever, expectation.has_since, Prepare(expectation.since), {}};
    if (expectation.has_since) watch(watched.since);
    for (size_t j = 0; j < expectation.events.size(); ++j) {
      Mark mark = {Prepare(expectation.events[j]), Describe(expectation.events[j])};
      for (size_t k = 0; k < j; ++k) {
        if (Same(expectation.events[k], expectation.events[j])) ++mark.occurrence;
      }
      watch(mark.pattern);
      watched.marks.push_back(std::move(mark));
    }
    watched_.push_back(std::move(watched));
  }
}

bool EventWatch::Matches(const Pattern& pattern, const trace::Event& event) const {
  if (!pattern.any_kind && pattern.kind != event.kind) return false;
  if (pattern.name != nullptr && pattern.name != trace::Intern(event.name)) return false;
  return pattern.thread == nullptr ||
         (event.thread < thread_names_.size() && thread_names_[event.thread] == pattern.thread);
}

void EventWatch::OnEvent(const trace::Event& event) {
  ++events_;
  if (event.kind == EventKind::kThreadCreate || event.kind == EventKind::kThreadRunnable) {
    if (event.other >= thread_names_.size()) thread_names_.resize(event.other + 1, "");
    thread_names_[event.other] = trace::Intern(event.name);
  }
  for (Watched& watched : watched_) {
    if (watched.waits_for_since) {
      if (Matches(watched.since, event)) watched.waits_for_since = false;
      continue;
    }
    for (Mark& mark : watched.marks) {
      if (mark.seen_at != 0 || !Matches(mark.pattern, event)) continue;
      if (++mark.count < mark.occurrence) continue;
      mark.seen_at = events_;
      mark.time_ns = event.time_ns;
    }
  }
}

std::string EventWatch::SeenInstead(size_t index) const {
  const auto found =
      std::find_if(watched_.begin(), watched_.end(),
                   [index](const Watched& watched) { return watched.expectation == index; });
  if (found == watched_.end()) return "";
  const auto with_time = [](const Mark& mark) {
    return absl::StrCat(mark.text, " at ", trace::Microseconds(mark.time_ns));
  };
  if (found->absence) {
    const Mark& mark = found->marks.front();
    return mark.seen_at != 0 ? with_time(mark) : "";
  }
  if (found->waits_for_since) return "the event that `since` names never happened";
  std::vector<const Mark*> seen;
  std::string missing;
  for (const Mark& mark : found->marks) {
    if (mark.seen_at != 0) {
      seen.push_back(&mark);
    } else {
      absl::StrAppend(&missing, missing.empty() ? "never: " : ", ", mark.text,
                      mark.count > 0 ? absl::StrFormat(" (only %d times)", mark.count) : "");
    }
  }
  const auto earlier = [](const Mark* a, const Mark* b) { return a->seen_at < b->seen_at; };
  if (missing.empty() && std::is_sorted(seen.begin(), seen.end(), earlier)) return "";
  std::stable_sort(seen.begin(), seen.end(), earlier);
  std::string text;
  for (const Mark* mark : seen) {
    absl::StrAppend(&text, text.empty() ? "" : " → ", with_time(*mark));
  }
  if (!missing.empty()) absl::StrAppend(&text, text.empty() ? "" : "; ", missing);
  return text;
}

}  // namespace drydock
