// Stacks of four on hubs, plugged and unplugged by threads that run at the same time while others
// use them: storm after storm, each on a freshly booted machine.
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "gtest/gtest.h"
#include "scheduler/host/futex.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/simulation.h"
#include "scheduler/strategy.h"
#include "tests/drivers/samples/unplug_storm.h"

ABSL_FLAG(int, drydock_storm_seconds, 1, "for how long storms follow one another");

namespace drydock {
namespace {

TEST(UnplugStormOnHost, NothingIsLost) {
  const kernel::Time end =
      host::HostNow() +
      static_cast<kernel::Time>(absl::GetFlag(FLAGS_drydock_storm_seconds)) * kernel::kSecond;
  StormResult total;
  uint64_t storms = 0;
  do {
    StormOptions options;
    options.devices = 40;
    options.seed = ++storms;
    StormResult result;
    TimedStrategy nobody;
    const Outcome outcome = Simulation({}, &nobody).Run([&] { result = UnplugStorm(options); });
    ASSERT_TRUE(outcome.ok()) << OutcomeName(outcome.kind) << ": " << outcome.text << "\n"
                              << DescribeStack(outcome.stack, "  ");
    for (const Finding& finding : outcome.findings) {
      FAIL() << finding.name << ": " << finding.sentence << "\n"
             << DescribeStack(finding.stack, "  ");
    }
    ASSERT_EQ(result.plugged, static_cast<uint64_t>(2 * options.devices * options.rounds));
    ASSERT_EQ(result.unplugged, result.plugged);
    ASSERT_EQ(result.children, 0);
    ASSERT_EQ(result.busy, 0);
    ASSERT_EQ(result.references, 0);
    ASSERT_EQ(result.blocks, 0);
    ASSERT_TRUE(result.shut_down);
    ASSERT_EQ(result.objects_leaked, 0u);
    total.plugged += result.plugged;
    total.transfers += result.transfers;
    total.refused += result.refused;
  } while (host::HostNow() < end);
  EXPECT_GT(total.transfers, 0u);
  std::printf("%llu storms: %llu stacks plugged and unplugged, %llu transfers, %llu refused\n",
              static_cast<unsigned long long>(storms),
              static_cast<unsigned long long>(total.plugged),
              static_cast<unsigned long long>(total.transfers),
              static_cast<unsigned long long>(total.refused));
}

}  // namespace
}  // namespace drydock

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
