// Minimised schedules fail in the same way with fewer switches.
#include "explore/minimise.h"

#include "explore/random_walk.h"
#include "explore/replay.h"
#include "gtest/gtest.h"
#include "tests/explore/programs.h"

namespace drydock {
namespace {

RunResult FindByRandomWalk(const Program& program) {
  for (uint64_t seed = 1; seed < 10'000; ++seed) {
    RandomWalk walk(seed);
    RunResult result = RunOnce(program, &walk);
    if (!result.failure.empty()) return result;
  }
  ADD_FAILURE() << "no random walk fails";
  return {};
}

TEST(Minimise, LeavesTheSwitchesThatMatter) {
  const Program program = SeenHalfDone(/*noise=*/10);
  const RunResult found = FindByRandomWalk(program);
  const Minimised smallest = Minimise(found, Runner(program));
  EXPECT_EQ(smallest.run.failure, found.failure);
  EXPECT_GT(smallest.switches_found, 10u);
  // To the other thread, and back from it after its first store.
  EXPECT_LE(smallest.switches, 2u);

  // It is a schedule like any other.
  Replay replay(smallest.run.schedule);
  EXPECT_EQ(RunOnce(program, &replay).failure, found.failure);
}

TEST(Minimise, IsTheSameEveryTime) {
  const Program program = SeenHalfDone(/*noise=*/10);
  const RunResult found = FindByRandomWalk(program);
  EXPECT_TRUE(Minimise(found, Runner(program)).run.schedule ==
              Minimise(found, Runner(program)).run.schedule);
}

TEST(Minimise, KeepsToItsBudget) {
  const Program program = SeenHalfDone(/*noise=*/50);
  const RunResult found = FindByRandomWalk(program);
  const Minimised smaller = Minimise(found, Runner(program), /*most_runs=*/5);
  EXPECT_LE(smaller.runs, 5u);
  EXPECT_EQ(smaller.run.failure, found.failure);
}

// A run may fail otherwise when it is changed: that does not count.
TEST(Minimise, KeepsTheFailure) {
  const Program lost_update = LostUpdate(3);
  const Program half_done = SeenHalfDone(2);
  const Program both = [&](std::string* failure) {
    half_done(failure);
    if (failure->empty()) lost_update(failure);
  };
  for (uint64_t seed = 1; seed < 200; ++seed) {
    RandomWalk walk(seed);
    const RunResult found = RunOnce(both, &walk);
    if (found.failure.empty()) continue;
    EXPECT_EQ(Minimise(found, Runner(both)).run.failure, found.failure);
  }
}

}  // namespace
}  // namespace drydock
