// The uniform random walks URW and SURW.
#include "explore/uniform_walk.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "explore/task.h"

namespace drydock {

UniformWalk::UniformWalk(uint64_t seed, bool selective, const StepCounts& expected)
    : seed_(seed),
      selective_(selective),
      learns_(expected.empty()),
      prng_(seed, selective ? "surw" : "urw") {
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
  for (const auto& [task, count] : expected.at(object_)) remaining_[task] = count;
}

size_t UniformWalk::DrawByRemaining(const Question& question) {
  const size_t count = question.alternatives.size();
  if (up_to_.size() < count) up_to_.resize(count);
  uint64_t* const up_to = up_to_.data();
  uint64_t all = 0;
  for (size_t i = 0; i < count; ++i) {
    all += std::max<uint64_t>(remaining_[TaskOf(question.alternatives[i])], 1);
    up_to[i] = all;
  }
  const uint64_t ticket = prng_.Below(all);
  size_t choice = 0;
  for (size_t i = 0; i < count; ++i) choice += up_to[i] <= ticket ? 1 : 0;
  return choice;
}

size_t UniformWalk::DrawAround(const Question& question) {
  const auto alternatives = question.alternatives;
  size_t competing = 0;
  bool there = false;  // the task chosen to go next; it may be blocked
  for (const Alternative& alternative : alternatives) {
    competing += Interesting(alternative) ? 1 : 0;
    there |= has_next_ && TaskOf(alternative) == next_;
  }
  if (competing > 0) {
    if (!there || held_back_ >= StarvationGuard::kMost) {
      next_ = TaskOf(alternatives[DrawByRemaining(question)]);
      has_next_ = there = true;
      held_back_ = 0;
    }
    ++held_back_;
  }
  const auto may_go = [this](const Alternative& alternative) {
    return !Interesting(alternative) || (has_next_ && TaskOf(alternative) == next_);
  };
  const auto count =
      static_cast<size_t>(std::count_if(alternatives.begin(), alternatives.end(), may_go));
  if (count == 0 || count == alternatives.size()) return prng_.Below(alternatives.size());
  size_t ticket = prng_.Below(count);
  size_t i = 0;
  while (!may_go(alternatives[i]) || ticket-- > 0) ++i;
  return i;
}

size_t UniformWalk::Choose(const Question& question) {
  const size_t choice = selective_ ? DrawAround(question) : DrawByRemaining(question);
  const Alternative& chosen = question.alternatives[choice];
  if (learns_) ++taken_[chosen.operation.object][TaskOf(chosen)];
  if (Interesting(chosen)) {
    has_next_ = false;
    uint64_t& remaining = remaining_[TaskOf(chosen)];
    remaining -= remaining > 0 ? 1 : 0;
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
