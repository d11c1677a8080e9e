// A thousand disks on a hundred hubs, plugged and unplugged by several threads while others use
// them.
#include "tests/drivers/samples/unplug_storm.h"

#include <malloc.h>

#include "explore/random_walk.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

namespace drydock {
namespace {

void ExpectNothingLost(const StormOptions& options, Strategy* strategy) {
  StormResult result;
  const Outcome outcome = Simulation({.max_questions = 1'000'000'000}, strategy).Run([&] {
    result = UnplugStorm(options);
    AuditHeap();
  });
  ASSERT_TRUE(outcome.ok()) << OutcomeName(outcome.kind) << ": " << outcome.text;
  for (const Finding& finding : outcome.findings) {
    ADD_FAILURE() << finding.name << ": " << finding.sentence << "\n"
                  << DescribeStack(finding.stack, "  ");
    break;
  }
  EXPECT_EQ(result.plugged, static_cast<uint64_t>(2 * options.devices * options.rounds));
  EXPECT_EQ(result.unplugged, result.plugged);
  EXPECT_GT(result.transfers, 0u);
  EXPECT_EQ(result.children, 0);
  EXPECT_EQ(result.busy, 0);
  EXPECT_EQ(result.references, 0);
  EXPECT_EQ(result.blocks, 0);
  EXPECT_TRUE(result.shut_down);
  EXPECT_EQ(result.objects_leaked, 0u);
}

TEST(UnplugStorm, TenDevicesUnderRandomSchedulesWithLifetimesChecked) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RandomWalk random(seed);
    const verify::Watch watch({{verify::Check::kLifetimes}});
    ExpectNothingLost({.devices = 10, .rounds = 2, .seed = seed}, &random);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(UnplugStorm, AHundredDevicesUnderARandomSchedule) {
  RandomWalk random(1);
  ExpectNothingLost({.devices = 100, .rounds = 1}, &random);
}

TEST(UnplugStorm, AThousandDevicesOnAHundredHubs) {
  TimedStrategy timed;
  ExpectNothingLost({.devices = 1000, .rounds = 1}, &timed);
}

TEST(UnplugStorm, TheHostsMemoryIsFlat) {
  const auto used = [] {
    TimedStrategy timed;
    ExpectNothingLost({.devices = 30, .rounds = 1}, &timed);
    return static_cast<int64_t>(mallinfo2().uordblks);
  };
  used();
  const int64_t before = used();
  for (int i = 0; i < 5; ++i) used();
  EXPECT_LT(used() - before, 64 * 1024);
}

}  // namespace
}  // namespace drydock
