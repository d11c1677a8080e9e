// Vector clocks, races and polling.
#include "explore/happens_before.h"

#include <algorithm>

#include "explore/task.h"

namespace drydock {
namespace {

using kernel::Operation;
using kernel::OperationKind;

bool Acquires(OperationKind kind) {
  return kind == OperationKind::kLock || kind == OperationKind::kSpinLock;
}

bool Releases(OperationKind kind) {
  return kind == OperationKind::kUnlock || kind == OperationKind::kSpinUnlock;
}

// Whether the step only goes on with what another has made possible.
bool Follows(OperationKind kind) {
  return kind == OperationKind::kJoin || kind == OperationKind::kBlock ||
         kind == OperationKind::kBegin || kind == OperationKind::kResume;
}

// Whether a task that does only this may be polling.
bool MayPoll(OperationKind kind) {
  switch (kind) {
    case OperationKind::kRead:
    case OperationKind::kTryLock:
    case OperationKind::kLock:
    case OperationKind::kUnlock:
    case OperationKind::kSpinLock:
    case OperationKind::kSpinUnlock:
    case OperationKind::kYield:
    case OperationKind::kDelay:
    case OperationKind::kAssertWait:
    case OperationKind::kBlock:
      return true;
    default:
      return false;
  }
}

// Whether the operation lets time pass.
bool WaitsByItself(OperationKind kind) {
  return kind == OperationKind::kYield || kind == OperationKind::kDelay ||
         kind == OperationKind::kAssertWait;
}

// From so many repetitions on it is polling.
constexpr uint32_t kRoundsWithWait = 4;
constexpr uint32_t kRoundsWithout = 5;

// Every bit of the result depends on every bit of the argument (the finaliser of SplitMix64), so
// that sums of results tell sets apart.
uint64_t Scramble(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

}  // namespace

uint32_t HappensBefore::TaskOf(uint64_t key, uint64_t owner) {
  for (uint32_t task = 0; task < keys_.size(); ++task) {
    if (keys_[task] == key) return task;
  }
  keys_.push_back(key);
  owners_.push_back(owner);
  last_.push_back(kNone);
  if (keys_.size() > stride_) Widen();
  return tasks() - 1;
}

void HappensBefore::Widen() {
  const uint32_t wider = 2 * stride_;
  std::vector<uint32_t> clocks(size_t{size()} * wider, 0);
  for (uint32_t step = 0; step < size(); ++step) {
    std::copy_n(clock(step), stride_, &clocks[size_t{step} * wider]);
  }
  clocks_ = std::move(clocks);
  stride_ = wider;
}

void HappensBefore::CutBack(uint32_t steps, uint32_t tasks) {
  while (size() > steps) {
    const Step& step = steps_.back();
    while (accesses_.size() > step.accesses) {
      latest_[accesses_.back().operation.object] = accesses_.back().previous;
      accesses_.pop_back();
    }
    last_[step.task] = step.previous;
    steps_.pop_back();
  }
  operations_.resize(accesses_.size());
  clocks_.resize(size_t{size()} * stride_);
  keys_.resize(tasks);
  owners_.resize(tasks);
  last_.resize(tasks);
}

void HappensBefore::Open(uint32_t task, uint32_t cause, const Operation& operation) {
  const uint32_t previous = last_[task];
  const uint32_t nth = previous == kNone ? 0 : steps_[previous].nth + 1;
  last_[task] = size();
  steps_.push_back(
      {task, nth, previous, cause, static_cast<uint32_t>(accesses_.size()), operation});
  Add(operation);
}

void HappensBefore::Add(const Operation& operation) {
  if (operation.object == 0) return;
  uint32_t& latest = latest_.try_emplace(operation.object, kNone).first->second;
  accesses_.push_back({operation, size() - 1, latest});
  operations_.push_back(operation);
  latest = static_cast<uint32_t>(accesses_.size()) - 1;
}

void HappensBefore::Join(uint32_t* clock, uint32_t step) const {
  const uint32_t* other = this->clock(step);
  for (uint32_t task = 0; task < tasks(); ++task) clock[task] = std::max(clock[task], other[task]);
}

uint32_t HappensBefore::PreviousAcquisition(uint32_t access) const {
  while (access != kNone && !Acquires(accesses_[access].operation.kind)) {
    access = accesses_[access].previous;
  }
  return access == kNone ? kNone : accesses_[access].step;
}

// The latest steps that this access must come after; for a lock, the race is with its previous
// owner.
void HappensBefore::CollectCandidates(const Access& access) {
  if (access.operation.object == kernel::kEverything) {
    for (const uint32_t last : last_) {
      if (last != kNone && last != access.step) candidates_.push_back({last, true});
    }
    return;
  }
  const OperationKind kind = access.operation.kind;
  const bool writes = kernel::OperationWrites(kind);
  bool released = false;
  uint8_t bytes = access.operation.bytes;  // not yet seen written
  uint32_t at = access.previous;
  for (; at != kNone && bytes != 0; at = accesses_[at].previous) {
    const Access& other = accesses_[at];
    if (other.step == access.step || (other.operation.bytes & bytes) == 0) continue;
    const bool other_writes = kernel::OperationWrites(other.operation.kind);
    if (other_writes) bytes &= static_cast<uint8_t>(~other.operation.bytes);
    if (!writes && !other_writes) continue;
    const bool unlocked = Acquires(kind) && Releases(other.operation.kind);
    released |= unlocked;
    candidates_.push_back({other.step, !unlocked && !Follows(kind)});
  }
  if (released) {
    if (const uint32_t step = PreviousAcquisition(at); step != kNone) acquisitions_.push_back(step);
  }
}

absl::Span<const HappensBefore::Race> HappensBefore::Close() {
  const uint32_t self = size() - 1;
  clocks_.resize(size_t{size()} * stride_);
  Step& step = steps_.back();
  uint32_t* clock = ClockOf(self);
  std::fill_n(clock, stride_, 0);
  if (step.previous != kNone) Join(clock, step.previous);
  if (step.cause != kNone) Join(clock, step.cause);
  base_.assign(clock, clock + stride_);

  candidates_.clear();
  acquisitions_.clear();
  races_.clear();
  for (size_t i = step.accesses; i < accesses_.size(); ++i) CollectCandidates(accesses_[i]);
  for (const uint32_t acquisition : acquisitions_) {
    if (acquisition >= base_[steps_[acquisition].task])
      races_.push_back({acquisition, base_.data()});
  }
  if (candidates_.size() > 1) {
    std::sort(candidates_.begin(), candidates_.end(),
              [](const Candidate& a, const Candidate& b) { return a.step > b.step; });
  }
  bool learned = false;
  for (const Candidate& candidate : candidates_) {
    const uint32_t other = steps_[candidate.step].task;
    if (candidate.step < clock[other]) continue;
    learned |= owners_[other] != keys_[step.task];
    if (candidate.reversible) races_.push_back({candidate.step, clock});
    Join(clock, candidate.step);
  }
  clock[step.task] = self + 1;
  CountRepeats(&step, learned);
  step.trace = TraceOf(self);
  return races_;
}

absl::Span<const HappensBefore::Race> HappensBefore::RaceForLock(uint32_t task,
                                                                 kernel::ObjectId lock) {
  races_.clear();
  const auto latest = latest_.find(lock);
  if (latest == latest_.end()) return races_;
  const uint32_t acquisition = PreviousAcquisition(latest->second);
  if (acquisition == kNone) return races_;
  base_.assign(stride_, 0);
  if (last_[task] != kNone) Join(base_.data(), last_[task]);
  if (acquisition >= base_[steps_[acquisition].task]) races_.push_back({acquisition, base_.data()});
  return races_;
}

absl::Span<const Operation> HappensBefore::OperationsOf(uint32_t step) const {
  const size_t from = steps_[step].accesses;
  const size_t to = step + 1 < size() ? steps_[step + 1].accesses : accesses_.size();
  return absl::MakeConstSpan(operations_).subspan(from, to - from);
}

bool HappensBefore::Conflicts(uint32_t step, const Operation& operation) const {
  for (const Operation& own : OperationsOf(step)) {
    if (Conflict(own, operation)) return true;
  }
  return false;
}

uint64_t HappensBefore::TraceOf(uint32_t step) const {
  const auto name = [this](const Step& of) { return Scramble(keys_[of.task] << 20 ^ of.nth); };
  uint64_t before = 0;
  const uint32_t* clock = this->clock(step);
  for (uint32_t task = 0; task < tasks(); ++task) {
    if (clock[task] > 0) before += name(steps_[clock[task] - 1]);
  }
  const uint64_t hash = Scramble(name(steps_[step]) + Scramble(before));
  return step == 0 ? hash : steps_[step - 1].trace + hash;
}

void HappensBefore::CountRepeats(Step* step, bool learned) {
  if (learned || !MayPoll(step->announced.kind)) return;
  uint32_t earlier = step->previous;
  for (uint32_t round = 0; round < kLongestRound && earlier != kNone; ++round) {
    const Operation& was = steps_[earlier].announced;
    if (was.kind == step->announced.kind && was.object == step->announced.object) {
      const uint16_t before = steps_[step->previous].repeats[round];
      step->repeats[round] = std::min<uint16_t>(before, 1000) + 1;
    }
    earlier = steps_[earlier].previous;
  }
}

uint32_t HappensBefore::RoundOf(uint32_t task) const {
  if (task >= tasks() || last_[task] == kNone) return 0;
  const Step& last = steps_[last_[task]];
  bool waits = false;
  bool locks = false;
  const Step* step = &last;
  for (uint32_t round = 1; round <= kLongestRound; ++round) {
    const OperationKind kind = step->announced.kind;
    waits |= WaitsByItself(kind);
    locks |= Acquires(kind);
    // A task that takes a lock again and again polls only if it waits in between.
    const uint32_t rounds = waits ? kRoundsWithWait : kRoundsWithout;
    if (last.repeats[round - 1] >= round * (rounds - 1) && (waits || !locks)) return round;
    if (step->previous == kNone) return 0;
    step = &steps_[step->previous];
  }
  return 0;
}

bool HappensBefore::Polls(uint32_t task) const { return RoundOf(task) != 0; }

bool HappensBefore::EndsPolling(uint32_t step, uint32_t task) const {
  const uint32_t other = steps_[step].task;
  if (other == task || owners_[other] == keys_[task]) return false;
  bool looks = false;
  uint32_t own = last_[task];
  for (uint32_t round = RoundOf(task); round > 0; --round) {
    for (const Operation& operation : OperationsOf(own)) {
      looks |= !WaitsByItself(operation.kind) && operation.kind != OperationKind::kBlock;
      if (Conflicts(step, operation)) return true;
    }
    own = steps_[own].previous;
  }
  return !looks;  // it reads something whose changes are not announced
}

}  // namespace drydock
