// Source-DPOR on the timeless machine.
#include "explore/order_search.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "explore/task.h"
#include "trace/digest.h"

namespace drydock {
namespace {

using kernel::OperationKind;

constexpr uint32_t kNone = HappensBefore::kNone;

// The key of the thread whose wait would time out; 0 if it is something else.
uint64_t OwnerOf(const Alternative& alternative) {
  if (alternative.kind != Alternative::Kind::kDeadline ||
      (alternative.actor & Alternative::kTimeoutOf) == 0) {
    return 0;
  }
  Alternative thread;
  thread.actor = alternative.actor & ~Alternative::kTimeoutOf;
  return TaskOf(thread);
}

bool TakesLock(const kernel::Operation& operation) {
  return operation.kind == OperationKind::kLock || operation.kind == OperationKind::kSpinLock;
}

}  // namespace

Strategy* OrderSearch::Next() {
  if (runs_ > 0) {
    given_ = 0;
    while (given_ == 0 && !steps_.empty()) {
      ExecutionStep& place = steps_.back();
      options_.resize(place.options_end);
      options_[place.chosen].sleeps = true;
      const uint32_t next = Pick(place, /*wanted=*/true);
      if (next == kNone) {
        steps_.pop_back();
        continue;
      }
      place.chosen = next;
      given_ = static_cast<uint32_t>(steps_.size());
      order_.CutBack(given_ - 1, place.tasks);
      extras_.resize(place.extras);
      where_.resize(place.tasks);
      for (uint32_t i = place.options; i < place.options_end; ++i) where_[options_[i].task] = i;
    }
    if (given_ == 0) return nullptr;
  }
  ++runs_;
  position_ = 0;
  open_ = adrift_ = redundant_run_ = anothers_ = false;
  return &follower_;
}

std::string OrderSearch::Describe() const {
  return absl::StrCat(reduction_ == Reduction::kNone ? "all orders" : "DPOR", ", run ", runs_);
}

std::string OrderSearch::Exhausted() const {
  if (!steps_.empty()) return "";
  std::string text =
      reduction_ == Reduction::kNone
          ? absl::StrCat("all ", runs_, " orders, of ", classes_, " classes, were run")
          : absl::StrCat("all ", classes_, " classes of schedules were run");
  if (shard_.count > 1)
    absl::StrAppend(&text, " that are of part ", shard_.index + 1, " of ", shard_.count);
  if (held_back_) {
    absl::StrAppend(&text,
                    ", except those in which a task that polls goes on before something changes");
  }
  if (too_long_ > 0) {
    absl::StrAppend(&text, ", but for what comes after ", kMostSteps, " steps, in ", too_long_,
                    too_long_ == 1 ? " run" : " runs");
  }
  return text;
}

size_t OrderSearch::Choose(const Question& question) {
  if (position_ < given_) {
    const ExecutionStep& place = steps_[position_];
    const Option& option = options_[place.chosen];
    const size_t choice = place.chosen - place.options;
    if (question.alternatives.size() != place.options_end - place.options ||
        TaskOf(question.alternatives[choice]) != order_.key(option.task)) {
      refusal_ = absl::StrCat("at step ", position_,
                              " the run differs from an earlier one that was the same so far: the "
                              "program is not deterministic");
      return Strategy::kRefuse;
    }
    if (++position_ == given_) Open(option);
    return choice;
  }
  if (adrift_) return PickFairly(question);
  if (open_) CloseStep();
  Arrive(question);
  ExecutionStep& place = steps_.back();
  if (!IsShared(place) && !IsOurs(place)) {
    GoAdrift();
    return PickFairly(question);
  }
  const uint32_t next = Pick(place, /*wanted=*/false);
  if (next == kNone) {
    const bool stuck = std::none_of(options_.begin() + place.options, options_.end(),
                                    [](const Option& option) { return option.enabled; });
    redundant_run_ = !stuck;
    if (stuck) ReverseLocks(place);
    GoAdrift();
    return PickFairly(question);
  }
  if (steps_.size() > kMostSteps) {
    ++too_long_;
    GoAdrift();
    return PickFairly(question);
  }
  place.chosen = next;
  options_[next].wanted = true;
  Open(options_[next]);
  given_ = ++position_;
  return next - place.options;
}

void OrderSearch::GoAdrift() {
  anothers_ = !IsOurs(steps_.back());
  options_.resize(steps_.back().options);
  steps_.pop_back();
  adrift_ = true;
}

size_t OrderSearch::PickFairly(const Question& question) {
  const size_t count = question.alternatives.size();
  const size_t start = fair_choices_++ % count;
  for (size_t i = 0; i < count; ++i) {
    const size_t choice = (start + i) % count;
    if (!question.alternatives[choice].waits) return choice;
  }
  return start;
}

void OrderSearch::Open(const Option& option) {
  order_.Open(option.task, option.cause, option.operation);
  open_ = true;
}

void OrderSearch::NoteEffect(const kernel::Operation& operation) {
  if (open_) order_.Add(operation);
}

void OrderSearch::CloseStep() {
  open_ = false;
  const uint32_t step = order_.size() - 1;
  const auto races = order_.Close();
  if (reduction_ == Reduction::kNone) return;
  for (const HappensBefore::Race& race : races) Reverse(race, order_.task(step), step);
  ExecutionStep& place = steps_.back();
  Option& option = options_[place.chosen];
  option.extras = static_cast<uint32_t>(extras_.size());
  auto operations = order_.OperationsOf(step);
  if (option.operation.object != 0) operations.remove_prefix(1);
  extras_.insert(extras_.end(), operations.begin(), operations.end());
  option.extras_end = place.extras = static_cast<uint32_t>(extras_.size());
}

void OrderSearch::Arrive(const Question& question) {
  const uint32_t step = order_.size() - 1;  // the last; none at first
  const auto options = static_cast<uint32_t>(options_.size());
  steps_.push_back({options, options, kNone, 0, static_cast<uint32_t>(extras_.size()), 0, 0});
  ExecutionStep& place = steps_.back();
  const ExecutionStep* before = steps_.size() > 1 ? &steps_[steps_.size() - 2] : nullptr;
  if (before != nullptr) FollowPath(*before, &place);
  bool free = false;
  for (const Alternative& alternative : question.alternatives) {
    const uint32_t task = order_.TaskOf(TaskOf(alternative), OwnerOf(alternative));
    Option option = {task, kNone, alternative.operation, !alternative.waits};
    const uint32_t was = before != nullptr ? Find(*before, task) : kNone;
    if (was == kNone) {
      if (before != nullptr) option.cause = step;
    } else if (was == before->chosen) {
      option.held = order_.Polls(task);
    } else {
      const Option& earlier = options_[was];
      option.cause = earlier.cause;
      option.held = earlier.held && !order_.EndsPolling(step, task);
      option.extras = earlier.extras;
      option.extras_end = earlier.extras_end;
      option.sleeps = reduction_ == Reduction::kClasses && earlier.sleeps && option.enabled &&
                      Independent(step, option);
    }
    free |= option.enabled && !option.held;
    options_.push_back(option);
  }
  place.options_end = static_cast<uint32_t>(options_.size());
  place.tasks = order_.tasks();
  where_.resize(place.tasks, kNone);
  for (uint32_t i = place.options; i < place.options_end; ++i) {
    Option& option = options_[i];
    where_[option.task] = i;
    if (!free) {
      option.held = false;
    } else if (option.held && option.enabled) {
      held_back_ = true;
    }
    option.wanted = reduction_ == Reduction::kNone || IsShared(place);
  }
  if (before != nullptr && reduction_ == Reduction::kClasses) WantDisabled(*before, place);
}

void OrderSearch::FollowPath(const ExecutionStep& before, ExecutionStep* place) const {
  const auto enabled =
      std::count_if(options_.begin() + before.options, options_.begin() + before.options_end,
                    [](const Option& option) { return option.enabled; });
  place->choices = before.choices + (enabled > 1 ? 1 : 0);
  place->path = before.path;
  if (enabled > 1 && IsShared(before)) {
    place->path = trace::Mix(before.path, before.chosen - before.options + 1);
  }
}

bool OrderSearch::IsOurs(const ExecutionStep& place) const {
  return place.path % shard_.count == shard_.index;
}

// What was possible before the last step and has been undone by it may come first.
void OrderSearch::WantDisabled(const ExecutionStep& before, const ExecutionStep& now) {
  for (uint32_t i = before.options; i < before.options_end; ++i) {
    if (i != before.chosen && Find(now, options_[i].task) == kNone) options_[i].wanted = true;
  }
}

// The same of all that is left when the run is over.
void OrderSearch::WantLeft(const ExecutionStep& last) {
  for (uint32_t i = last.options; i < last.options_end; ++i) options_[i].wanted = true;
}

uint32_t OrderSearch::Pick(const ExecutionStep& place, bool wanted) const {
  const uint32_t last =
      steps_.size() > 1 ? order_.task(static_cast<uint32_t>(steps_.size()) - 2) : kNone;
  uint32_t first = kNone;
  for (uint32_t i = place.options; i < place.options_end; ++i) {
    const Option& option = options_[i];
    if (!option.enabled || option.held || option.sleeps || (wanted && !option.wanted)) continue;
    if (first == kNone) first = i;
    const OperationKind kind = option.operation.kind;
    if (option.task == last && kind != OperationKind::kYield && kind != OperationKind::kDelay) {
      return i;
    }
  }
  return first;
}

uint32_t OrderSearch::Find(const ExecutionStep& place, uint32_t task) const {
  const uint32_t option = task < where_.size() ? where_[task] : kNone;
  if (option >= place.options && option < place.options_end && options_[option].task == task) {
    return option;
  }
  for (uint32_t i = place.options; i < place.options_end; ++i) {
    if (options_[i].task == task) return i;
  }
  return kNone;
}

bool OrderSearch::Independent(uint32_t step, const Option& option) const {
  if (order_.Conflicts(step, option.operation)) return false;
  for (uint32_t i = option.extras; i < option.extras_end; ++i) {
    if (order_.Conflicts(step, extras_[i])) return false;
  }
  return true;
}

void OrderSearch::Reverse(const HappensBefore::Race& race, uint32_t task, uint32_t later) {
  const ExecutionStep& place = steps_[race.earlier];
  first_.assign(order_.tasks(), kNone);
  uint32_t wanted = kNone;
  // Of the steps that do not depend on the earlier one, and then the later one: those that nothing
  // among them must come before. True if an order that begins with one of them is run anyway.
  const auto begins = [&](uint32_t step, uint32_t of, const uint32_t* clock) {
    if (first_[of] != kNone) return false;
    first_[of] = step;
    for (uint32_t other = 0; other < first_.size(); ++other) {
      if (other != of && first_[other] != kNone && first_[other] < clock[other]) return false;
    }
    const uint32_t option = Find(place, of);
    if (option == kNone || !options_[option].enabled || options_[option].held) return false;
    if (wanted == kNone) wanted = option;
    return options_[option].wanted || options_[option].sleeps;
  };
  for (uint32_t step = race.earlier + 1; step < later; ++step) {
    if (order_.Before(race.earlier, step)) continue;
    if (begins(step, order_.task(step), order_.clock(step))) return;
  }
  if (begins(later, task, race.clock)) return;
  // If there is none, the later one was made possible by the earlier one.
  if (wanted != kNone) options_[wanted].wanted = true;
}

void OrderSearch::ReverseLocks(const ExecutionStep& place) {
  if (reduction_ == Reduction::kNone) return;
  for (uint32_t i = place.options; i < place.options_end; ++i) {
    const Option option = options_[i];
    if (option.enabled || !TakesLock(option.operation)) continue;
    for (const auto& race : order_.RaceForLock(option.task, option.operation.object)) {
      Reverse(race, option.task, order_.size());
    }
  }
}

bool OrderSearch::Finish() {
  if (position_ < given_) {
    refusal_ = absl::StrCat("the run ended after ", position_,
                            " steps, where an earlier one that was the same so far went on: the "
                            "program is not deterministic");
    return false;
  }
  if (open_) CloseStep();
  if (!adrift_ && !steps_.empty() && reduction_ == Reduction::kClasses) {
    WantLeft(steps_.back());
    ReverseLocks(steps_.back());
  }
  // It has ended before the shards part.
  if (!adrift_ && !steps_.empty() && IsShared(steps_.back())) anothers_ = !IsOurs(steps_.back());
  if (anothers_) return true;
  if (redundant_run_) {
    ++redundant_;
  } else if (reduction_ == Reduction::kClasses || seen_.insert(order_.trace()).second) {
    ++classes_;
  }
  return true;
}

}  // namespace drydock
