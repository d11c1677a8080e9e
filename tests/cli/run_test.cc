// drydock run and replay: what they print, and their exit codes.
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"
#include "tests/scenario/fixtures.h"

namespace drydock::cli {
namespace {

TEST(Run, TellsTheStoryAndTicksWhatHeld) {
  const Said said = Drydock({"run", kDuringRead});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.err, "");
  EXPECT_TRUE(Contains(said.out, "A client is blocked in a read when the cable is pulled."));
  EXPECT_TRUE(Contains(said.out, "adapter is unplugged\n"));
  EXPECT_TRUE(Contains(said.out, "read returns kIOReturnOffline\n"));
  EXPECT_TRUE(Contains(said.out, "✓ no object is leaked\n"));
  EXPECT_FALSE(Contains(said.out, "✗"));
  EXPECT_FALSE(Contains(said.out, "replay"));
  EXPECT_FALSE(Contains(said.out, "\x1b"));
}

TEST(Run, ColorsOnlyATerminal) {
  EXPECT_TRUE(Contains(Drydock({"run", kDuringRead}, /*color=*/true).out, "\x1b[32m✓\x1b[0m"));
}

TEST(Run, EveryShippedScenarioHolds) {
  for (const std::string& path : ShippedScenarios()) {
    EXPECT_EQ(Drydock({"run", path}).code, 0) << path;
    EXPECT_EQ(Drydock({"run", path, "--seed", "7"}).code, 0) << path;
  }
}

TEST(Run, WrongExpectationIsNamedAndReplayable) {
  std::ifstream shipped(kDuringRead);
  const std::string text((std::istreambuf_iterator<char>(shipped)), {});
  const std::string path = File(
      "wrong.textproto", absl::StrReplaceAll(text, {{"step: 3 code: \"kIOReturnOffline\" bytes: 0",
                                                     "step: 3 code: \"kIOReturnSuccess\""}}));
  const Said said = Drydock({"run", path});
  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(Contains(said.out,
                       "✗ reader, step 3: read 64 returns kIOReturnSuccess\n    seen: "
                       "kIOReturnOffline\n"))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "failed: 10 of 11 expectations held"));
  const std::string kReplay = absl::StrCat("replay: drydock replay ", path, " --schedule ");
  const size_t replay = said.out.find(kReplay);
  ASSERT_NE(replay, std::string::npos);
  const size_t begin = replay + kReplay.size();
  const std::string schedule = said.out.substr(begin, said.out.find('\n', begin) - begin);
  const Said again = Drydock({"replay", path, "--schedule", schedule});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(absl::StrReplaceAll(again.out, {{"CPUs, replay", "CPUs, timed schedule"}}), said.out);

  const Said json = Drydock({"run", path, "--format=json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json.err,
            "drydock: failed: reader, step 3: read 64 returns kIOReturnSuccess; seen: "
            "kIOReturnOffline\n");
}

TEST(Run, JsonIsTheSameToTheByteAndParses) {
  for (const std::string& path : ShippedScenarios()) {
    const Said first = Drydock({"run", path, "--format", "json"});
    const Said second = Drydock({"run", path, "--format=json"});
    EXPECT_EQ(first.code, 0);
    EXPECT_EQ(first.out, second.out) << path;
    const auto document = nlohmann::json::parse(first.out);
    EXPECT_EQ(document["scenario"], path);
    EXPECT_EQ(document["held"], true);
    const bool panics = path.find("naive_teardown") != std::string::npos;
    EXPECT_EQ(document["outcome"], panics ? "panic" : "quiet");
    EXPECT_GT(document["expectations"].size(), 1u);
    ASSERT_GT(document["events"].size(), 100u);
    EXPECT_EQ(document["events"][0]["kind"], "thread create");
    EXPECT_EQ(document["events"][0]["name"], "main");
  }
}

TEST(Run, SeedVariesTheRunAndReplayRepeatsItToTheByte) {
  const std::string at_full_speed = Drydock({"run", kDuringRead, "--format=json"}).out;
  int others = 0;
  for (int seed = 1; seed <= 10; ++seed) {
    const Said run = Drydock({"run", kDuringRead, "--seed", absl::StrCat(seed), "--format=json"});
    EXPECT_EQ(run.code, 0) << run.err;
    const auto document = nlohmann::json::parse(run.out);
    others += document["events"] != nlohmann::json::parse(at_full_speed)["events"];
    const std::string schedule = document["schedule"];
    const Said replay = Drydock({"replay", kDuringRead, "--schedule", schedule, "--format=json"});
    EXPECT_EQ(replay.code, 0) << replay.err;
    EXPECT_EQ(replay.out, run.out);
  }
  EXPECT_GT(others, 5);
}

TEST(Run, ManyRunsAreCounted) {
  const Said said = Drydock({"run", kDuringRead, "--runs", "50", "--seed", "100"});
  EXPECT_EQ(said.code, 0);
  EXPECT_EQ(said.out,
            absl::StrCat(kDuringRead, ": 50 runs, seeds 100 to 149: 50 held, 0 failed\n"));
  EXPECT_TRUE(Contains(said.err, "runs/s"));

  const std::string wrong =
      File("never.textproto", OneReader("expect { never { kind: \"plug\" } }"));
  const Said failed = Drydock({"run", wrong, "--runs=3"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_TRUE(Contains(failed.out, "0 held, 3 failed"));
  EXPECT_TRUE(Contains(failed.out, "✗ never: plug\n"));
  EXPECT_TRUE(Contains(failed.out, "replay: drydock replay "));
  const auto document =
      nlohmann::json::parse(Drydock({"run", wrong, "--runs=3", "--format=json"}).out);
  EXPECT_EQ(document["failed"], 3);
  EXPECT_EQ(document["failed_seed"], 1);
}

TEST(Replay, RefusesWhatDoesNotFit) {
  const std::string path = File("one.textproto", OneReader());
  const auto schedule_of = [](const std::string& file) -> std::string {
    return nlohmann::json::parse(
        Drydock({"run", file, "--seed=3", "--format=json"}).out)["schedule"];
  };
  const Said other = Drydock({"replay", path, "--schedule", schedule_of(kDuringRead)});
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(Contains(other.err, "it replays the scenario it was recorded with")) << other.err;

  // Of this scenario, but of another run of it.
  const std::string schedule = schedule_of(path);
  const Said cut = Drydock({"replay", path, "--schedule", schedule.substr(0, 26)});
  EXPECT_EQ(cut.code, 2);
  EXPECT_EQ(cut.out, "");
  EXPECT_NE(cut.err, "");
}
}  // namespace
}  // namespace drydock::cli
