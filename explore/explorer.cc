// From the name of a strategy to its explorer.
#include "explore/explorer.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "explore/bounded_search.h"
#include "explore/order_search.h"
#include "explore/pct.h"
#include "explore/pos.h"
#include "explore/random_walk.h"
#include "explore/uniform_walk.h"

namespace drydock {
namespace {

// One strategy after another that differ in their seeds only.
template <typename S>
class Seeded final : public Explorer {
 public:
  Seeded(const char* name, uint64_t seed, Shard shard) : name_(name), runs_(seed, shard) {}
  Strategy* Next() override {
    strategy_ = std::make_unique<S>(runs_.NextSeed());
    return strategy_.get();
  }
  std::string Describe() const override { return absl::StrCat(name_, ", ", runs_.Describe()); }

 private:
  const char* const name_;
  SampledRuns runs_;
  std::unique_ptr<S> strategy_;
};

class PctRuns final : public Explorer {
 public:
  PctRuns(int depth, uint64_t seed, Shard shard)
      : depth_(depth), runs_(seed, shard, /*learns=*/true) {}
  Strategy* Next() override {
    strategy_ = std::make_unique<Pct>(runs_.NextSeed(), depth_, length_.value_or(100));
    return strategy_.get();
  }
  bool IsAnothers() const override { return runs_.IsAnothers(); }
  // The others will be about as long as the first.
  void Finished(const Schedule& schedule) override {
    if (!length_.has_value()) length_ = schedule.questions();
  }
  std::string Describe() const override {
    return absl::StrCat("PCT, depth ", depth_, ", ", runs_.Describe());
  }

 private:
  const int depth_;
  SampledRuns runs_;
  absl::optional<uint64_t> length_;
  std::unique_ptr<Pct> strategy_;
};

// Several explorers that take turns.
class Portfolio final : public Explorer {
 public:
  explicit Portfolio(std::vector<std::unique_ptr<Explorer>> members)
      : members_(std::move(members)) {}

  Strategy* Next() override {
    while (!members_.empty()) {
      turn_ = (turn_ + 1) % members_.size();
      if (Strategy* strategy = members_[turn_]->Next()) return strategy;
      members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(turn_));
      --turn_;
    }
    return nullptr;
  }
  bool IsAnothers() const override { return members_[turn_]->IsAnothers(); }
  void Finished(const Schedule& schedule) override { members_[turn_]->Finished(schedule); }
  std::string Describe() const override { return members_[turn_]->Describe(); }

 private:
  std::vector<std::unique_ptr<Explorer>> members_;
  size_t turn_ = ~size_t{0};
};

std::unique_ptr<Explorer> MakePortfolio(uint64_t seed, Shard shard) {
  std::vector<std::unique_ptr<Explorer>> members;
  for (const char* spec : {"random", "pct:2", "pos", "delay:2", "surw", "pct:3", "preemption:2"}) {
    members.push_back(*MakeExplorer(spec, seed, shard));
  }
  return std::make_unique<Portfolio>(std::move(members));
}

// What MakeExplorer knows of a kind of explorer.
struct KnownExplorer {
  const char* spec;
  const char* summary;
  std::unique_ptr<Explorer> (*make)(int number, uint64_t seed, Shard shard);
  // The number after the colon, of the specs that take one: without it, and at least.
  int otherwise = 0;
  int least = 0;

  bool takes_number() const { return absl::StrContains(spec, '['); }
  absl::string_view name() const {
    return absl::string_view(spec).substr(0, absl::string_view(spec).find('['));
  }
};

template <typename S>
std::unique_ptr<Explorer> MakeSeeded(const char* name, uint64_t seed, Shard shard) {
  return std::make_unique<Seeded<S>>(name, seed, shard);
}

constexpr KnownExplorer kKnownExplorers[] = {
    {"random", "at each choice point any task, each equally likely",
     [](int, uint64_t seed, Shard shard) {
       return MakeSeeded<RandomWalk>("random walk", seed, shard);
     }},
    {"pct[:DEPTH]", "random priorities, lowered at DEPTH - 1 random points",
     [](int depth, uint64_t seed, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<PctRuns>(depth, seed, shard);
     },
     3, 1},
    {"pos", "random scores, drawn anew for steps that conflict with the one taken",
     [](int, uint64_t seed, Shard shard) { return MakeSeeded<Pos>("POS", seed, shard); }},
    {"urw", "tasks with many steps ahead are chosen as much more often",
     [](int, uint64_t seed, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<UniformWalks>(seed, shard, /*selective=*/false);
     }},
    {"surw", "as urw, but counts the steps on one object only, another in each run",
     [](int, uint64_t seed, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<UniformWalks>(seed, shard, /*selective=*/true);
     }},
    {"delay[:BOUND]", "every schedule with at most BOUND delays",
     [](int most, uint64_t seed, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<BoundedSearch>(BoundedSearch::Bound::kDelays, most, seed, shard);
     },
     2},
    {"preemption[:BOUND]", "every schedule with at most BOUND preemptions",
     [](int most, uint64_t seed, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<BoundedSearch>(BoundedSearch::Bound::kPreemptions, most, seed,
                                              shard);
     },
     2},
    {"dpor", "every order of conflicting steps, one schedule of each class; steps take no time",
     [](int, uint64_t, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<OrderSearch>(OrderSearch::Reduction::kClasses, shard);
     }},
    {"exhaustive", "every order of all steps, which take no time",
     [](int, uint64_t, Shard shard) -> std::unique_ptr<Explorer> {
       return std::make_unique<OrderSearch>(OrderSearch::Reduction::kNone, shard);
     }},
    {"portfolio", "random, pct:2, pos, delay:2, surw, pct:3 and preemption:2 in turn",
     [](int, uint64_t seed, Shard shard) { return MakePortfolio(seed, shard); }},
};

}  // namespace

std::string SampledRuns::Describe() const {
  return absl::StrCat("seed ", seed_, ", run ", current_ + 1);
}

std::vector<ExplorerKind> ExplorerKinds() {
  std::vector<ExplorerKind> kinds;
  for (const KnownExplorer& known : kKnownExplorers) kinds.push_back({known.spec, known.summary});
  return kinds;
}

std::string ExplorerSpecs() {
  std::vector<absl::string_view> specs;
  for (const KnownExplorer& known : kKnownExplorers) specs.push_back(known.spec);
  const absl::string_view last = specs.back();
  specs.pop_back();
  return absl::StrCat(absl::StrJoin(specs, ", "), " or ", last);
}

absl::StatusOr<std::unique_ptr<Explorer>> MakeExplorer(absl::string_view spec, uint64_t seed,
                                                       Shard shard) {
  constexpr int kMost = 100;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(spec, absl::MaxSplits(':', 1));
  const bool numbered = parts.first.size() < spec.size();
  for (const KnownExplorer& known : kKnownExplorers) {
    if (parts.first != known.name() || (numbered && !known.takes_number())) continue;
    int number = known.otherwise;
    if (numbered &&
        (!absl::SimpleAtoi(parts.second, &number) || number < known.least || number > kMost)) {
      return absl::InvalidArgumentError(absl::StrCat("strategy ", known.name(),
                                                     " takes a number from ", known.least, " to ",
                                                     kMost, ", not \"", parts.second, "\""));
    }
    return known.make(number, seed, shard);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown strategy \"", spec, "\"; allowed is ", ExplorerSpecs()));
}

}  // namespace drydock
