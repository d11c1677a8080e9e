// Partial-order sampling.
#include "explore/pos.h"

namespace drydock {

size_t Pos::Choose(const Question& question) {
  size_t best = 0;
  uint64_t best_score = 0;
  for (size_t i = 0; i < question.alternatives.size(); ++i) {
    uint64_t& score = scores_[TaskOf(question.alternatives[i])];
    if (score == 0) score = prng_.Next();
    if (i == 0 || score > best_score) {
      best = i;
      best_score = score;
    }
  }
  const Alternative& chosen = question.alternatives[best];
  const bool others_wait = Waits(chosen) || chosen.kind == Alternative::Kind::kDeadline ||
                           starvation_guard_.IsOver(TaskOf(chosen));
  starvation_guard_.Note(TaskOf(chosen));
  for (const Alternative& other : question.alternatives) {
    if (&other == &chosen || others_wait || Conflict(chosen.operation, other.operation)) {
      scores_[TaskOf(other)] = 0;
    }
  }
  return best;
}

}  // namespace drydock
