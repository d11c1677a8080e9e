// Counts the pairs of choice points that a strategy covers.
#include "explore/coverage.h"

#include "explore/task.h"
#include "trace/digest.h"

namespace drydock {

size_t CoveredStrategy::Choose(const Question& question) {
  const size_t choice = WrappedStrategy::Choose(question);
  if (choice == kRefuse) return choice;
  const Alternative& chosen = question.alternatives[choice];
  const uint64_t task = TaskOf(chosen);
  if (task == last_) return choice;
  const auto word = [](const kernel::Operation& operation) {
    return operation.object << 8 | static_cast<uint64_t>(operation.kind);
  };
  for (const Alternative& left : question.alternatives) {
    if (TaskOf(left) != last_) continue;
    coverage_.pairs_.insert(trace::Mix(word(left.operation), word(chosen.operation)));
  }
  last_ = task;
  return choice;
}

}  // namespace drydock
