// The search of all orders: what reduction leaves is one run of each class, and nothing is lost.
#include "explore/order_search.h"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "explore/campaign.h"
#include "explore/minimise.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
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

Searched Search(const Body& body, Reduction reduction, uint64_t most_runs = 2'000'000,
                uint64_t shard = 0, uint64_t shards = 1) {
  OrderSearch search(reduction, Shard{shard, shards});
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
    if (search.redundant() != redundant || search.IsAnothers()) continue;
    result.traces.insert(search.trace());
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

// Two threads that take two locks, each in its own order.
void TakeCrosswise(Results*) {
  kernel::Mutex* one = kernel::MutexAlloc("one");
  kernel::Mutex* two = kernel::MutexAlloc("two");
  const auto take = [](kernel::Mutex* first, kernel::Mutex* second) {
    kernel::MutexLock(first);
    kernel::MutexLock(second);
    kernel::MutexUnlock(second);
    kernel::MutexUnlock(first);
  };
  RunThreads({[&] { take(one, two); }, [&] { take(two, one); }});
}

TEST(OrderSearch, ADeadlockIsReportedAndTheSearchGoesOn) {
  EXPECT_EQ(ExpectSame(&TakeCrosswise), 3u);
  const Searched reduced = Search(&TakeCrosswise, Reduction::kClasses);
  EXPECT_EQ(reduced.outcomes, (std::set<std::string>{"blocked ;;; deadlock", "quiet ;;;"}));
  EXPECT_EQ(reduced.exhausted, "all 3 classes of schedules were run");
}

// What is found replays from its text, and can be made small.
TEST(OrderSearch, SchedulesAreTimelessAndReplay) {
  OrderSearch search(Reduction::kClasses);
  const RunProgram run = Runner([](std::string*) { TakeCrosswise(nullptr); });
  const CampaignResult result = RunCampaign(&search, run, {.stop_at_first = false});
  EXPECT_EQ(result.runs, 3u);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].failure, "blocked");
  const std::string text = result.failures[0].schedule.ToString();
  EXPECT_TRUE(absl::StrContains(text, ".timeless-")) << text;
  const absl::StatusOr<Schedule> parsed = Schedule::Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(*parsed == result.failures[0].schedule);
  Replay replay(*parsed);
  const RunResult again = run(&replay);
  EXPECT_EQ(again.failure, "blocked");
  EXPECT_TRUE(again.schedule == *parsed);
  const Minimised smallest = Minimise({"blocked", *parsed}, run);
  EXPECT_EQ(smallest.run.failure, "blocked");
  EXPECT_LE(smallest.switches, 2u);
}

// A thread that has not come to its end when the run is over may have gone on before.
TEST(OrderSearch, StepsOfDaemonsComeBeforeTheEndOrNever) {
  const Body body = [](Results* results) {
    kernel::ThreadStart({.name = "daemon", .daemon = true}, [results] {
      kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
      (*results)[1] = "one";
      kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
      (*results)[1] = "two";
    });
  };
  ExpectSame(body);
  EXPECT_EQ(Search(body, Reduction::kClasses).outcomes,
            (std::set<std::string>{"quiet ;;;", "quiet ;one;;", "quiet ;two;;"}));
}

// Where a wait ends before it has begun to block, or after, is no difference.
TEST(OrderSearch, WakeupsBeforeAndAfterTheBlockAreOneClass) {
  const Body body = [](Results* results) {
    const char event = 0;
    kernel::Mutex* mutex = kernel::MutexAlloc("mutex");
    bool done = false;
    RunThreads({[&] {
                  kernel::MutexLock(mutex);
                  while (!done) {
                    kernel::MutexSleep(mutex, &event, kernel::Interruptible::kUninterruptible, 0,
                                       {});
                  }
                  kernel::MutexUnlock(mutex);
                },
                [&] {
                  kernel::MutexLock(mutex);
                  done = true;
                  kernel::ThreadWakeup(&event, /*one_thread=*/true);
                  kernel::MutexUnlock(mutex);
                }});
    (*results)[0] = "done";
  };
  EXPECT_EQ(ExpectSame(body), 2u);  // which thread has the lock first
}

