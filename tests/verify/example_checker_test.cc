// The checker of docs/writing_a_checker.md works, and the page shows it as it is.
#include "tests/verify/example_checker.h"

#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock::verify {
namespace {

using ::testing::HasSubstr;

Outcome RunThread(bool unlocks) {
  const Watching<HeldAtExitChecker> checker;
  TimedStrategy timed;
  return Simulation({}, &timed).Run([unlocks] {
    kernel::Mutex* lock = kernel::MutexAlloc("state");
    kernel::ThreadJoin(kernel::ThreadStart({.name = "forgetful"}, [=] {
      kernel::MutexLock(lock);
      if (unlocks) kernel::MutexUnlock(lock);
    }));
  });
}

TEST(HeldAtExitChecker, AThreadThatEndsWithALockIsFound) {
  const Outcome outcome = RunThread(/*unlocks=*/false);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].name, "lock-held-at-exit");
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("ends and still holds lock state"));
  ASSERT_EQ(outcome.findings[0].evidence.size(), 1u);
  EXPECT_FALSE(outcome.findings[0].evidence[0].stack.empty());
}

TEST(HeldAtExitChecker, AThreadThatUnlocksIsFine) {
  EXPECT_TRUE(RunThread(/*unlocks=*/true).findings.empty());
}

std::string Contents(const char* file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(WritingAChecker, ShowsTheCheckerAsItIs) {
  const std::string source = Contents("tests/verify/example_checker.h");
  const size_t begin = source.find("class HeldAtExitChecker");
  ASSERT_NE(begin, std::string::npos);
  const std::string checker = source.substr(begin, source.find("\n};\n") + 4 - begin);
  EXPECT_THAT(Contents("docs/writing_a_checker.md"), HasSubstr(checker));
}

}  // namespace
}  // namespace drydock::verify
