// Runs the sound twins of all flawed drivers, each under as many schedules of the portfolio as
// asked for, and prints those that fail; exit code 1 if there are any.
//
//   ./bazelw run --config=opt //tests/drivers/flawed:twins -- 100000
#include <cstdio>

#include "absl/strings/numbers.h"
#include "explore/campaign.h"
#include "explore/explorer.h"
#include "tests/drivers/flawed/rig.h"

int main(int count, char** arguments) {
  uint64_t schedules = 1'000;
  if (count > 2 ||
      (count == 2 && (!absl::SimpleAtoi(arguments[1], &schedules) || schedules == 0))) {
    std::fprintf(stderr, "twins: takes one number, how many schedules of each\n");
    return 2;
  }
  bool failed = false;
  for (const drydock::FlawedCase* flawed_case : drydock::FlawedCases()) {
    const drydock::CampaignResult result = drydock::RunCampaign(
        drydock::MakeExplorer("portfolio", 1)->get(),
        drydock::FlawedProgram(*flawed_case, /*flawed=*/false), {.schedules = schedules});
    std::printf("%s: %llu schedules\n", flawed_case->name,
                static_cast<unsigned long long>(result.runs));
    for (const drydock::Failure& failure : result.failures) {
      failed = true;
      std::printf("  %s under %s: %s\n", failure.failure.c_str(), failure.found_by.c_str(),
                  failure.schedule.ToString().c_str());
    }
    std::fflush(stdout);
  }
  return failed ? 1 : 0;
}
