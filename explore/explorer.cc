#include "explore/explorer.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

}  // namespace

std::string SampledRuns::Describe() const {
  return absl::StrCat("seed ", seed_, ", run ", current_ + 1);
}

const char kExplorerSpecs[] =
    "random, pct[:DEPTH], pos, urw, surw, delay[:BOUND], preemption[:BOUND], dpor, exhaustive or "
    "portfolio";

absl::StatusOr<std::unique_ptr<Explorer>> MakeExplorer(absl::string_view spec, uint64_t seed,
                                                       Shard shard) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(spec, absl::MaxSplits(':', 1));
  const absl::string_view name = parts.first;
  const bool numbered = name.size() < spec.size();
  // What stands behind the colon, from `least` up.
  const auto number = [&](int otherwise, int least) -> absl::StatusOr<int> {
    constexpr int kMost = 100;
    int value = otherwise;
    if (numbered && (!absl::SimpleAtoi(parts.second, &value) || value < least || value > kMost)) {
      return absl::InvalidArgumentError(absl::StrCat("strategy ", name, " takes a number from ",
                                                     least, " to ", kMost, ", not \"", parts.second,
                                                     "\""));
    }
    return value;
  };

  if (name == "pct") {
    const absl::StatusOr<int> depth = number(3, 1);
    if (!depth.ok()) return depth.status();
    return std::make_unique<PctRuns>(*depth, seed, shard);
  }
  for (const auto& [bounded, bound] :
       {std::pair("delay", BoundedSearch::Bound::kDelays),
        std::pair("preemption", BoundedSearch::Bound::kPreemptions)}) {
    if (name != bounded) continue;
    const absl::StatusOr<int> most = number(2, 0);
    if (!most.ok()) return most.status();
    return std::make_unique<BoundedSearch>(bound, *most, seed, shard);
  }
  if (!numbered) {
    if (name == "random") return std::make_unique<Seeded<RandomWalk>>("random walk", seed, shard);
    if (name == "pos") return std::make_unique<Seeded<Pos>>("POS", seed, shard);
    if (name == "urw") return std::make_unique<UniformWalks>(seed, shard, /*selective=*/false);
    if (name == "surw") return std::make_unique<UniformWalks>(seed, shard, /*selective=*/true);
    if (name == "dpor") {
      return std::make_unique<OrderSearch>(OrderSearch::Reduction::kClasses, shard);
    }
    if (name == "exhaustive") {
      return std::make_unique<OrderSearch>(OrderSearch::Reduction::kNone, shard);
    }
    if (name == "portfolio") return MakePortfolio(seed, shard);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown strategy \"", spec, "\"; allowed is ", kExplorerSpecs));
}

}  // namespace drydock
