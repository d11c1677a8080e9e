// The search of all orders: what reduction leaves is one run of each class, and nothing is lost.
#include "explore/order_search.h"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// The body of a run; what is left of it goes to `*result`, an entry for each thread that has ended.
using Results = std::array<std::string, 4>;
using Body = std::function<void(Results* results)>;

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
    Results left;
    const uint64_t redundant = search.redundant();
    const Outcome outcome =
        Simulation({.cpus = 2, .max_questions = 100'000}, strategy).Run([&] { body(&left); });
    EXPECT_NE(outcome.kind, Outcome::Kind::kRefused) << outcome.text;
    std::string end = absl::StrCat(OutcomeName(outcome.kind), " ", absl::StrJoin(left, ";"));
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
  return [=](Results* results) {
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
    (*results)[0] = absl::StrCat(counter);
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

// --- Programs drawn at random.

// Of a thread of such a program.
enum class Act {
  kRead,
  kWrite,
  kAdd,        // atomically
  kLocked,     // reads and writes under a lock
  kTwoLocks,   // one inside the other
  kTryLock,
  kWait,       // for the event
  kTimedWait,
  kLockedWait, // with the lock given back meanwhile
  kWakeOne,
  kWakeAll,
  kSleep,
  kYield,
};
constexpr uint64_t kActs = static_cast<uint64_t>(Act::kYield) + 1;

struct Step {
  Act act;
  int which;  // of two cells, or locks
  int value;  // to write
};
using Threads = std::vector<std::vector<Step>>;

// What threads of a program share.
class Shared {
 public:
  void Do(const Step& step, std::string* seen) {
    const int which = step.which;
    switch (step.act) {
      case Act::kRead:
        absl::StrAppend(seen, "r", Read(which));
        return;
      case Act::kWrite:
        Write(which, step.value);
        return;
      case Act::kAdd:
        kernel::ChoicePoint(OperationKind::kAtomic, kCells + static_cast<uint32_t>(which));
        absl::StrAppend(seen, "a", cells_[which]++);
        return;
      case Act::kLocked:
        kernel::MutexLock(locks_[which]);
        Write(which, Read(which) + 1);
        kernel::MutexUnlock(locks_[which]);
        return;
      case Act::kTwoLocks:
        kernel::MutexLock(locks_[which]);
        kernel::MutexLock(locks_[1 - which]);
        kernel::MutexUnlock(locks_[1 - which]);
        kernel::MutexUnlock(locks_[which]);
        return;
      case Act::kTryLock:
        if (kernel::MutexTryLock(locks_[which])) {
          *seen += "T";
          kernel::MutexUnlock(locks_[which]);
        } else {
          *seen += "F";
        }
        return;
      case Act::kWait:
      case Act::kTimedWait: {
        const kernel::Time deadline = step.act == Act::kWait ? 0 : kernel::kSecond;
        kernel::AssertWait(&event_, kernel::Interruptible::kUninterruptible, deadline, {});
        absl::StrAppend(seen, "w", static_cast<int>(kernel::ThreadBlock()));
        return;
      }
      case Act::kLockedWait:
        kernel::MutexLock(locks_[which]);
        absl::StrAppend(
            seen, "W",
            static_cast<int>(kernel::MutexSleep(
                locks_[which], &event_, kernel::Interruptible::kUninterruptible, 0, {})));
        kernel::MutexUnlock(locks_[which]);
        return;
      case Act::kWakeOne:
      case Act::kWakeAll:
        absl::StrAppend(seen, "k", kernel::ThreadWakeup(&event_, step.act == Act::kWakeOne));
        return;
      case Act::kSleep:
        kernel::Sleep(kernel::kMicrosecond);
        return;
      case Act::kYield:
        kernel::ThreadYield();
        return;
    }
  }
  std::string Left() const { return absl::StrCat(cells_[0], ",", cells_[1]); }

 private:
  static constexpr kernel::ObjectId kCells = 1'000'001;
  int Read(int which) {
    kernel::ChoicePoint(OperationKind::kRead, kCells + static_cast<uint32_t>(which));
    return cells_[which];
  }
  void Write(int which, int value) {
    kernel::ChoicePoint(OperationKind::kWrite, kCells + static_cast<uint32_t>(which));
    cells_[which] = value;
  }

  kernel::Mutex* locks_[2] = {kernel::MutexAlloc("zero"), kernel::MutexAlloc("one")};
  int cells_[2] = {};
  const char event_ = 0;
};

// The first of `threads` is the main thread, after it has started the others.
Body Runs(const Threads& threads) {
  return [threads](Results* results) {
    Shared shared;
    const auto run = [&](size_t i) {
      for (const Step& step : threads[i]) shared.Do(step, &(*results)[i]);
    };
    std::vector<kernel::Thread*> started;
    for (size_t i = 1; i < threads.size(); ++i) {
      started.push_back(kernel::ThreadStart({.name = "t"}, [&run, i] { run(i); }));
    }
    run(0);
    for (kernel::Thread* thread : started) kernel::ThreadJoin(thread);
    (*results)[3] = shared.Left();
  };
}

Threads DrawProgram(uint64_t seed) {
  Prng prng(seed, "program");
  Threads threads(2 + prng.Below(2));
  const size_t most = threads.size() == 2 ? 4 : 2;
  int value = 100;
  for (std::vector<Step>& steps : threads) {
    steps.resize(1 + prng.Below(most));
    for (Step& step : steps) {
      step = {static_cast<Act>(prng.Below(kActs)), static_cast<int>(prng.Below(2)), value++};
    }
  }
  return threads;
}

std::string Describe(const Threads& threads) {
  std::string text;
  for (const std::vector<Step>& steps : threads) {
    for (const Step& step : steps) {
      absl::StrAppend(&text, static_cast<int>(step.act), step.which == 0 ? "a " : "b ");
    }
    text += "| ";
  }
  return text;
}

TEST(OrderSearch, LosesNothingOfProgramsDrawnAtRandom) {
  constexpr uint64_t kMostOrders = 5'000;
  int compared = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const Threads threads = DrawProgram(seed);
    SCOPED_TRACE(absl::StrCat("seed ", seed, ": ", Describe(threads)));
    const Searched all = Search(Runs(threads), Reduction::kNone, kMostOrders);
    if (all.runs == kMostOrders) continue;
    ++compared;
    const Searched reduced = Search(Runs(threads), Reduction::kClasses);
    EXPECT_EQ(reduced.outcomes, all.outcomes);
    EXPECT_EQ(reduced.classes, all.classes);
    EXPECT_EQ(reduced.traces, all.traces);
    EXPECT_EQ(reduced.traces.size(), reduced.classes) << "a class was run twice";
    if (HasFailure()) return;
  }
  EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace drydock
