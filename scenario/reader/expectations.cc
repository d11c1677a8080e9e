// One function for each kind of expectation.
#include "scenario/reader/expectations.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "analysis/latency.h"
#include "trace/event.h"
#include "verify/checks.h"

namespace drydock::reader {
namespace {

using Verb = Scenario::Verb;

Scenario::EventPattern ReadEvent(const Node<EventProto>& node, ReadContext* context) {
  const EventProto& proto = node.proto;
  Scenario::EventPattern pattern;
  if (proto.has_kind()) {
    std::vector<std::string> kinds;
    for (int i = 0; i < trace::kEventKindCount; ++i) {
      kinds.push_back(trace::EventKindName(static_cast<trace::EventKind>(i)));
    }
    pattern.kind = static_cast<trace::EventKind>(
        context->Find(node.LocationOf("kind"), "kind of event", proto.kind(), kinds));
    pattern.any_kind = false;
  }
  pattern.name = proto.name();
  pattern.thread = proto.thread();
  if (pattern.any_kind && pattern.name.empty() && pattern.thread.empty()) {
    context->Fail(node.location,
                  "the event matches everything; give it a kind, a name or a thread");
  }
  return pattern;
}

void ReadReturns(const Node<ReturnsProto>& node, ReadContext* context,
                 Scenario::Expectation* expectation) {
  const ReturnsProto& proto = node.proto;
  expectation->thread =
      context->Find(node.LocationOf("thread"), "thread", proto.thread(), context->ThreadNames());
  if (context->failed()) return;
  const std::vector<Scenario::Step>& steps = context->scenario().threads[expectation->thread].steps;
  const int number = context->Within(node.LocationOf("step"), "step", proto.step(), 1,
                                     std::max(1, static_cast<int>(steps.size())));
  if (steps.empty())
    context->Fail(node.LocationOf("thread"),
                  absl::StrCat("thread \"", proto.thread(),
                               "\" has no steps; allowed is a thread with steps"));
  if (context->failed()) return;
  expectation->step = static_cast<size_t>(number - 1);
  const Scenario::Step& step = steps[expectation->step];
  const bool transfers = step.verb == Verb::kRead || step.verb == Verb::kWrite;
  if (!transfers && step.verb != Verb::kOpen && step.verb != Verb::kClose) {
    context->Fail(node.LocationOf("step"),
                  absl::StrCat("step ", number, " is a ", VerbName(step.verb),
                               "; open, read, write and close return something"));
  }
  if (proto.code_size() == 0)
    context->Fail(node.location, "no code is given; give one or more, such as kIOReturnSuccess");
  for (int i = 0; i < proto.code_size(); ++i) {
    expectation->codes.push_back(context->Code(node.LocationOf("code", i), proto.code(i)));
  }
  expectation->any_bytes = !proto.has_bytes();
  expectation->bytes = proto.bytes();
  if (proto.has_bytes() && !transfers) {
    context->Fail(node.LocationOf("bytes"), "bytes is given; allowed only for read and write");
  }
  expectation->text = absl::StrCat(
      proto.thread(), ", step ", number, ": ", VerbName(step.verb),
      transfers ? absl::StrCat(" ", step.bytes) : "", " returns ",
      absl::StrJoin(proto.code(), " or "),
      proto.has_bytes() ? absl::StrCat(", ", proto.bytes(), proto.bytes() == 1 ? " byte" : " bytes")
                        : "");
}

void ReadOrder(const Node<OrderProto>& node, ReadContext* context,
               Scenario::Expectation* expectation) {
  const OrderProto& proto = node.proto;
  if (proto.has_since()) {
    expectation->has_since = true;
    expectation->since = ReadEvent(node.Child("since", proto.since()), context);
  }
  std::vector<std::string> texts;
  for (int i = 0; i < proto.event_size(); ++i) {
    expectation->events.push_back(ReadEvent(node.Child("event", proto.event(i), i), context));
    texts.push_back(Describe(expectation->events.back()));
  }
  if (texts.empty()) context->Fail(node.location, "the order has no events; give it one or more");
  expectation->text = absl::StrCat("order", proto.has_since() ? " since " : "",
                                   proto.has_since() ? Describe(expectation->since) : "", ": ",
                                   absl::StrJoin(texts, " → "));
}

void ReadLatency(const Node<LatencyProto>& node, ReadContext* context,
                 Scenario::Expectation* expectation) {
  const LatencyProto& proto = node.proto;
  const std::vector<std::string> kMeasures = {"scheduling", "interrupt", "action",
                                              "gate wait",  "gate hold", "lock wait"};
  const std::vector<LatencyMeasure> kOf[] = {{LatencyMeasure::kThread, LatencyMeasure::kBand},
                                             {LatencyMeasure::kInterrupt},
                                             {LatencyMeasure::kAction},
                                             {LatencyMeasure::kGateWait},
                                             {LatencyMeasure::kGateHold},
                                             {LatencyMeasure::kLockWait}};
  expectation->measures =
      kOf[context->Find(node.LocationOf("measure"), "measure", proto.measure(), kMeasures)];
  expectation->subject = proto.of();
  if (proto.of().empty())
    context->Fail(node.LocationOf("of"), "the latency has no subject; give it with of");
  expectation->text = absl::StrCat(proto.measure(), " latency of ", proto.of(), ":");
  const auto bound = [&](const char* field, bool given, const std::string& text,
                         absl::optional<kernel::Time>* limit) {
    if (!given) return;
    *limit = context->Time(node.LocationOf(field), field, text);
    absl::StrAppend(&expectation->text, " ", absl::StrReplaceAll(field, {{"_", " "}}), " ", text);
  };
  bound("p50_at_most", proto.has_p50_at_most(), proto.p50_at_most(), &expectation->p50_at_most_ns);
  bound("p99_at_most", proto.has_p99_at_most(), proto.p99_at_most(), &expectation->p99_at_most_ns);
  bound("max_at_most", proto.has_max_at_most(), proto.max_at_most(), &expectation->max_at_most_ns);
  bound("max_at_least", proto.has_max_at_least(), proto.max_at_least(),
        &expectation->max_at_least_ns);
  expectation->blames = proto.blames();
  if (proto.has_blames()) absl::StrAppend(&expectation->text, " blames ", proto.blames());
  if (!proto.has_p50_at_most() && !proto.has_p99_at_most() && !proto.has_max_at_most() &&
      !proto.has_max_at_least() && !proto.has_blames()) {
    context->Fail(node.location,
                  "the latency has no bound; allowed is p50_at_most, p99_at_most, max_at_most, "
                  "max_at_least or blames");
  }
}

void ReadProgress(const Node<ProgressProto>& node, ReadContext* context,
                  Scenario::Expectation* expectation) {
  const ProgressProto& proto = node.proto;
  std::vector<std::string> known = context->ThreadNames();
  const size_t thread_count = known.size();
  for (std::string& interrupt : context->InterruptNames()) known.push_back(std::move(interrupt));
  const size_t found =
      context->Find(node.LocationOf("of"), "thread or interrupt", proto.of(), known);
  expectation->of_interrupt = found >= thread_count;
  expectation->thread = found;
  if (expectation->of_interrupt) expectation->interrupt = found - thread_count;
  expectation->text = absl::StrCat("progress of ", proto.of(), ":");
  if (proto.has_at_least()) {
    expectation->at_least = proto.at_least();
    absl::StrAppend(&expectation->text, " at least ", proto.at_least());
  }
  if (proto.has_at_most()) {
    expectation->at_most = proto.at_most();
    absl::StrAppend(&expectation->text, " at most ", proto.at_most());
  }
  if (!proto.has_at_least() && !proto.has_at_most()) {
    context->Fail(node.location, "the progress has no bound; give it at_least or at_most");
  }
}

}  // namespace

void ReadExpectation(const Node<ExpectationProto>& node, ReadContext* context) {
  using Kind = Scenario::Expectation::Kind;
  const ExpectationProto& proto = node.proto;
  Scenario::Expectation expectation;
  expectation.at_full_speed = proto.at_full_speed();
  switch (proto.what_case()) {
    case ExpectationProto::kReturns:
      expectation.kind = Kind::kReturns;
      ReadReturns(node.Child("returns", proto.returns()), context, &expectation);
      break;
    case ExpectationProto::kOrder:
      expectation.kind = Kind::kOrder;
      ReadOrder(node.Child("order", proto.order()), context, &expectation);
      break;
    case ExpectationProto::kNever:
      expectation.kind = Kind::kNever;
      expectation.events.push_back(ReadEvent(node.Child("never", proto.never()), context));
      expectation.text = absl::StrCat("never: ", Describe(expectation.events[0]));
      break;
    case ExpectationProto::kQuietWithin:
      expectation.kind = Kind::kQuietWithin;
      expectation.within_ns =
          context->Time(node.LocationOf("quiet_within"), "quiet_within", proto.quiet_within());
      expectation.text = absl::StrCat("everything is quiet within ", proto.quiet_within());
      break;
    case ExpectationProto::kNoThreadBlocked:
      expectation.kind = Kind::kNoThreadBlocked;
      expectation.text = "no thread is left blocked";
      if (!proto.no_thread_blocked()) {
        context->Fail(node.LocationOf("no_thread_blocked"),
                      "no_thread_blocked is false; allowed is true");
      }
      break;
    case ExpectationProto::kNoObjectLeaked:
      expectation.kind = Kind::kNoObjectLeaked;
      expectation.text = "no object is leaked";
      if (!proto.no_object_leaked()) {
        context->Fail(node.LocationOf("no_object_leaked"),
                      "no_object_leaked is false; allowed is true");
      }
      break;
    case ExpectationProto::kLatency:
      expectation.kind = Kind::kLatency;
      ReadLatency(node.Child("latency", proto.latency()), context, &expectation);
      break;
    case ExpectationProto::kProgress:
      expectation.kind = Kind::kProgress;
      ReadProgress(node.Child("progress", proto.progress()), context, &expectation);
      break;
    case ExpectationProto::kFinding:
      expectation.kind = Kind::kFinding;
      expectation.finding = proto.finding();
      expectation.text = absl::StrCat("finding ", proto.finding());
      if (const auto check = verify::ParseChecks(proto.finding()); check.ok()) {
        context->scenario().checks.Add(*check);
      }
      if (proto.finding().empty()) {
        context->Fail(node.LocationOf("finding"),
                      "finding is empty; allowed is a name of docs/diagnostics.md");
      }
      break;
    case ExpectationProto::WHAT_NOT_SET:
      context->Fail(node.location,
                    "the expectation is empty; allowed is returns, order, never, quiet_within, "
                    "no_thread_blocked, no_object_leaked, latency, progress or finding");
      break;
  }
  context->scenario().expectations.push_back(std::move(expectation));
}

}  // namespace drydock::reader
