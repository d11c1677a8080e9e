// The search of all orders: what reduction leaves is one run of each class, and nothing is lost.
#include "explore/order_search.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "explore/campaign.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/prng.h"
#include "tests/explore/programs.h"

namespace drydock {
namespace {

using kernel::OperationKind;
using Reduction = OrderSearch::Reduction;

// The body of a run; what is left of it goes to `*result`.
using Body = std::function<void(std::string* result)>;

struct Searched {
  uint64_t runs = 0;
  uint64_t classes = 0;
  uint64_t redundant = 0;
  std::set<uint64_t> traces;       // of the classes
  std::set<std::string> outcomes;  // how runs ended, and what they left
  std::string exhausted;
};

Searched Search(const Body& body, Reduction reduction, uint64_t most_runs = 2'000'000) {
  OrderSearch search(reduction);
  Searched result;
  for (; result.runs < most_runs; ++result.runs) {
    Strategy* strategy = search.Next();
    if (strategy == nullptr) break;
    std::string left;
    const uint64_t redundant = search.redundant();
    const Outcome outcome =
        Simulation({.cpus = 2, .max_questions = 100'000}, strategy).Run([&] { body(&left); });
    EXPECT_NE(outcome.kind, Outcome::Kind::kRefused) << outcome.text;
    std::string end = absl::StrCat(OutcomeName(outcome.kind), " ", left);
    for (const Finding& finding : outcome.findings) absl::StrAppend(&end, " ", finding.name);
    result.outcomes.insert(end);
    if (search.redundant() == redundant) result.traces.insert(search.trace());
  }
  result.classes = search.classes();
  result.redundant = search.redundant();
  result.exhausted = search.Exhausted();
  return result;
}

// Runs the program both ways; the classes and the outcomes must be the same. Returns their number.
uint64_t ExpectSame(const Body& body) {
  const Searched all = Search(body, Reduction::kNone);
  const Searched reduced = Search(body, Reduction::kClasses);
  EXPECT_FALSE(all.exhausted.empty()) << "too many orders to count";
  EXPECT_FALSE(reduced.exhausted.empty());
  EXPECT_EQ(reduced.traces, all.traces);
  EXPECT_EQ(reduced.classes, all.classes);
  EXPECT_EQ(reduced.traces.size(), reduced.classes) << "a class was run twice";
  EXPECT_EQ(reduced.outcomes, all.outcomes);
  return reduced.classes;
}

// One thread for each body.
void RunThreads(const std::vector<std::function<void()>>& bodies) {
  std::vector<kernel::Thread*> threads;
  for (const auto& body : bodies) threads.push_back(kernel::ThreadStart({.name = "t"}, body));
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
}

// `threads` threads that take one lock `rounds` times each.
Body Lockers(int threads, int rounds) {
  return [=](std::string* result) {
    kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
    int counter = 0;
    const auto body = [&] {
      for (int i = 0; i < rounds; ++i) {
        kernel::MutexLock(mutex);
        ++counter;
        kernel::MutexUnlock(mutex);
      }
    };
    RunThreads(std::vector<std::function<void()>>(static_cast<size_t>(threads), body));
    *result = absl::StrCat(counter);
    kernel::MutexFree(mutex);
  };
}

TEST(OrderSearch, TwoLockersOfTwoRoundsAreSixClasses) {
  EXPECT_EQ(Search(Lockers(2, 2), Reduction::kClasses).classes, 6u);
}

TEST(OrderSearch, TwoLockersOfEightRoundsAre12870Classes) {
  const Searched reduced = Search(Lockers(2, 8), Reduction::kClasses);
  EXPECT_EQ(reduced.classes, 12'870u);
  EXPECT_EQ(reduced.runs, 12'870u);
  EXPECT_EQ(reduced.exhausted, "all 12870 classes of schedules were run");
}

TEST(OrderSearch, ClassesAreThoseOfAllOrders) {
  EXPECT_EQ(ExpectSame(Lockers(2, 2)), 6u);
  EXPECT_EQ(ExpectSame(Lockers(3, 1)), 6u);
}

}  // namespace
}  // namespace drydock
