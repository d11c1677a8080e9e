// explore/happens_before.h
//
// The happens-before relation of the steps of a run: the steps of one task are ordered, and so are
// two steps that touch one object unless both only read it. Kept with vector clocks as the run
// grows; a search cuts it back to the step from which the next run differs. Memory is kept for
// reuse.
#ifndef DRYDOCK_EXPLORE_HAPPENS_BEFORE_H_
#define DRYDOCK_EXPLORE_HAPPENS_BEFORE_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "scheduler/kernel/operation.h"

namespace drydock {

class HappensBefore {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Two steps of different tasks with none between them that must stay there. The later one could
  // have come first, if it can be taken where the earlier one was.
  struct Race {
    uint32_t earlier;
    // Of the later one, if it came first: how many steps of each task are before it.
    const uint32_t* clock;
  };

  // The number of the task that `key` names; tasks are numbered in the order of first use. `owner`
  // is the key of the thread whose wait the task would end, if it is such a deadline.
  uint32_t TaskOf(uint64_t key, uint64_t owner = 0);
  uint64_t key(uint32_t task) const { return keys_[task]; }
  uint32_t tasks() const { return static_cast<uint32_t>(keys_.size()); }

  // Goes back to the first `steps` steps and `tasks` tasks.
  void CutBack(uint32_t steps, uint32_t tasks);

  // A step of `task`, which exists because of the step `cause` (or kNone), and has announced
  // `operation`. Then what else it does. Then Close, which finds its races; they are good until the
  // next call.
  void Open(uint32_t task, uint32_t cause, const kernel::Operation& operation);
  void Add(const kernel::Operation& operation);
  absl::Span<const Race> Close();

  // What the race would be of a step that cannot be taken now, because the lock it wants is held.
  absl::Span<const Race> RaceForLock(uint32_t task, kernel::ObjectId lock);

  uint32_t size() const { return static_cast<uint32_t>(steps_.size()); }
  uint32_t task(uint32_t step) const { return steps_[step].task; }

  // How many steps of the run up to the last of each task that happens before `step` (itself
  // included): step s of task t happens before it if s < clock[t].
  const uint32_t* clock(uint32_t step) const { return &clocks_[size_t{step} * stride_]; }
  bool Before(uint32_t earlier, uint32_t later) const {
    return earlier < clock(later)[steps_[earlier].task];
  }

  // What the step did, without operations that conflict with nothing.
  absl::Span<const kernel::Operation> OperationsOf(uint32_t step) const;

  // Whether the order of a step and an operation matters.
  bool Conflicts(uint32_t step, const kernel::Operation& operation) const;

  // A hash of the relation up to the last step: equal for runs with the same relation, and only for
  // those (except for collisions).
  uint64_t trace() const { return steps_.empty() ? 0 : steps_.back().trace; }

  // Whether `task` polls: it has repeated the same few steps several times, none of them changes
  // anything, and none was ordered after a new step of another task.
  bool Polls(uint32_t task) const;
  // Whether it may see something new after `step`.
  bool EndsPolling(uint32_t step, uint32_t task) const;

 private:
  static constexpr uint32_t kLongestRound = 6;  // steps of one round of polling

  struct Step {
    uint32_t task;
    uint32_t nth;       // of its task
    uint32_t previous;  // of its task, or kNone
    uint32_t cause;
    uint32_t accesses;  // where they begin
    kernel::Operation announced;
    uint64_t trace = 0;
    // For rounds of 1, 2 … steps: how many steps in a row were what they were a round before.
    uint16_t repeats[kLongestRound] = {};
  };
  struct Access {
    kernel::Operation operation;
    uint32_t step;
    uint32_t previous;  // of the same object, or kNone
  };

  uint32_t* ClockOf(uint32_t step) { return &clocks_[size_t{step} * stride_]; }
  void Widen();
  void Join(uint32_t* clock, uint32_t step) const;
  void CollectCandidates(const Access& access);
  void CountRepeats(Step* step, bool learned);
  // How many steps a round of its polling has; 0 if it does not poll.
  uint32_t RoundOf(uint32_t task) const;
  uint64_t TraceOf(uint32_t step) const;
  uint32_t PreviousAcquisition(uint32_t access) const;

  std::vector<uint64_t> keys_;  // of the tasks
  std::vector<uint64_t> owners_;
  std::vector<uint32_t> last_;  // step of each task, or kNone
  std::vector<Step> steps_;
  std::vector<Access> accesses_;
  std::vector<kernel::Operation> operations_;  // those of the accesses
  std::vector<uint32_t> clocks_;               // a row of stride_ for each step
  uint32_t stride_ = 8;
  absl::flat_hash_map<kernel::ObjectId, uint32_t> latest_;  // access to each object, or kNone

  struct Candidate {
    uint32_t step;
    bool reversible;
  };
  std::vector<Candidate> candidates_;
  std::vector<uint32_t> acquisitions_;
  std::vector<Race> races_;
  std::vector<uint32_t> base_;  // the clock of the step being closed, before what it conflicts with
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_HAPPENS_BEFORE_H_
