// tests/drydock_test.h
//
// DRYDOCK_TEST: a GoogleTest test whose body runs on a thread of a freshly booted simulated
// machine, under one schedule after another.
//
//   DRYDOCK_TEST(CommandGate, CG4RunActionReturnsTheActionsValue) {
//     … the body: may block, start threads, EXPECT and ASSERT …
//   }
//
// The body runs under the timed strategy first and then under seeded random walks, 20 schedules in
// all unless told otherwise, every eighth checked for lifetimes (verify/lifetime_checker.h). It
// fails if an expectation fails, the kernel panics, a rule of the API is broken
// (Outcome::findings), or a thread that is not a daemon stays blocked. The first failing schedule
// is printed with the command that replays it.
//
// Orders of locks that can deadlock are found under all schedules (verify/lock_order_checker.h);
// --drydock_checks=NAME,… adds what is looked for only when asked for (verify/checks.h).
//
// Code in the program that is compiled with hooks (drivers/kext.bzl) is watched for data races
// (verify/race_checker.h) under all schedules, and can be preempted where it accesses memory that
// others touch too (--drydock_accesses=none|shared|sampled:N|all).
//
// Flags: --drydock_schedules=N, --drydock_seed=S, --drydock_strategy=all|timed|NAME, NAME as
// drydock explore has it (docs/explore.md),
// --drydock_replay=dd1-…. Bazel's sharding (shard_count) splits schedules, not tests: each shard
// makes its part of every test's search (explore/explorer.h, Shard). Ctrl-C ends the search and
// skips the tests that are left.
#ifndef DRYDOCK_TESTS_DRYDOCK_TEST_H_
#define DRYDOCK_TESTS_DRYDOCK_TEST_H_

#include <functional>

#include "gtest/gtest.h"
#include "scheduler/simulation.h"

namespace drydock::testing {

// Runs `body` as described above, on machines made with `options`. `name` names program and test in
// the schedule.
void RunUnderSchedules(const std::string& name, const MachineOptions& options,
                       const std::function<void()>& body);

// From the body: it breaks the rule of that name on purpose, so in this run findings of that name
// are no failure.
void AllowFinding(const std::string& name);

}  // namespace drydock::testing

// The same with MachineOptions, such as `(MachineOptions{.cpus = 1})`.
#define DRYDOCK_TEST_ON(Suite, Situation, options)                                   \
  struct DrydockTest_##Suite##_##Situation {                                         \
    static void Body();                                                              \
  };                                                                                 \
  TEST(Suite, Situation) {                                                           \
    ::drydock::testing::RunUnderSchedules(#Suite "." #Situation, options,            \
                                          &DrydockTest_##Suite##_##Situation::Body); \
  }                                                                                  \
  void DrydockTest_##Suite##_##Situation::Body()

// The same on a machine with the semantics of 2003 (HX-).
#define DRYDOCK_TEST_2003(Suite, Situation) \
  DRYDOCK_TEST_ON(Suite, Situation,         \
                  (::drydock::MachineOptions{.profile = ::drydock::kernel::Profile::kHistoric}))

#define DRYDOCK_TEST(Suite, Situation) \
  DRYDOCK_TEST_ON(Suite, Situation, ::drydock::MachineOptions())

#endif  // DRYDOCK_TESTS_DRYDOCK_TEST_H_