TEST(OrderSearch, HoldsBackATaskThatPollsAndSaysSo) {
  for (const bool sleeps : {false, true}) {
    const Body body = [sleeps](Results*) {
      bool flag = false;
      RunThreads({[&] {
                    for (;;) {
                      kernel::ChoicePoint(OperationKind::kRead, 1'000'001);
                      if (flag) return;
                      if (sleeps) kernel::Sleep(kernel::kMicrosecond);
                    }
                  },
                  [&] {
                    kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
                    flag = true;
                  }});
    };
    const Searched reduced = Search(body, Reduction::kClasses, 10'000);
    EXPECT_LT(reduced.runs, 20u);
    EXPECT_EQ(reduced.outcomes, (std::set<std::string>{"quiet ;;;"}));
    EXPECT_TRUE(
        absl::StrContains(reduced.exhausted, "except those in which a task that polls goes on"))
        << reduced.exhausted;
  }
}

TEST(OrderSearch, RunsAreNotVariedForEver) {
  const Body body = [](Results*) {
    int value = 0;
    RunThreads({[&] {
      while (value < 12'000) {
        kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
        ++value;
      }
    }});
  };
  const Searched reduced = Search(body, Reduction::kClasses);
  EXPECT_EQ(reduced.exhausted,
            "all 1 classes of schedules were run, but for what comes after 10000 steps, in 1 run");
}

TEST(OrderSearch, ALoneSpinnerEndsAsEndless) {
  const Body body = [](Results*) {
    for (;;) kernel::ChoicePoint(OperationKind::kRead, 1'000'001);
  };
  EXPECT_EQ(Search(body, Reduction::kClasses).outcomes, (std::set<std::string>{"endless ;;;"}));
}

TEST(OrderSearch, AProgramThatDiffersFromRunToRunIsRefused) {
  int run = 0;
  OrderSearch search(Reduction::kClasses);
  const auto body = [&run] {
    ++run;
    RunThreads({[&] {
                  kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
                  if (run > 1) kernel::ChoicePoint(OperationKind::kWrite, 1'000'001);
                },
                [] { kernel::ChoicePoint(OperationKind::kWrite, 1'000'001); }});
    if (run > 1) kernel::ThreadJoin(kernel::ThreadStart({.name = "more"}, [] {}));
  };
  const std::function<void()> starts = [&] {
    if (run++ > 0) {
      kernel::ThreadJoin(kernel::ThreadStart({.name = "another"}, [] {}));
    }
    body();
  };
  Outcome outcome;
  for (int i = 0; i < 2; ++i) outcome = Simulation({}, search.Next()).Run(starts);
  EXPECT_EQ(outcome.kind, Outcome::Kind::kRefused);
  EXPECT_TRUE(absl::StrContains(outcome.text, "the program is not deterministic")) << outcome.text;
}

constexpr kernel::ObjectId kCell = 1'000'001;

void Append(std::string* seen, char what) {
  kernel::ChoicePoint(OperationKind::kWrite, kCell);
  *seen += what;
}

// A device acts, and raises a line whose handler wakes a thread; or the thread gives up waiting.
TEST(OrderSearch, DevicesAndInterruptsAreSteps) {
  const Body body = [](Results* results) {
    constexpr int kLine = 3;
    static std::string* seen;
    seen = &(*results)[0];
    static char event;
    kernel::InterruptInstall(
        kLine, kernel::Trigger::kEdge,
        [](void*, int) {
          Append(seen, 'i');
          kernel::ThreadWakeup(&event, /*one_thread=*/false);
        },
        nullptr);
    kernel::InterruptUnmask(kLine);
    kernel::OutsideSchedule(
        kernel::kMillisecond, "the device acts", 7, [](void*) { kernel::InterruptRaise(kLine); },
        nullptr);
    kernel::AssertWait(&event, kernel::Interruptible::kUninterruptible, kernel::kSecond, {});
    const kernel::WaitResult result = kernel::ThreadBlock();
    Append(seen, result == kernel::WaitResult::kTimedOut ? 't' : 'w');
    kernel::InterruptMask(kLine);
  };
  ExpectSame(body);
  // The handler may come while the waiter goes on, later, or not at all.
  EXPECT_EQ(Search(body, Reduction::kClasses).outcomes,
            (std::set<std::string>{"quiet iw;;;", "quiet it;;;", "quiet ti;;;", "quiet t;;;"}));
}

// A thread call is entered, and cancelled before it begins, while it runs, or too late.
TEST(OrderSearch, ThreadCallsAreSteps) {
  const Body body = [](Results* results) {
    static std::string* seen;
    seen = &(*results)[0];
    kernel::ThreadCall* call = kernel::ThreadCallAllocate(
        [](void*, void*) {
          Append(seen, 'b');
          Append(seen, 'e');
        },
        nullptr, kernel::ThreadCallPriority::kHigh, 0);
    kernel::ThreadCallEnter(call, nullptr);
    Append(seen, 'm');
    (*results)[1] = kernel::ThreadCallCancelWait(call) ? "cancelled" : "";
  };
  ExpectSame(body);
  EXPECT_EQ(Search(body, Reduction::kClasses).outcomes,
            (std::set<std::string>{"quiet m;cancelled;;", "quiet mbe;;;", "quiet bme;;;",
                                   "quiet bem;;;"}));
}

// What a thread does while it can be aborted, and what the clock shows, depends on others.
TEST(OrderSearch, AbortsAndTheClockAreSeen) {
  const Body body = [](Results* results) {
    kernel::Thread* waiter = kernel::ThreadStart({.name = "waiter"}, [results] {
      const char event = 0;
      kernel::AssertWait(&event, kernel::Interruptible::kInterruptible, kernel::kSecond, {});
      (*results)[1] = absl::StrCat(static_cast<int>(kernel::ThreadBlock()));
    });
    kernel::ThreadAbort(waiter, /*safely=*/false);
    (*results)[0] = absl::StrCat(kernel::Now() / kernel::kSecond);
    kernel::ThreadJoin(waiter);
  };
  ExpectSame(body);
}

// Shards run every class once between them, and say how many theirs are.
TEST(OrderSearch, ShardsDivideTheClasses) {
  for (const Body& body : {Lockers(2, 5), Lockers(3, 1), Body(&TakeCrosswise)}) {
    const Searched whole = Search(body, Reduction::kClasses);
    for (const uint64_t shards : {2, 3, 5}) {
      std::set<uint64_t> traces;
      uint64_t classes = 0;
      for (uint64_t shard = 0; shard < shards; ++shard) {
        const Searched part = Search(body, Reduction::kClasses, 2'000'000, shard, shards);
        EXPECT_EQ(part.traces.size(), part.classes);
        EXPECT_FALSE(part.exhausted.empty());
        if (whole.classes > 200) {
          EXPECT_LT(part.classes, whole.classes * 4 / 5) << shard << " of " << shards;
          EXPECT_LT(part.runs, part.classes + 50);
        }
        classes += part.classes;
        traces.insert(part.traces.begin(), part.traces.end());
      }
      EXPECT_EQ(classes, whole.classes) << shards;
      EXPECT_EQ(traces, whole.traces) << shards;
    }
  }
}

// --- Programs drawn at random.

// Of a thread of such a program.
enum class Act {
  kRead,
  kWrite,
  kAdd,       // atomically
  kLocked,    // reads and writes under a lock
  kTwoLocks,  // one inside the other
  kTryLock,
  kWait,  // for the event
  kTimedWait,
  kLockedWait,  // with the lock given back meanwhile
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
            static_cast<int>(kernel::MutexSleep(locks_[which], &event_,
                                                kernel::Interruptible::kUninterruptible, 0, {})));
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
  constexpr uint64_t kMostOrders = 3'000;
  int compared = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const Threads threads = DrawProgram(seed);
    SCOPED_TRACE(absl::StrCat("seed ", seed, ": ", Describe(threads)));
    const Searched all = Search(Runs(threads), Reduction::kNone, kMostOrders);
    // Too many; or both are cut short, each elsewhere.
    if (all.runs == kMostOrders || absl::StrContains(all.exhausted, "polls")) continue;
    ++compared;
    const Searched reduced = Search(Runs(threads), Reduction::kClasses);
    EXPECT_EQ(reduced.outcomes, all.outcomes);
    EXPECT_EQ(reduced.classes, all.classes);
    EXPECT_EQ(reduced.traces, all.traces);
    EXPECT_EQ(reduced.traces.size(), reduced.classes) << "a class was run twice";
    std::set<uint64_t> shared;
    uint64_t classes = 0;
    for (const uint64_t shard : {0, 1}) {
      const Searched part = Search(Runs(threads), Reduction::kClasses, 2'000'000, shard, 2);
      shared.insert(part.traces.begin(), part.traces.end());
      classes += part.classes;
    }
    EXPECT_EQ(shared, all.traces);
    EXPECT_EQ(classes, all.classes);
    if (HasFailure()) return;
  }
  EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace drydock
