// The forced switches of a run, in words.
#include "explore/switch_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "explore/task.h"
#include "scheduler/thread_report.h"
#include "trace/microseconds.h"

namespace drydock {

using trace::EventKind;

SwitchReport::SwitchReport(Strategy* strategy)
    : WrappedStrategy(strategy),
      watching_(this, {EventKind::kThreadCreate, EventKind::kLockAcquire, EventKind::kObjectCreate,
                       EventKind::kServiceAttach}) {}

void SwitchReport::OnEvent(const trace::Event& event) {
  if (event.kind == EventKind::kThreadCreate) {
    threads_[event.other] = event.name;
  } else {
    objects_[event.object] = event.name;
  }
}

std::string SwitchReport::NameOf(uint32_t id, const Names& names) {
  const auto name = names.find(id);
  return name == names.end() || *name->second == '\0' ? absl::StrCat("number ", id) : name->second;
}

SwitchReport::Participant SwitchReport::ParticipantOf(const Alternative& step) {
  const bool thread = step.kind == Alternative::Kind::kCpu && step.actor != 0;
  return {step, thread ? StackOfThread(step.actor) : CallStack()};
}

size_t SwitchReport::Choose(const Question& question) {
  const size_t choice = WrappedStrategy::Choose(question);
  if (choice == kRefuse) return choice;
  const Alternative& chosen = question.alternatives[choice];
  const size_t usual = default_schedule_.UsualAt(question).index;
  if (choice != usual) {
    switches_.push_back(
        {chosen.time, ParticipantOf(question.alternatives[usual]), ParticipantOf(chosen)});
  }
  default_schedule_.Note(TaskOf(chosen));
  return choice;
}

// "thread reader, about to lock gate of UsbSerial", and where that is.
std::string SwitchReport::Describe(const Participant& participant) const {
  const Alternative& step = participant.step;
  const kernel::Operation& operation = step.operation;
  std::string text;
  switch (step.kind) {
    case Alternative::Kind::kInterrupt:
      return absl::StrCat("interrupt line ", step.actor, "\n");
    case Alternative::Kind::kDeadline:
      return operation.kind == kernel::OperationKind::kOutside ? "the outside world\n"
                                                               : "a deadline\n";
    case Alternative::Kind::kCpu:
      break;
  }
  text = step.actor == 0 ? absl::StrCat("the interrupt handler on cpu ", step.cpu)
                         : absl::StrCat("thread ", NameOf(step.actor, threads_));
  absl::StrAppend(&text, ", about to ", kernel::OperationName(operation.kind));
  if (operation.object != 0) absl::StrAppend(&text, " ", NameOf(operation.object, objects_));
  text += "\n";
  constexpr size_t kMostFunctions = 4;
  const std::vector<std::string> functions = participant.stack.Functions();
  for (size_t i = 0; i < std::min(kMostFunctions, functions.size()); ++i) {
    absl::StrAppend(&text, "       ", i == 0 ? "in " : "of ", functions[i], "\n");
  }
  return text;
}

std::string SwitchReport::Text(size_t most) const {
  std::string text;
  for (size_t i = 0; i < std::min(most, switches_.size()); ++i) {
    const Switch& forced = switches_[i];
    absl::StrAppend(&text, "  ", i + 1, ". at ", trace::Microseconds(forced.time),
                    " held up: ", Describe(forced.held_up),
                    "     goes on: ", Describe(forced.goes));
  }
  if (switches_.size() > most) {
    absl::StrAppend(&text, "  and ", switches_.size() - most, " more\n");
  }
  return text;
}

}  // namespace drydock
