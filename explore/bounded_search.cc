// Delay-bounded and preemption-bounded search.
#include "explore/bounded_search.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drydock {
namespace {

constexpr uint32_t kNobody = ~uint32_t{0};

}  // namespace

BoundedSearch::BoundedSearch(Bound bound, int most, uint64_t seed, Shard shard)
    : bound_(bound),
      most_(most),
      shard_(shard),
      prng_(seed, bound == Bound::kDelays ? "delays" : "preemptions"),
      to_run_(static_cast<size_t>(most) + 1) {
  Add(0, {kNobody, 0, 0});
}

void BoundedSearch::Add(int cost, const Node& node) {
  if (nodes_.size() == kMostNodes) {
    dropped_ = true;
    return;
  }
  to_run_[static_cast<size_t>(cost)].push_back(static_cast<uint32_t>(nodes_.size()));
  nodes_.push_back(node);
}

Strategy* BoundedSearch::Next() {
  for (size_t cost = 0; cost < to_run_.size(); ++cost) {
    std::vector<uint32_t>& nodes = to_run_[cost];
    if (nodes.empty()) continue;
    std::swap(nodes[prng_.Below(nodes.size())], nodes.back());
    cost_ = static_cast<int>(cost);
    follower_.Start(nodes.back());
    nodes.pop_back();
    return &follower_;
  }
  return nullptr;
}

std::string BoundedSearch::Describe() const {
  return absl::StrCat(bound_ == Bound::kDelays ? "delay" : "preemption", " bounding, ", cost_,
                      bound_ == Bound::kDelays ? " delays" : " preemptions");
}

std::string BoundedSearch::Exhausted() const {
  return dropped_ ? ""
                  : absl::StrCat("every schedule with at most ", most_,
                                 bound_ == Bound::kDelays ? " delays" : " preemptions", " was run");
}

void BoundedSearch::Follower::Start(uint32_t node) {
  node_ = node;
  deviations_.clear();
  for (; search_.nodes_[node].parent != kNobody; node = search_.nodes_[node].parent) {
    deviations_.push_back(search_.nodes_[node]);
  }
  default_schedule_ = DefaultSchedule();
}

size_t BoundedSearch::Follower::Choose(const Question& question) {
  const auto& alternatives = question.alternatives;
  const DefaultSchedule::Usual usual = default_schedule_.UsualAt(question);
  size_t choice = usual.index;
  if (!deviations_.empty()) {
    if (deviations_.back().question == question.number) {
      choice = std::min<size_t>(deviations_.back().answer, alternatives.size() - 1);
      deviations_.pop_back();
    }
  } else {
    for (size_t i = 0; i < alternatives.size(); ++i) {
      if (i == usual.index) continue;
      const size_t passed = (i + alternatives.size() - usual.index) % alternatives.size();
      const int cost = search_.cost_ + (search_.bound_ == Bound::kDelays ? static_cast<int>(passed)
                                        : usual.goes_on                  ? 1
                                                                         : 0);
      if (cost > search_.most_) continue;
      if (IsRoot() && search_.first_deviations_++ % search_.shard_.count != search_.shard_.index) {
        continue;
      }
      search_.Add(cost, {node_, static_cast<uint32_t>(question.number), static_cast<uint32_t>(i)});
    }
  }
  default_schedule_.Note(TaskOf(alternatives[choice]));
  return choice;
}

}  // namespace drydock
