// Writes a run as text, an event a line.
#include "trace/timeline.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace drydock::trace {
namespace {

constexpr absl::string_view kDim = "\x1b[2m";
constexpr absl::string_view kBold = "\x1b[1m";
constexpr absl::string_view kRed = "\x1b[31m";
constexpr absl::string_view kCyan = "\x1b[36m";
constexpr absl::string_view kPlain = "\x1b[0m";

std::string Count(uint64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// Puts events into words. It sees all events once before, because some give a name to what others
// mention by id.
class Narrator {
 public:
  Narrator(const std::vector<Event>& events, const EventWords& words) : words_(words) {
    for (const Event& event : events) Learn(event);
  }

  // Empty for events that the timeline leaves out.
  std::string Tell(const Event& event) const;

  const char* ThreadName(ThreadId thread) const {
    const auto found = threads_.find(thread);
    return found == threads_.end() ? "-" : found->second;
  }

 private:
  void Learn(const Event& event);
  std::string Name(ObjectId object) const {
    const auto found = objects_.find(object);
    return found == objects_.end() ? absl::StrCat("object ", object) : found->second;
  }

  const EventWords& words_;
  absl::flat_hash_map<ThreadId, const char*> threads_;
  absl::flat_hash_map<ObjectId, const char*> objects_;
};

void Narrator::Learn(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadRunnable:  // it may have been renamed
      threads_[event.other] = event.name;
      break;
    case EventKind::kObjectCreate:
      objects_.emplace(event.object, event.name);  // its class, until it has a name
      break;
    case EventKind::kServiceInit:
    case EventKind::kServiceAttach:
    case EventKind::kServiceDetach:
    case EventKind::kServiceRegister:
    case EventKind::kServiceStart:
    case EventKind::kServiceOpen:
    case EventKind::kTerminatePhase1:
    case EventKind::kIoSubmit:
      objects_[event.object] = event.name;
      break;
    default:
      break;
  }
}

std::string Narrator::Tell(const Event& event) const {
  const absl::string_view name = event.name;
  switch (event.kind) {
    case EventKind::kPlug:
      return absl::StrCat(name, " is plugged in");
    case EventKind::kUnplug:
      return absl::StrCat(name, " is unplugged");
    case EventKind::kInterruptBegin:
      return absl::StrCat("interrupt on line ", event.value);

    case EventKind::kServiceStart:
      return absl::StrCat(name, " starts on ", Name(event.other));
    case EventKind::kServiceStarted:
      return event.value != 0 ? absl::StrCat(name, " has started")
                              : absl::StrCat(name, " refuses to start");
    case EventKind::kServiceRegister:
      return absl::StrCat(name, " is published");
    case EventKind::kServiceOpen:
      return absl::StrCat(Name(event.other), event.value != 0 ? " opens " : " may not open ", name);
    case EventKind::kServiceClose:
      return absl::StrCat(Name(event.other), " closes ", name);
    case EventKind::kTerminatePhase1:
      return absl::StrCat("TERMINATE_PHASE1: ", name, " is inactive");
    case EventKind::kTerminateWill:
      return absl::StrCat("TERMINATE_WILL: ", name, " hears that ", Name(event.other), " will go");
    case EventKind::kTerminateDid:
      return absl::StrCat("TERMINATE_DID: ", name, " hears that ", Name(event.other), " did go");
    case EventKind::kTerminateFinalize:
      return absl::StrCat("TERMINATE_FINALIZE: ", name);
    case EventKind::kTerminateStop:
      return absl::StrCat("TERMINATE_STOP: ", name, " is stopped on ", Name(event.other));
    case EventKind::kTerminateStopDefer:
      return absl::StrCat("TERMINATE_STOP_DEFER: ", name, " still has ", Name(event.other),
                          " open");
    case EventKind::kTerminateDone:
      return absl::StrCat("TERMINATE_DONE: ", name, " is detached");

    case EventKind::kIoSubmit:
      return absl::StrCat(name, ": ", Count(event.value, "byte"), " submitted");
    case EventKind::kIoComplete:
      return absl::StrCat(Name(event.object), ": completes with ", words_.status(event.other), ", ",
                          Count(event.value, "byte"));
    case EventKind::kIoAbort:
      return event.value == 0 ? "" : absl::StrCat(Name(event.object), ": aborted");

    case EventKind::kGateSleep:
      return "sleeps in the gate";
    case EventKind::kGateWakeup:
      return event.value != 0 ? "wakes one that sleeps in the gate"
                              : "wakes those that sleep in the gate";
    case EventKind::kActionBegin:
      // Only what the outside world sets off; gates are closed for everything.
      if (!absl::EndsWith(name, "EventSource")) return "";
      return absl::StrCat("action of ", name, *event.detail != '\0' ? " for " : "", event.detail);
    case EventKind::kTimerExpire:
      return "a timer expires";

    case EventKind::kClientCall:
      return absl::StrCat("calls ", name, *event.detail != '\0' ? " " : "", event.detail,
                          event.value != 0 ? absl::StrCat(" ", event.value) : "");
    case EventKind::kClientReturn:
      return absl::StrCat(name, " returns ", words_.status(event.other),
                          event.value != 0 ? absl::StrCat(", ", Count(event.value, "byte")) : "");

    case EventKind::kLog:
      return absl::StrCat("log: ", name);
    case EventKind::kMisuse:
      return absl::StrCat("misuse, ", name, ": ", event.detail);
    case EventKind::kAdvice:
      return absl::StrCat("advice, ", name, ": ", event.detail);
    case EventKind::kPanic:
      return absl::StrCat("panic: ", name);
    default:
      return "";
  }
}

absl::string_view ColorOf(EventKind kind) {
  switch (kind) {
    case EventKind::kPlug:
    case EventKind::kUnplug:
      return kBold;
    case EventKind::kClientCall:
    case EventKind::kClientReturn:
      return kCyan;
    case EventKind::kMisuse:
    case EventKind::kPanic:
      return kRed;
    default:
      return "";
  }
}

}  // namespace

std::string WriteTimeline(const std::vector<Event>& events, const TimelineOptions& options) {
  const Narrator narrator(events, options.words);
  const auto paint = [&](absl::string_view color, const std::string& text) {
    return options.color && !color.empty() ? absl::StrCat(color, text, kPlain) : text;
  };
  std::string text =
      absl::StrCat(paint(kDim, absl::StrFormat("%12s  %3s  %-11s  %-24s  %s", "time (us)", "cpu",
                                               "band", "thread", "what happens")),
                   "\n");
  for (const Event& event : events) {
    const std::string story = narrator.Tell(event);
    if (story.empty()) continue;
    std::string cpu = "-";
    const char* band = "outside";
    const char* thread = "-";
    if (event.context != Context::kOutside) {
      cpu = absl::StrCat(event.cpu);
      band = "interrupt";
    }
    if (event.context == Context::kThread) {
      band = options.words.band(event.priority);
      thread = narrator.ThreadName(event.thread);
    }
    absl::StrAppend(&text,
                    absl::StrFormat("%8d.%03d  %3s  %-11s  %-24s  ", event.time_ns / 1000,
                                    event.time_ns % 1000, cpu, band, thread),
                    paint(ColorOf(event.kind), story), "\n");
  }
  return text;
}

}  // namespace drydock::trace
