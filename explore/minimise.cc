// Delta debugging of forced switches, then a search for fewer.
#include "explore/minimise.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "explore/bounded_search.h"
#include "explore/default_schedule.h"
#include "explore/replay.h"
#include "explore/wrapped.h"

namespace drydock {
namespace {

struct Switch {
  DefaultSchedule::SwitchPoint from;
  uint64_t to;
};

// Records which switches a strategy forces.
class Watched : public WrappedStrategy {
 public:
  using WrappedStrategy::WrappedStrategy;
  size_t Choose(const Question& question) override {
    const size_t choice = WrappedStrategy::Choose(question);
    if (choice == kRefuse) return choice;
    const uint64_t task = TaskOf(question.alternatives[choice]);
    if (choice != default_schedule_.UsualAt(question).index)
      switches_.push_back({default_schedule_.switch_point(), task});
    default_schedule_.Note(task);
    return choice;
  }

  const std::vector<Switch>& switches() const { return switches_; }

 private:
  DefaultSchedule default_schedule_;
  std::vector<Switch> switches_;
};

// Follows the default schedule, and forces the given switches at their switch points.
class Forcing : public Strategy, private TimelessStrategy {
 public:
  Forcing(const std::vector<Switch>& switches, const Schedule& found)
      : seed_(found.seed()), timeless_(found.timeless()) {
    for (const Switch& forced : switches) switches_[forced.from] = forced.to;
  }
  size_t Choose(const Question& question) override {
    size_t choice = default_schedule_.UsualAt(question).index;
    if (const auto forced = switches_.find(default_schedule_.switch_point());
        forced != switches_.end()) {
      for (size_t i = 0; i < question.alternatives.size(); ++i) {
        if (TaskOf(question.alternatives[i]) == forced->second) choice = i;
      }
    }
    default_schedule_.Note(TaskOf(question.alternatives[choice]));
    return choice;
  }
  uint64_t seed() const override { return seed_; }
  TimelessStrategy* timeless() override { return timeless_ ? this : nullptr; }

 private:
  const uint64_t seed_;
  const bool timeless_;
  absl::flat_hash_map<DefaultSchedule::SwitchPoint, uint64_t> switches_;
  DefaultSchedule default_schedule_;
};

// A strategy with another's seed, so that costs jitter as they did.
class Jittering : public WrappedStrategy {
 public:
  Jittering(Strategy* strategy, uint64_t seed) : WrappedStrategy(strategy), seed_(seed) {}
  uint64_t seed() const override { return seed_; }

 private:
  const uint64_t seed_;
};

}  // namespace

Minimised Minimise(const RunResult& found, const RunProgram& run, uint64_t most_runs) {
  Minimised best;
  best.run = found;
  std::vector<Switch> switches;
  // Runs under `strategy`; if that fails as the found one did, with fewer switches, it is the best.
  const auto improves = [&](Strategy* strategy, size_t fewer_than) {
    ++best.runs;
    Watched watched(strategy);
    RunResult ran = run(&watched);
    if (ran.failure != found.failure || watched.switches().size() >= fewer_than) return false;
    best.run = std::move(ran);
    switches = watched.switches();
    return true;
  };

  Replay replay(found.schedule);
  if (!improves(&replay, ~size_t{0})) return best;
  best.switches_found = switches.size();
  for (size_t part = 0, parts = 2; !switches.empty() && best.runs < most_runs;) {
    parts = std::min(parts, switches.size());
    // From the end: what comes late matters least to what comes before.
    const size_t from = switches.size() * (parts - 1 - part) / parts;
    const size_t to = switches.size() * (parts - part) / parts;
    std::vector<Switch> fewer(switches.begin(), switches.begin() + static_cast<ptrdiff_t>(from));
    fewer.insert(fewer.end(), switches.begin() + static_cast<ptrdiff_t>(to), switches.end());
    Forcing forcing(fewer, found.schedule);
    if (improves(&forcing, switches.size())) {
      part = 0;
      parts = std::max<size_t>(parts - 1, 2);
    } else if (++part == parts) {
      if (parts == switches.size()) break;
      part = 0;
      parts = std::min(parts * 2, switches.size());
    }
  }
  // All with one switch, then with two, …
  if (switches.size() > 1 && !found.schedule.timeless()) {
    constexpr size_t kMost = 3;
    BoundedSearch search(BoundedSearch::Bound::kDelays,
                         static_cast<int>(std::min(switches.size() - 1, kMost)), /*seed=*/1, {});
    while (best.runs < most_runs) {
      Strategy* strategy = search.Next();
      if (strategy == nullptr) break;
      Jittering jittering(strategy, found.schedule.seed());
      if (improves(&jittering, switches.size())) break;
    }
  }
  best.switches = switches.size();
  return best;
}

}  // namespace drydock
