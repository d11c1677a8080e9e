// One case for each kind of step.
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

// Whether executing the steps takes virtual time, so that repeating them reaches every deadline.
bool TakesTime(const std::vector<Scenario::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const Scenario::Step& step) {
    return ((step.verb == Verb::kCompute || step.verb == Verb::kSleep) && step.duration_ns > 0) ||
           TakesTime(step.steps);
  });
}

size_t FindSemaphore(SourceLocation location, const std::string& name, ReadContext* context) {
  if (name.empty()) context->Fail(location, "a semaphore without a name; give it a name");
  std::vector<std::string>& known = context->scenario().semaphores;
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) known.push_back(name);
  return static_cast<size_t>(std::find(known.begin(), known.end(), name) - known.begin());
}

}  // namespace

Scenario::Step ReadStep(const Node<StepProto>& node, bool in_action, ReadContext* context) {
  constexpr uint32_t kMostBytes = 1 << 16;
  const StepProto& proto = node.proto;
  Scenario::Step step;
  switch (proto.what_case()) {
    case StepProto::kOpen:
      step.verb = Verb::kOpen;
      step.subject =
          context->Find(node.LocationOf("open"), "device", proto.open(), context->DeviceNames());
      step.duration_ns = context->Time(node.LocationOf("patience"), "patience", proto.patience());
      break;
    case StepProto::kRead:
      step.verb = Verb::kRead;
      step.bytes = context->Within(node.LocationOf("read"), "read", proto.read(), 1u, kMostBytes);
      break;
    case StepProto::kWrite:
      step.verb = Verb::kWrite;
      step.bytes =
          context->Within(node.LocationOf("write"), "write", proto.write(), 1u, kMostBytes);
      break;
    case StepProto::kClose:
      step.verb = Verb::kClose;
      break;
    case StepProto::kSleep:
      step.verb = Verb::kSleep;
      step.duration_ns = context->Time(node.LocationOf("sleep"), "sleep", proto.sleep());
      break;
    case StepProto::kWaitUntil:
      step.verb = Verb::kWaitUntil;
      step.state = ReadState(node.Child("wait_until", proto.wait_until()), context);
      break;
    case StepProto::kPlug:
      step.verb = Verb::kPlug;
      step.subject =
          context->Find(node.LocationOf("plug"), "device", proto.plug(), context->DeviceNames());
      break;
    case StepProto::kUnplug:
      step.verb = Verb::kUnplug;
      step.subject = context->Find(node.LocationOf("unplug"), "device", proto.unplug(),
                                   context->DeviceNames());
      break;
    case StepProto::kCompute:
      step.verb = Verb::kCompute;
      step.duration_ns = context->Time(node.LocationOf("compute"), "compute", proto.compute());
      break;
    case StepProto::kLock:
      step.verb = Verb::kLock;
      step.subject =
          context->Find(node.LocationOf("lock"), "lock", proto.lock(), context->LockNames());
      break;
    case StepProto::kUnlock:
      step.verb = Verb::kUnlock;
      step.subject =
          context->Find(node.LocationOf("unlock"), "lock", proto.unlock(), context->LockNames());
      break;
    case StepProto::kSignal:
      step.verb = Verb::kSignal;
      step.subject = FindSemaphore(node.LocationOf("signal"), proto.signal(), context);
      break;
    case StepProto::kWait:
      step.verb = Verb::kWait;
      step.subject = FindSemaphore(node.LocationOf("wait"), proto.wait(), context);
      break;
    case StepProto::kGate: {
      const auto gate = node.Child("gate", proto.gate());
      step.verb = Verb::kGate;
      step.subject = context->Find(gate.LocationOf("work_loop"), "work loop",
                                   proto.gate().work_loop(), context->scenario().work_loops);
      step.steps = ReadSteps(gate, /*in_action=*/true, context);
      break;
    }
    case StepProto::kFunnel: {
      const auto funnel = node.Child("funnel", proto.funnel());
      step.verb = Verb::kFunnel;
      step.subject = 1 + context->Find(funnel.LocationOf("which"), "funnel", proto.funnel().which(),
                                       {"kernel", "network"});
      if (context->scenario().profile != kernel::Profile::kHistoric) {
        context->Fail(node.location,
                      "funnel in the modern profile; allowed only with profile: \"historic\"");
      }
      step.steps = ReadSteps(funnel, /*in_action=*/true, context);
      break;
    }
    case StepProto::kRepeat: {
      const auto repeat = node.Child("repeat", proto.repeat());
      step.verb = Verb::kRepeat;
      step.times = proto.repeat().times();
      if (proto.repeat().has_until()) {
        step.until_ns = context->Time(repeat.LocationOf("until"), "until", proto.repeat().until());
      }
      if (step.times == 0 && step.until_ns == 0) {
        context->Fail(repeat.location, "the repeat has no end; give it times or until");
      }
      step.steps = ReadSteps(repeat, in_action, context);
      // Without a step that takes time the repeat might never reach `until`.
      if (step.times == 0 && !TakesTime(step.steps)) {
        context->Fail(repeat.location,
                      "no step of the repeat takes time; add compute or sleep, or give it times");
      }
      break;
    }
    case StepProto::WHAT_NOT_SET:
      context->Fail(
          node.location,
          "an empty step; allowed is open, read, write, close, sleep, wait_until, plug, unplug, "
          "compute, lock, unlock, signal, wait, gate, funnel or repeat");
      break;
  }
  const bool of_client = step.verb == Verb::kOpen || step.verb == Verb::kRead ||
                         step.verb == Verb::kWrite || step.verb == Verb::kClose ||
                         step.verb == Verb::kWaitUntil || step.verb == Verb::kPlug ||
                         step.verb == Verb::kUnplug;
  if (in_action && of_client) {
    context->Fail(node.location,
                  absl::StrCat("a ", VerbName(step.verb),
                               " in an action or funnel; allowed there is compute, sleep, "
                               "lock, unlock, signal, wait, gate, funnel and repeat"));
  }
  if (proto.has_patience() && step.verb != Verb::kOpen) {
    context->Fail(
        node.LocationOf("patience"),
        absl::StrCat("patience is given for ", VerbName(step.verb), "; allowed only for open"));
  }
  return step;
}

Scenario::State ReadState(const Node<StateProto>& node, ReadContext* context) {
  constexpr Verb kCalls[] = {Verb::kOpen,  Verb::kRead,    Verb::kWrite, Verb::kClose,
                             Verb::kSleep, Verb::kCompute, Verb::kLock,  Verb::kWait,
                             Verb::kGate,  Verb::kFunnel};
  Scenario::State state;
  state.thread = context->Find(node.LocationOf("thread"), "thread", node.proto.thread(),
                               context->ThreadNames());
  state.text = absl::StrCat(node.proto.thread(), " is ", node.proto.is());
  absl::string_view text = node.proto.is();
  state.blocked = absl::ConsumePrefix(&text, "blocked ");
  if (absl::ConsumePrefix(&text, "in ")) {
    for (Verb verb : kCalls) {
      if (text == VerbName(verb)) state.verb = verb;
    }
  }
  if (state.verb == Verb::kNone) {
    context->Fail(
        node.LocationOf("is"),
        absl::StrCat("unknown state \"", node.proto.is(),
                     "\"; allowed is \"in VERB\" or \"blocked in VERB\", VERB being "
                     "open, read, write, close, sleep, compute, lock, wait, gate or funnel"));
  }
  return state;
}

}  // namespace drydock::reader
