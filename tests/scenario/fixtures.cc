// Helpers of the tests of scenarios.
#include "tests/scenario/fixtures.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scenario/reader.h"
#include "trace/digest.h"
#include "trace/observer.h"

namespace drydock {

std::string OneReader(absl::string_view more) {
  return absl::StrCat(
      "cpus: 2\n"
      "controller { name: \"usb0\" line: 16 }\n"
      "device { name: \"adapter\" controller: \"usb0\" driver: \"UsbSerial\" vendor_id: 0x1209 "
      "product_id: 1 endpoint { address: 0x81 } endpoint { address: 0x02 } "
      "data { after: \"1ms\" bytes: 64 } }\n"
      "thread { name: \"reader\" band: \"user\" step { open: \"adapter\" } step { read: 64 } "
      "step { close {} } }\n"
      "timeline { plug: \"adapter\" at: \"0us\" }\n",
      more);
}

Scenario Read(absl::string_view text) {
  absl::StatusOr<Scenario> scenario = ParseScenario(text, "test.textproto", LinkedDrivers());
  if (!scenario.ok()) {
    ADD_FAILURE() << scenario.status().message();
    return Scenario();
  }
  return *std::move(scenario);
}

WatchedRun RunWatched(const Scenario& scenario, Strategy* strategy) {
  trace::Digest digest;
  WatchedRun run;
  {
    trace::ScopedObserver watching(&digest);
    run.result = RunScenario(scenario, strategy);
  }
  run.digest = digest.value();
  return run;
}

std::string Failures(const ScenarioResult& result) {
  std::string text;
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.kind != Verdict::Kind::kFailed) continue;
    absl::StrAppend(&text, verdict.text, "; seen: ", verdict.seen, "\n");
  }
  return text.empty() ? "held" : text;
}

std::vector<std::string> ShippedScenarios() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("scenarios")) {
    if (entry.path().extension() == ".textproto") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace drydock
