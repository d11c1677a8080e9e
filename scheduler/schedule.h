// scheduler/schedule.h
//
// A schedule: the answers of one run, in order, and their printed form.
//
// Program + scenario + schedule determine a run, so this is what a failing test prints and what
// `replay` takes. The printed form (docs/schedule.md):
//
//   dd1-<fingerprint>-<payload>, dd1-<fingerprint>.<seed>-<payload>, or
//   dd1-<fingerprint>.timeless-<payload>
//
// `dd1` is the format; the fingerprint, 16 hex digits, names program and scenario; the seed,
// another 16, is there only if costs jitter; `timeless` if the machine was (TimelessStrategy);
// the payload is base64url of runs of questions that had the same number of alternatives, each with
// its answers packed sparsely (when almost all are 0, the alternative a machine at full speed would
// take) or densely. A schedule says how many alternatives each question had, so that one which does
// not fit is noticed at the first question that differs.
#ifndef DRYDOCK_SCHEDULER_SCHEDULE_H_
#define DRYDOCK_SCHEDULER_SCHEDULE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace drydock {

class Schedule {
 public:
  // `count` questions in a row with `alternatives` alternatives each and the same answer.
  struct Repeat {
    uint32_t alternatives;  // 2 or more
    uint32_t choice;        // below alternatives
    uint64_t count;

    friend bool operator==(const Repeat& a, const Repeat& b) {
      return a.alternatives == b.alternatives && a.choice == b.choice && a.count == b.count;
    }
  };

  Schedule() = default;
  explicit Schedule(uint64_t fingerprint, uint64_t seed = 0)
      : fingerprint_(fingerprint), seed_(seed) {}

  // Names the program and scenario that the schedule is for. Any 64 bits; 0 if not named.
  uint64_t fingerprint() const { return fingerprint_; }
  // Of the jitter of costs; 0 where there is none.
  uint64_t seed() const { return seed_; }
  // Whether it is of a timeless machine, on which nothing jitters.
  bool timeless() const { return timeless_; }
  void set_timeless() {
    timeless_ = true;
    seed_ = 0;
  }

  // Appends `count` equal answers. No branch on the answer: the host's CPU could not predict it.
  void Append(uint32_t alternatives, uint32_t choice, uint64_t count = 1) {
    if (count == 0) return;
    questions_ += count;
    if (used_ == repeats_.size()) repeats_.resize(std::max<size_t>(2 * used_, 8));
    bool same = false;
    if (used_ > 0) {
      const Repeat& last = repeats_[used_ - 1];
      same = (last.alternatives == alternatives) & (last.choice == choice);
    }
    used_ += same ? 0 : 1;
    Repeat& repeat = repeats_[used_ - 1];
    repeat = {alternatives, choice, count + (repeat.count & -uint64_t{same})};
  }

  absl::Span<const Repeat> repeats() const { return {repeats_.data(), used_}; }
  uint64_t questions() const { return questions_; }
  // How many answers are not 0: the delays that make this run differ from the one at full speed.
  uint64_t deviations() const;

  // 64 bits of all of it, the same for equal schedules; cheaper than the text.
  uint64_t Digest() const;

  std::string ToString() const;
  // Reads what ToString wrote. InvalidArgument with one line otherwise; never crashes, never
  // allocates more than the text warrants.
  static absl::StatusOr<Schedule> Parse(absl::string_view text);

  friend bool operator==(const Schedule& a, const Schedule& b) {
    return a.fingerprint_ == b.fingerprint_ && a.seed_ == b.seed_ && a.timeless_ == b.timeless_ &&
           a.repeats() == b.repeats();
  }

 private:
  uint64_t fingerprint_ = 0;
  uint64_t seed_ = 0;
  bool timeless_ = false;
  uint64_t questions_ = 0;
  // The first used_ are in use; neighbours differ in alternatives or choice.
  absl::InlinedVector<Repeat, 8> repeats_;
  size_t used_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_SCHEDULE_H_
