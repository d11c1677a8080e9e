#include "explore/explorer.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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
  Seeded(const char* name, uint64_t seed) : name_(name), seed_(seed) {}
  Strategy* Next() override {
    strategy_ = std::make_unique<S>(seed_++);
    return strategy_.get();
  }
  std::string Describe() const override {
    return absl::StrCat(name_, ", seed ", strategy_->seed());
  }

 private:
  const char* const name_;
  uint64_t seed_;
  std::unique_ptr<S> strategy_;
};

class PctRuns final : public Explorer {
 public:
  PctRuns(int depth, uint64_t seed) : depth_(depth), seed_(seed) {}
  Strategy* Next() override {
    strategy_ = std::make_unique<Pct>(seed_++, depth_, length_);
    return strategy_.get();
  }
  // The next run will be about as long.
  void Finished(const Schedule& schedule) override { length_ = schedule.questions(); }
  std::string Describe() const override {
    return absl::StrCat("PCT, depth ", depth_, ", seed ", strategy_->seed());
  }

 private:
  const int depth_;
  uint64_t seed_;
  uint64_t length_ = 100;
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
    }
    return nullptr;
  }
  void Finished(const Schedule& schedule) override { members_[turn_]->Finished(schedule); }
  std::string Describe() const override { return members_[turn_]->Describe(); }

 private:
  std::vector<std::unique_ptr<Explorer>> members_;
  size_t turn_ = ~size_t{0};
};

std::unique_ptr<Explorer> MakePortfolio(uint64_t seed) {
  std::vector<std::unique_ptr<Explorer>> members;
  for (const char* spec : {"random", "pct:2", "pos", "delay:2", "surw", "pct:3", "preemption:2"}) {
    members.push_back(*MakeExplorer(spec, seed));
  }
  return std::make_unique<Portfolio>(std::move(members));
}

}  // namespace

const char kExplorerSpecs[] =
    "random, pct[:DEPTH], pos, urw, surw, delay[:BOUND], preemption[:BOUND], dpor, exhaustive or "
    "portfolio";

absl::StatusOr<std::unique_ptr<Explorer>> MakeExplorer(absl::string_view spec, uint64_t seed) {
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
    return std::make_unique<PctRuns>(*depth, seed);
  }
  for (const auto& [bounded, bound] :
       {std::pair("delay", BoundedSearch::Bound::kDelays),
        std::pair("preemption", BoundedSearch::Bound::kPreemptions)}) {
    if (name != bounded) continue;
    const absl::StatusOr<int> most = number(2, 0);
    if (!most.ok()) return most.status();
    return std::make_unique<BoundedSearch>(bound, *most, seed);
  }
  if (!numbered) {
    if (name == "random") return std::make_unique<Seeded<RandomWalk>>("random walk", seed);
    if (name == "pos") return std::make_unique<Seeded<Pos>>("POS", seed);
    if (name == "urw") return std::make_unique<UniformWalks>(seed, /*selective=*/false);
    if (name == "surw") return std::make_unique<UniformWalks>(seed, /*selective=*/true);
    if (name == "dpor") return std::make_unique<OrderSearch>(OrderSearch::Reduction::kClasses);
    if (name == "exhaustive") return std::make_unique<OrderSearch>(OrderSearch::Reduction::kNone);
    if (name == "portfolio") return MakePortfolio(seed);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown strategy \"", spec, "\"; allowed is ", kExplorerSpecs));
}

}  // namespace drydock
