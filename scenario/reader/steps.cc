#include "scenario/reader/steps.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace drydock::reader {
namespace {

using Verb = Scenario::Verb;

// Whether going through the steps takes virtual time, and so comes to an end at some time.
bool TakesTime(const std::vector<Scenario::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const Scenario::Step& step) {
    return ((step.verb == Verb::kCompute || step.verb == Verb::kSleep) && step.duration_ns > 0) ||
           TakesTime(step.steps);
  });
}

size_t FindSemaphore(Place place, const std::string& name, Reading* reading) {
  if (name.empty()) reading->Fail(place, "a semaphore without a name; give it a name");
  std::vector<std::string>& known = reading->scenario().semaphores;
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) known.push_back(name);
  return static_cast<size_t>(std::find(known.begin(), known.end(), name) - known.begin());
}

}  // namespace

Scenario::Step ReadStep(const Node<StepProto>& node, bool in_action, Reading* reading) {
  constexpr uint32_t kMostBytes = 1 << 16;
  const StepProto& proto = node.proto;
  Scenario::Step step;
  switch (proto.what_case()) {
    case StepProto::kOpen:
      step.verb = Verb::kOpen;
      step.subject = reading->Find(node.Of("open"), "device", proto.open(), reading->DeviceNames());
      step.duration_ns = reading->Time(node.Of("patience"), "patience", proto.patience());
      break;
    case StepProto::kRead:
      step.verb = Verb::kRead;
      step.bytes = reading->Within(node.Of("read"), "read", proto.read(), 1u, kMostBytes);
      break;
    case StepProto::kWrite:
      step.verb = Verb::kWrite;
      step.bytes = reading->Within(node.Of("write"), "write", proto.write(), 1u, kMostBytes);
      break;
    case StepProto::kClose:
      step.verb = Verb::kClose;
      break;
    case StepProto::kSleep:
      step.verb = Verb::kSleep;
      step.duration_ns = reading->Time(node.Of("sleep"), "sleep", proto.sleep());
      break;
    case StepProto::kWaitUntil:
      step.verb = Verb::kWaitUntil;
      step.state = ReadState(node.At("wait_until", proto.wait_until()), reading);
      break;
    case StepProto::kPlug:
      step.verb = Verb::kPlug;
      step.subject = reading->Find(node.Of("plug"), "device", proto.plug(), reading->DeviceNames());
      break;
    case StepProto::kUnplug:
      step.verb = Verb::kUnplug;
      step.subject =
          reading->Find(node.Of("unplug"), "device", proto.unplug(), reading->DeviceNames());
      break;
    case StepProto::kCompute:
      step.verb = Verb::kCompute;
      step.duration_ns = reading->Time(node.Of("compute"), "compute", proto.compute());
      break;
    case StepProto::kLock:
      step.verb = Verb::kLock;
      step.subject = reading->Find(node.Of("lock"), "lock", proto.lock(), reading->LockNames());
      break;
    case StepProto::kUnlock:
      step.verb = Verb::kUnlock;
      step.subject = reading->Find(node.Of("unlock"), "lock", proto.unlock(), reading->LockNames());
      break;
    case StepProto::kSignal:
      step.verb = Verb::kSignal;
      step.subject = FindSemaphore(node.Of("signal"), proto.signal(), reading);
      break;
    case StepProto::kWait:
      step.verb = Verb::kWait;
      step.subject = FindSemaphore(node.Of("wait"), proto.wait(), reading);
      break;
    case StepProto::kGate: {
      const auto gate = node.At("gate", proto.gate());
      step.verb = Verb::kGate;
      step.subject = reading->Find(gate.Of("work_loop"), "work loop", proto.gate().work_loop(),
                                   reading->scenario().work_loops);
      step.steps = ReadSteps(gate, /*in_action=*/true, reading);
      break;
    }
    case StepProto::kFunnel: {
      const auto funnel = node.At("funnel", proto.funnel());
      step.verb = Verb::kFunnel;
      step.subject = 1 + reading->Find(funnel.Of("which"), "funnel", proto.funnel().which(),
                                       {"kernel", "network"});
      if (reading->scenario().profile != kernel::Profile::kHistoric) {
        reading->Fail(node.place,
                      "a funnel in the modern profile; it is for profile: \"historic\"");
      }
      step.steps = ReadSteps(funnel, /*in_action=*/true, reading);
      break;
    }
    case StepProto::kRepeat: {
      const auto repeat = node.At("repeat", proto.repeat());
      step.verb = Verb::kRepeat;
      step.times = proto.repeat().times();
      if (proto.repeat().has_until()) {
        step.until_ns = reading->Time(repeat.Of("until"), "until", proto.repeat().until());
      }
      if (step.times == 0 && step.until_ns == 0) {
        reading->Fail(repeat.place, "a repeat without an end; give it times or until");
      }
      step.steps = ReadSteps(repeat, in_action, reading);
      // Otherwise it might stand still in virtual time for ever.
      if (step.times == 0 && !TakesTime(step.steps)) {
        reading->Fail(repeat.place, "a repeat in which no time passes; compute or sleep in it");
      }
      break;
    }
    case StepProto::WHAT_NOT_SET:
      reading->Fail(
          node.place,
          "an empty step; allowed is open, read, write, close, sleep, wait_until, plug, unplug, "
          "compute, lock, unlock, signal, wait, gate, funnel or repeat");
      break;
  }
  const bool of_client = step.verb == Verb::kOpen || step.verb == Verb::kRead ||
                         step.verb == Verb::kWrite || step.verb == Verb::kClose ||
                         step.verb == Verb::kWaitUntil || step.verb == Verb::kPlug ||
                         step.verb == Verb::kUnplug;
  if (in_action && of_client) {
    reading->Fail(node.place,
                  absl::StrCat("a ", VerbName(step.verb),
                               " in an action or funnel; allowed there is compute, sleep, "
                               "lock, unlock, signal, wait, gate, funnel and repeat"));
  }
  if (proto.has_patience() && step.verb != Verb::kOpen) {
    reading->Fail(node.Of("patience"), "patience is for open only");
  }
  return step;
}

Scenario::State ReadState(const Node<WhileProto>& node, Reading* reading) {
  constexpr Verb kCalls[] = {Verb::kOpen,  Verb::kRead,    Verb::kWrite, Verb::kClose,
                             Verb::kSleep, Verb::kCompute, Verb::kLock,  Verb::kWait,
                             Verb::kGate,  Verb::kFunnel};
  Scenario::State state;
  state.thread =
      reading->Find(node.Of("thread"), "thread", node.proto.thread(), reading->ThreadNames());
  state.text = absl::StrCat(node.proto.thread(), " is ", node.proto.is());
  absl::string_view text = node.proto.is();
  state.blocked = absl::ConsumePrefix(&text, "blocked ");
  if (absl::ConsumePrefix(&text, "in ")) {
    for (Verb verb : kCalls) {
      if (text == VerbName(verb)) state.verb = verb;
    }
  }
  if (state.verb == Verb::kNone) {
    reading->Fail(
        node.Of("is"),
        absl::StrCat("unknown state \"", node.proto.is(),
                     "\"; allowed is \"in VERB\" or \"blocked in VERB\", VERB being "
                     "open, read, write, close, sleep, compute, lock, wait, gate or funnel"));
  }
  return state;
}

}  // namespace drydock::reader
