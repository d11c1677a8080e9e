#include "explore/uniform_walk.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "explore/task.h"

namespace drydock {

UniformWalk::UniformWalk(uint64_t seed, bool selective, const StepCounts& expected)
    : seed_(seed), selective_(selective), prng_(seed, selective ? "surw" : "urw") {
  if (!selective) {
    for (const auto& [object, tasks] : expected) {
      for (const auto& [task, count] : tasks) remaining_[task] += count;
    }
    return;
  }
  std::vector<kernel::ObjectId> shared;
  for (const auto& [object, tasks] : expected) {
    if (object != 0 && tasks.size() > 1) shared.push_back(object);
  }
  if (shared.empty()) return;
  object_ = shared[prng_.Below(shared.size())];
  remaining_ = expected.at(object_);
}

uint64_t UniformWalk::Remaining(const Alternative& alternative) const {
  const auto found = remaining_.find(TaskOf(alternative));
  return found == remaining_.end() ? 1 : std::max<uint64_t>(found->second, 1);
}

template <typename Weight>
size_t UniformWalk::Draw(const Question& question, Weight weight) {
  uint64_t all = 0;
  for (const Alternative& alternative : question.alternatives) all += weight(alternative);
  if (all == 0) return question.alternatives.size();
  uint64_t ticket = prng_.Below(all);
  size_t i = 0;
  while (ticket >= weight(question.alternatives[i])) ticket -= weight(question.alternatives[i++]);
  return i;
}

size_t UniformWalk::Choose(const Question& question) {
  const auto remaining = [this](const Alternative& alternative) { return Remaining(alternative); };
  size_t choice;
  if (!selective_) {
    choice = Draw(question, remaining);
  } else {
    const auto is_next = [this](const Alternative& a) { return TaskOf(a) == next_; };
    const auto interesting = [this](const Alternative& a) { return Interesting(a); };
    const bool competes =
        std::any_of(question.alternatives.begin(), question.alternatives.end(), interesting);
    // Whoever was to be next may be blocked: another is drawn.
    const bool there =
        has_next_ && held_back_ < Patience::kMost &&
        std::any_of(question.alternatives.begin(), question.alternatives.end(), is_next);
    if (competes && !there) {
      next_ = TaskOf(question.alternatives[Draw(question, remaining)]);
      has_next_ = true;
      held_back_ = 0;
    }
    if (competes) ++held_back_;
    choice = Draw(question, [&](const Alternative& a) -> uint64_t {
      return !interesting(a) || is_next(a) ? 1 : 0;
    });
    if (choice == question.alternatives.size()) choice = prng_.Below(choice);
  }
  const Alternative& chosen = question.alternatives[choice];
  ++taken_[chosen.operation.object][TaskOf(chosen)];
  if (Interesting(chosen)) {
    has_next_ = false;
    const auto found = remaining_.find(TaskOf(chosen));
    if (found != remaining_.end() && found->second > 0) --found->second;
  }
  return choice;
}

Strategy* UniformWalks::Next() {
  walk_ = std::make_unique<UniformWalk>(runs_.NextSeed(), selective_, expected_);
  return walk_.get();
}

std::string UniformWalks::Describe() const {
  return absl::StrCat(selective_ ? "SURW, " : "URW, ", runs_.Describe());
}

}  // namespace drydock
