// Questions and their alternatives, and the fast path past those with a known answer.
#include "scheduler/sim/chooser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/dispatcher.h"

namespace drydock::sim {

using kernel::kNever;
using kernel::OperationKind;
using kernel::Time;

Chooser::Chooser(const MachineOptions& options, Strategy* strategy, const Parts& parts)
    : strategy_(strategy),
      horizon_ns_(options.horizon_ns),
      max_questions_(options.max_questions),
      follows_time_(strategy->FollowsTime()),
      timeless_(parts.effects.timeless()),
      sees_every_step_(parts.effects.sees_every_step()),
      dispatcher_(parts.dispatcher),
      deadlines_(parts.deadlines),
      lines_(parts.lines),
      outside_(parts.outside),
      effects_(parts.effects),
      ending_(parts.ending),
      schedule_(parts.ending.outcome.schedule) {}

namespace {

// The order of alternatives of one time.
uint64_t Rank(const Alternative& alternative) {
  return static_cast<uint64_t>(alternative.kind) << 40 | uint64_t{alternative.cpu} << 32 |
         alternative.actor;
}

// The order of alternatives. Without branches: the host's CPU could not predict them.
bool Before(const Alternative& a, const Alternative& b) {
  return static_cast<int>(a.time < b.time) |
         (static_cast<int>(a.time == b.time) & static_cast<int>(Rank(a) < Rank(b)));
}

}  // namespace

const Alternative* Chooser::Next() {
  if (!GatherStep()) Gather();
  if (alternatives_.empty()) return nullptr;
  chosen_ = Ask();
  return ABSL_PREDICT_FALSE(chosen_ == kNone) ? nullptr : &alternatives_[chosen_];
}

bool Chooser::GatherStep() {
  if (ABSL_PREDICT_FALSE(!gathered_)) return false;
  Alternative* const all = alternatives_.data();
  const Time time = context_.cpu()->clock;
  Alternative& step = all[chosen_];
  step.time = time;
  step.operation = context_.pending();
  if (ABSL_PREDICT_TRUE(alternatives_.size() == 2)) {
    if (Before(all[1], all[0])) std::swap(all[0], all[1]);
  } else {
    MoveStep();
  }
  const Time until = kernel::SaturatingAdd(std::max(context_.now(), all[0].time), horizon_ns_);
  return time <= until && first_left_out_ > until &&
         (deadlines_.empty() || deadlines_.top()->when > until);
}

void Chooser::MoveStep() {
  const Alternative step = alternatives_[chosen_];
  size_t index = chosen_;
  for (; index > 0 && Before(step, alternatives_[index - 1]); --index) {
    alternatives_[index] = alternatives_[index - 1];
  }
  for (; index + 1 < alternatives_.size() && Before(alternatives_[index + 1], step); ++index) {
    alternatives_[index] = alternatives_[index + 1];
  }
  alternatives_[index] = step;
}

void Chooser::Gather() {
  alternatives_.clear();
  const Cpus& cpus = dispatcher_.cpus();
  Time earliest = kNever;
  for (const Cpu& cpu : cpus) {
    if (cpu.steps()) earliest = std::min(earliest, cpu.clock);
  }
  if (!deadlines_.empty()) earliest = std::min(earliest, deadlines_.top()->when);
  const bool interruptible = lines_.any_deliverable() && dispatcher_.InterruptibleCpu() != nullptr;
  if (interruptible) earliest = std::min(earliest, context_.now());
  if (earliest == kNever) return;
  const Time until = kernel::SaturatingAdd(std::max(context_.now(), earliest), horizon_ns_);
  // A deadline among the alternatives may be removed without a call of Invalidate.
  gathered_ = !timeless_ && (deadlines_.empty() || deadlines_.top()->when > until);
  first_left_out_ = kNever;
  for (const Cpu& cpu : cpus) {
    if (!cpu.steps()) continue;
    if (cpu.clock > until) {
      first_left_out_ = std::min(first_left_out_, cpu.clock);
      continue;
    }
    // Field by field, here and below: a copy of what was just put together is slow on the host.
    Alternative& step = alternatives_.emplace_back();
    step.cpu = static_cast<uint8_t>(cpu.index);
    step.waits = timeless_ && MustWait(cpu);
    step.actor = cpu.in_interrupt ? 0 : cpu.thread->id;
    step.time = cpu.clock;
    step.operation = cpu.pending();
  }
  deadlines_.VisitUntil(until, [this](Deadline* deadline) {
    Alternative& expiry = alternatives_.emplace_back();
    expiry.kind = Alternative::Kind::kDeadline;
    expiry.actor = deadline->number;
    expiry.time = deadline->when;
    expiry.operation = deadline->operation;
  });
  if (interruptible) {
    lines_.VisitDeliverable([this](int index, const Line& line) {
      Alternative& delivery = alternatives_.emplace_back();
      delivery.kind = Alternative::Kind::kInterrupt;
      delivery.actor = static_cast<uint32_t>(index);
      delivery.time = line.since;
      delivery.operation = {OperationKind::kInterrupt,
                            effects_.NameOf(kNamedLine, static_cast<kernel::ObjectId>(index))};
    });
  }
  if (alternatives_.size() == 2) {
    if (Before(alternatives_[1], alternatives_[0])) std::swap(alternatives_[0], alternatives_[1]);
  } else if (alternatives_.size() > 2) {
    std::sort(alternatives_.begin(), alternatives_.end(), Before);
  }
}

bool Chooser::MustWait(const Cpu& cpu) const {
  switch (cpu.pending().kind) {
    case OperationKind::kBlock:
      // Unless something is to happen when it blocks.
      return *cpu.thread->guard && !outside_.AwaitsBlockOf(cpu.thread);
    case OperationKind::kLock:
    case OperationKind::kSpinLock:
    case OperationKind::kJoin:
      return *(cpu.in_interrupt ? cpu.guard : cpu.thread->guard);
    default:
      return false;
  }
}

size_t Chooser::Ask() {
  const size_t count = alternatives_.size();
  if (count < 2 && !sees_every_step_) return 0;
  size_t choice = 0;
  if (!follows_time_) {
    choice = strategy_->Choose({schedule_.questions(), alternatives_});
    if (choice == Strategy::kRefuse) {
      ending_.Stop(Outcome::Kind::kRefused, strategy_->refusal());
      return kNone;
    }
  }
  if (count < 2) return choice;
  schedule_.Append(static_cast<uint32_t>(count), static_cast<uint32_t>(choice));
  if (ABSL_PREDICT_FALSE(schedule_.questions() > max_questions_)) {
    StopEndless();
    return kNone;
  }
  return choice;
}

void Chooser::StopEndless() {
  ending_.Stop(Outcome::Kind::kEndless, !given_up_.empty()
                                            ? given_up_
                                            : absl::StrCat("the run went on for more than ",
                                                           max_questions_, " choice points"));
}

void Chooser::GiveUp(std::string why) {
  given_up_ = std::move(why);
  choice_points_ = max_questions_ + 1;
  Invalidate();
}

Time Chooser::QuietUntil() const {
  const auto offered_from = [this](Time time) {
    return time > horizon_ns_ ? time - horizon_ns_ : 0;
  };
  const Cpu& current = *context_.cpu();
  const Time horizon = kernel::SaturatingAdd(current.clock, horizon_ns_);
  Time until = kNever;
  for (const Cpu& cpu : dispatcher_.cpus()) {
    if (&cpu == &current || !cpu.steps()) continue;
    until = std::min(until, cpu.clock > horizon ? offered_from(cpu.clock) : cpu.clock);
  }
  if (!deadlines_.empty()) until = std::min(until, offered_from(deadlines_.top()->when));
  return current.in_interrupt ? until : std::min(until, current.QuantumEnd());
}

void Chooser::AllowFast() {
  fast_alternatives_ = static_cast<uint32_t>(alternatives_.size());
  if (timeless_ || (fast_alternatives_ > 1 && !follows_time_)) return;
  const auto only_cpus = [this] {
    return std::all_of(alternatives_.begin(), alternatives_.end(), [](const Alternative& other) {
      return other.kind == Alternative::Kind::kCpu;
    });
  };
  // Each step must be counted while an outside event waits for a choice point.
  if ((fast_alternatives_ == 1 || only_cpus()) && !outside_.AwaitsChoicePoint()) {
    fast_until_ = QuietUntil();
  }
}

}  // namespace drydock::sim
