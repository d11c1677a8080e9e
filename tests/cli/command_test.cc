// The drydock command, as its user sees it: what it prints and its exit code.
#include "cli/command.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "explore/explorer.h"
#include "gtest/gtest.h"
#include "tests/scenario/fixtures.h"

namespace drydock::cli {
namespace {

constexpr char kDuringRead[] = "scenarios/unplug_during_read.textproto";

struct Said {
  int code = -1;
  std::string out;
  std::string err;
};

Said Drydock(const std::vector<std::string>& arguments, bool color = false) {
  std::ostringstream out;
  std::ostringstream err;
  Console console = {out, err, color};
  const int code = Main(arguments, &console);
  return {code, out.str(), err.str()};
}

// A file of that content; its path.
std::string File(const std::string& name, const std::string& content) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path) << content;
  return path;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

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

TEST(BadInput, IsOneLineAndExitCode2) {
  const std::string zero_cpus = File("zero.textproto", "\n  cpus: 0");
  const std::string garbage = File("garbage.textproto", "cpus: {");
  const std::string good = File("good.textproto", OneReader());
  const struct {
    std::vector<std::string> arguments;
    std::string error;
  } kTable[] = {
      {{"run", "no/such/file"},
       "no/such/file:1:1: cannot be read; allowed is the path of a scenario file\n"},
      {{"run", zero_cpus}, absl::StrCat(zero_cpus, ":2:3: cpus is 0; allowed is 1 to 64\n")},
      {{"run", garbage}, absl::StrCat(garbage, ":1:7: expected integer, got: {\n")},
      {{"replay", zero_cpus, "--schedule", "dd1-0"},
       "drydock replay: "},  // the schedule is looked at first
      {{"run"},
       "drydock run: no FILE is given; it needs a scenario, in protobuf text format "
       "(scenario/scenario.proto)\n"},
      {{"run", good, good},
       absl::StrCat("drydock run: unexpected argument ", good,
                    "; usage is drydock run FILE [OPTION]...\n")},
      {{"run", good, "--sed", "1"},
       "drydock run: unknown option --sed; nearest is --seed; allowed is --seed, --runs, --format, "
       "-h, --help\n"},
      {{"run", good, "--seed"}, "drydock run: --seed needs a value\n"},
      {{"run", good, "--seed", "-1"},
       "drydock run: --seed is \"-1\"; allowed is a whole number from 0 to 18446744073709551615\n"},
      {{"run", good, "--runs", "0"},
       "drydock run: --runs is \"0\"; allowed is a whole number from 1 to 18446744073709551615\n"},
      {{"run", good, "--format", "yaml"},
       "drydock run: --format is \"yaml\"; allowed is text or json\n"},
      {{"latency"},
       "drydock latency: no FILE is given; it needs a scenario, in protobuf text format "
       "(scenario/scenario.proto)\n"},
      {{"latency", good, "--seed=x"},
       "drydock latency: --seed is \"x\"; allowed is a whole number from 0 to "
       "18446744073709551615\n"},
      {{"replay", good},
       "drydock replay: no --schedule is given; it needs what a failed run printed, dd1-…\n"},
      {{"ioreg", "-l"},
       "drydock ioreg: no FILE is given; it needs a scenario, in protobuf text format "
       "(scenario/scenario.proto)\n"},
      {{"ioreg", good, "-r"}, "drydock ioreg: -r requires -c\n"},
      {{"ioreg", good, "-lx"},
       "drydock ioreg: unknown option -x; allowed is --at, -l, -c, -r, -w, -p, --seed, -h, "
       "--help\n"},
      {{"ioreg", good, "-w", "wide"},
       "drydock ioreg: -w is \"wide\"; allowed is a whole number from 0 to 18446744073709551615\n"},
      {{"ioreg", good, "-c"}, "drydock ioreg: -c needs a value\n"},
      {{"ioreg", good, "--at", "soon"},
       "drydock ioreg: --at \"soon\" is not a time; allowed is a number and a unit (ns, us, ms, "
       "s)"},
      {{"ioreg", good, "--at", "999s"},
       "drydock ioreg: --at \"999s\" is after the scenario's end, at "},
      {{"ioreg", good, "-p", "IOWhatever"},
       "drydock ioreg: unknown plane \"IOWhatever\"; allowed is IOService, "},
      {{"stacks", "--at", "1us"},
       "drydock stacks: no FILE is given; it needs a scenario, in protobuf text format "
       "(scenario/scenario.proto)\n"},
      {{"stacks", good},
       "drydock stacks: no --at is given; it needs a time of the run, such as 250us\n"},
      {{"stacks", good, "--at"}, "drydock stacks: --at needs a value\n"},
      {{"stacks", good, "--at", "soon"},
       "drydock stacks: --at \"soon\" is not a time; allowed is a number and a unit (ns, us, ms, "
       "s)"},
      {{"stacks", good, "--at", "999s"},
       "drydock stacks: --at \"999s\" is after the scenario's end, at "},
      {{"stacks", good, "--at=1us", "--seed", "x"},
       "drydock stacks: --seed is \"x\"; allowed is a whole number from 0 to "
       "18446744073709551615\n"},
      {{"stacks", "no/such/file", "--at=1us"},
       "no/such/file:1:1: cannot be read; allowed is the path of a scenario file\n"},
      {{"sail"},
       "drydock: unknown command sail; allowed is run, explore, merge, replay, latency, ioreg, "
       "stacks, bench, help, completion, man\n"},
      {{"help", "sail"},
       "drydock help: unknown command sail; allowed is run, explore, merge, replay, latency, "
       "ioreg, stacks, bench, help, completion, man\n"},
      {{}, "drydock: no command is given; allowed is run, explore, "},
      {{"--seed", "run", good},
       "drydock: unknown option --seed; allowed is --version, -h, --help\n"},
      {{"replya", good}, "drydock: unknown command replya; nearest is replay; allowed is "},
      {{"bench", "gate", "--virtual=3"}, "drydock bench: --virtual takes no value\n"},
      {{"run", "--runs"}, "drydock run: --runs needs a value\n"},
  };
  for (const auto& bad : kTable) {
    const Said said = Drydock(bad.arguments);
    EXPECT_EQ(said.code, 2) << bad.error;
    EXPECT_EQ(said.out, "") << bad.error;
    EXPECT_EQ(said.err.rfind(bad.error, 0), 0u) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
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

// Two threads take two locks in different orders.
std::string Deadlock() {
  return File("deadlock.textproto", R"(
    cpus: 2
    lock { name: "a" }
    lock { name: "b" }
    thread {
      name: "one" band: "user"
      step { lock: "a" } step { lock: "b" } step { unlock: "b" } step { unlock: "a" }
    }
    thread {
      name: "two" band: "user"
      step { sleep: "5us" }
      step { lock: "b" } step { lock: "a" } step { unlock: "a" } step { unlock: "b" }
    }
    expect { no_thread_blocked: true }
  )");
}

TEST(Explore, FindsMinimisesAndSaysHowToReplay) {
  const std::string path = Deadlock();
  const Said said = Drydock({"explore", path, "--schedules", "2000"});
  EXPECT_EQ(said.code, 1) << said.out << said.err;
  EXPECT_TRUE(Contains(said.out, " schedules of portfolio, seed 1, ")) << said.out;
  EXPECT_TRUE(Contains(said.out,
                       "✗ no thread is left blocked\n    seen: one waits for lock b, held "
                       "by thread two; two waits for lock a, held by thread one\n"))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "\nminimised in ")) << said.out;

  const size_t at = said.out.find("--schedule ") + std::string("--schedule ").size();
  const std::string schedule = said.out.substr(at, said.out.find('\n', at) - at);
  const Said replayed = Drydock({"replay", path, "--schedule", schedule});
  EXPECT_EQ(replayed.code, 1) << replayed.err;
  EXPECT_TRUE(Contains(replayed.out, "two waits for lock a, held by thread one"));
}

TEST(Explore, IsTheSameForTheSameSeed) {
  const std::string path = Deadlock();
  const std::vector<std::string> command = {"explore",      path,       "--schedules",  "300",
                                            "--stop=never", "--seed=3", "--format=json"};
  const Said said = Drydock(command);
  EXPECT_EQ(said.out, Drydock(command).out);
  const auto document = nlohmann::json::parse(said.out);
  EXPECT_EQ(document["schedules"], 300);
  // Where they do not meet, that they could have is found.
  std::set<std::string> failures;
  for (const auto& failure : document["failures"]) {
    failures.insert(failure["failure"]);
    EXPECT_LE(failure["switches"], failure["switches_found"]);
  }
  EXPECT_EQ(failures, (std::set<std::string>{"no thread is left blocked; no deadlock",
                                             "no lock-order-cycle"}));
}

TEST(Explore, SoundScenarioHoldsAndABoundCanBeExhausted) {
  const std::string path = File("sleeper.textproto", R"(
    cpus: 2
    thread { name: "one" band: "user" step { sleep: "5us" } }
    expect { no_thread_blocked: true }
  )");
  const Said said = Drydock({"explore", path, "--strategy", "delay:1", "--schedules", "100000"});
  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(Contains(said.out, ": all held\n"));
  EXPECT_TRUE(Contains(said.out, "nothing is left to try: every schedule with at most 1 delays"));
}

TEST(Explore, BadInputIsOneLine) {
  const std::string path = Deadlock();
  for (const auto& [option, value, line] :
       {std::tuple("--strategy", "dfs", "unknown strategy \"dfs\"; allowed is "),
        std::tuple("--schedules", "0", "--schedules is"), std::tuple("--seconds", "x", "--seconds"),
        std::tuple("--shard", "3/2", "--shard is \"3/2\"; allowed is I/N, from 1/N to N/N"),
        std::tuple("--stop", "later", "--stop is \"later\"; allowed is first or never")}) {
    const Said said = Drydock({"explore", path, option, value});
    EXPECT_EQ(said.code, 2) << option;
    EXPECT_TRUE(Contains(said.err, line)) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(said.out, "");
  }
}

// What `explore` of that shard writes, in a file.
std::string ExploreShard(const std::string& path, const std::string& shard) {
  const Said said = Drydock({"explore", path, "--strategy=random", "--schedules=301",
                             "--stop=never", "--format=json", "--shard", shard});
  std::string name = shard;
  name[name.find('/')] = '_';
  return File("shard_" + name, said.out);
}

TEST(Merge, ShardsTogetherFindWhatOneSearchFinds) {
  const std::string path = Deadlock();
  const std::vector<std::string> files = {ExploreShard(path, "2/3"), ExploreShard(path, "1/3"),
                                          ExploreShard(path, "3/3")};
  const auto one =
      nlohmann::json::parse(Drydock({"merge", ExploreShard(path, "1/1"), "--format=json"}).out);
  const Said said = Drydock({"merge", files[0], files[1], files[2], "--format", "json"});
  EXPECT_EQ(said.code, 1);
  const auto merged = nlohmann::json::parse(said.out);
  for (const char* same : {"schedules", "failed"}) EXPECT_EQ(merged[same], one[same]) << same;
  EXPECT_EQ(one["schedules"], 301);
  const auto runs_by_failure = [](const nlohmann::json& document) {
    std::map<std::string, uint64_t> runs;
    for (const auto& failure : document["failures"]) runs[failure["failure"]] = failure["runs"];
    return runs;
  };
  EXPECT_EQ(runs_by_failure(merged).size(), 2u);
  EXPECT_EQ(runs_by_failure(merged), runs_by_failure(one));

  const Said text = Drydock({"merge", files[0], files[1], files[2]});
  EXPECT_EQ(text.code, 1);
  EXPECT_TRUE(Contains(text.out, ": 301 schedules of random, seed 1 in 3 of 3 shards: "))
      << text.out;
  EXPECT_TRUE(Contains(text.out, "\nreplay: drydock replay ")) << text.out;
}

TEST(Merge, BadInputIsOneLine) {
  const std::string path = Deadlock();
  const std::string first = ExploreShard(path, "1/2");
  const std::string other = ExploreShard(path, "1/3");
  const std::vector<std::pair<std::vector<std::string>, std::string>> kTable = {
      {{}, "drydock merge: no FILE is given; "},
      {{"no/such/file"}, "drydock merge: no/such/file: cannot be read\n"},
      {{path}, "drydock merge: " + path + ": is not what explore --format json writes\n"},
      {{first, first}, "drydock merge: " + first + ": is shard 1, as is " + first + "\n"},
      {{first, other}, "drydock merge: " + other + ": is of shards 3, the first of 2\n"},
  };
  for (const auto& [arguments, line] : kTable) {
    std::vector<std::string> command = {"merge"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Said said = Drydock(command);
    EXPECT_EQ(said.code, 2) << line;
    EXPECT_TRUE(Contains(said.err, line)) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
}

TEST(Latency, NamesWhoIsToBlame) {
  const std::string kSleeps = "scenarios/scheduling/action_that_sleeps.textproto";
  const Said said = Drydock({"latency", kSleeps});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(Contains(said.out, "\ngate wait by work loop "));
  EXPECT_TRUE(Contains(said.out,
                       "player waited for audio (kernel, 81) in the action of "
                       "IOFilterInterruptEventSource of DrydockInterruptDevice, asleep"))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "█"));
  EXPECT_TRUE(Contains(said.out, "\nprogress\n"));

  const Said json = Drydock({"latency", kSleeps, "--format=json"});
  EXPECT_EQ(json.code, 0);
  EXPECT_EQ(json.out, Drydock({"latency", kSleeps, "--format=json"}).out);
  const auto document = nlohmann::json::parse(json.out);
  uint64_t audio = 0;
  for (const auto& row : document["gate hold by work loop"]) {
    if (row["subject"] != "audio work loop") continue;
    ++audio;
    EXPECT_GE(row["max_ns"], 8'000'000u);
    EXPECT_LT(row["p50_ns"], 1'000'000u);
    EXPECT_EQ(row["histogram"]["< 10 ms"], 10u);
  }
  EXPECT_EQ(audio, 1u);
}

// Two CPUs and three threads that always compute: nearly nothing is idle, whoever interrupts them.
TEST(Latency, CpuTimeIsAllAccountedFor) {
  const Said said =
      Drydock({"latency", "scenarios/scheduling/midi_to_real_time.textproto", "--format=json"});
  const auto document = nlohmann::json::parse(said.out);
  const auto all = document["end_ns"].get<double>() * document["cpus"].get<double>();
  double used = 0;
  for (const auto& use : document["cpu time"]) used += use["ns"].get<double>();
  EXPECT_GT(used, 0.95 * all);
  EXPECT_LE(used, all);
  // 400 filters of 5 us and 60 of 2 us, and the way into them.
  EXPECT_NEAR(document["interrupts_ns"].get<double>(), 460 * 1'000 + 400 * 5'000 + 60 * 2'000,
              0.1 * 2'580'000);
}

TEST(Latency, WrongExpectationIsNamed) {
  const std::string path = File(
      "impatient.textproto", OneReader("expect { latency { measure: \"scheduling\" of: \"reader\" "
                                       "max_at_most: \"1ns\" } }"));
  const Said said = Drydock({"latency", path});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err.find("drydock: failed: scheduling latency of reader: max at most 1ns; seen: "),
            0u)
      << said.err;
}

// The registry in the middle of the unplug, and when all is over.
TEST(Ioreg, PrintsTheRegistryOfAMoment) {
  const Said during = Drydock({"ioreg", kDuringRead, "--at", "100us"});
  EXPECT_EQ(during.code, 0) << during.err;
  EXPECT_EQ(during.out.rfind("+-o Root  <class IORegistryEntry, id 0x100000100, ", 0), 0u);
  EXPECT_TRUE(Contains(during.out, "\n    +-o usb0  <class DrydockUSBController, "));
  EXPECT_TRUE(Contains(during.out, "\n    |     +-o UsbSerial  <class UsbSerial, ")) << during.out;
  EXPECT_FALSE(Contains(during.out, "{"));

  const Said after = Drydock({"ioreg", kDuringRead});
  EXPECT_EQ(after.code, 0);
  EXPECT_FALSE(Contains(after.out, "UsbSerial"));
  EXPECT_TRUE(Contains(after.out, "+-o usb1  <class DrydockUSBController, "));
  EXPECT_EQ(Drydock({"ioreg", kDuringRead, "-r", "-cUsbSerial"}).out, "");
}

TEST(Ioreg, ShowsPropertiesSubtreesAndNarrowLines) {
  const std::string all = Drydock({"ioreg", kDuringRead, "--at=100us", "-lw60"}).out;
  EXPECT_TRUE(Contains(all, "\"IOInterruptControllers\" = (\"io-apic-0\")\n")) << all;
  EXPECT_EQ(all, Drydock({"ioreg", "-w", "60", "-l", "--at", "100us", kDuringRead}).out);
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60u);

  const std::string subtree =
      Drydock({"ioreg", kDuringRead, "--at=100us", "-r", "-c", "IOUSBHostInterface"}).out;
  EXPECT_EQ(subtree.rfind("+-o IOUSBHostInterface  <class ", 0), 0u) << subtree;
  EXPECT_TRUE(Contains(subtree, "\n  |   \"idVendor\" = 4617\n"));
  EXPECT_TRUE(Contains(subtree, "\n  +-o UsbSerial  <class UsbSerial, "));
  EXPECT_FALSE(Contains(subtree, "ReadTimeoutMS"));  // of another class
}

// An action sleeps with its gate closed, and a client wants that gate.
TEST(Stacks, ShowsWhatEveryThreadIsDoing) {
  const std::string kSleeps = "scenarios/scheduling/action_that_sleeps.textproto";
  const Said said = Drydock({"stacks", kSleeps, "--at", "13ms"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(
      said.out.rfind(
          absl::StrCat(kSleeps, "\n2 CPUs, timed schedule, after 13000.000us: 4 threads\n"), 0),
      0u)
      << said.out;
  EXPECT_TRUE(Contains(said.out,
                       "\naudio (kernel, 81), thread 3\n"
                       "  sleeps, until 18025.151 us\n"
                       "  in the action of IOFilterInterruptEventSource of DrydockInterruptDevice\n"
                       "  holds audio gate\n    "))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "\n    IOWorkLoop::runEventSources()\n"));
  EXPECT_TRUE(Contains(said.out,
                       "\nplayer (user, 31), thread 4\n"
                       "  waits for lock audio gate, held by thread audio\n    "));
  EXPECT_TRUE(Contains(said.out, "\n    IOWorkLoop::closeGate()\n"));
  EXPECT_EQ(Drydock({"stacks", "--at=13ms", kSleeps}).out, said.out);
}

TEST(Stacks, NameTheEventAThreadSleepsOnAndWhoRuns) {
  const Said said = Drydock({"stacks", kDuringRead, "--at", "140us"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(Contains(said.out,
                       "\nreader (user, 46), thread 7\n"
                       "  sleeps in commandSleep on DrydockUSBController work loop\n"
                       "  in the action of IOCommandGate of UsbSerial\n"))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "\n    UsbSerial::readGated()\n"));
  EXPECT_TRUE(Contains(said.out, "\n  runs on CPU "));
  const std::string elsewhere = Drydock({"stacks", kDuringRead, "--at=140us", "--seed=7"}).out;
  EXPECT_TRUE(Contains(elsewhere, "random walk, seed 7, after 140.000us: ")) << elsewhere;
}

constexpr const char* kCommands[] = {"run",    "explore", "merge", "replay",     "latency", "ioreg",
                                     "stacks", "bench",   "help",  "completion", "man"};

TEST(Help, ListsTheCommandsAndTellsOfEach) {
  const Said help = Drydock({"help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  for (const char* command : kCommands) {
    EXPECT_TRUE(Contains(help.out, absl::StrCat("\n  ", command, " "))) << command;
    const Said more = Drydock({"help", command});
    EXPECT_EQ(more.code, 0);
    EXPECT_EQ(more.out.rfind(absl::StrCat("Usage: drydock ", command, " "), 0), 0u) << more.out;
    EXPECT_TRUE(Contains(more.out, "\nExit code: 0")) << command;
    EXPECT_EQ(Drydock({command, "--help"}).out, more.out);
    std::istringstream lines(more.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  }
  EXPECT_EQ(Drydock({"--help"}).out, help.out);
  EXPECT_EQ(Drydock({"run", "--seed", "x", "--help"}).out, Drydock({"help", "run"}).out);
  EXPECT_EQ(Drydock({}).code, 2);
  EXPECT_EQ(Drydock({"--version"}).out.rfind("drydock ", 0), 0u);
}

// Every strategy that MakeExplorer takes stands in the help, and the help names no other.
TEST(Help, NamesEveryStrategy) {
  const std::string help = Drydock({"help", "explore"}).out;
  for (const ExplorerKind& kind : ExplorerKinds()) {
    EXPECT_TRUE(Contains(help, absl::StrCat(kind.spec, ": "))) << kind.spec;
  }
  EXPECT_TRUE(Contains(help, "(default portfolio)"));
}

// What bash offers after `line`, by the script that drydock prints.
std::string Completions(const std::vector<std::string>& words) {
  const std::string script = File("completion.bash", Drydock({"completion", "bash"}).out);
  std::string array;
  for (const std::string& word : words) absl::StrAppend(&array, " '", word, "'");
  const std::string program =
      absl::StrCat("source ", script, "; COMP_WORDS=(drydock", array,
                   "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _drydock; echo \"${COMPREPLY[*]}\"");
  FILE* bash = popen(File("ask.bash", program).insert(0, "bash ").c_str(), "r");
  std::string offered;
  for (int c; (c = std::fgetc(bash)) != EOF;) offered += static_cast<char>(c);
  EXPECT_EQ(pclose(bash), 0);
  return offered;
}

TEST(Completion, OffersCommandsOptionsAndValues) {
  EXPECT_EQ(Completions({"re"}), "replay\n");
  EXPECT_EQ(Completions({"--v"}), "--version\n");
  EXPECT_EQ(Completions({"run", "--"}), "--seed --runs --format --help\n");
  EXPECT_EQ(Completions({"explore", "x", "--s"}),
            "--strategy --schedules --seconds --seed --stop --shard\n");
  EXPECT_EQ(Completions({"explore", "--strategy", "p"}), "pct pos preemption portfolio\n");
  EXPECT_EQ(Completions({"explore", "--stop", "=", "n"}), "never\n");
  EXPECT_EQ(Completions({"explore", "--stop", "="}), "first never\n");
  EXPECT_EQ(Completions({"explore", "--accesses", "sa"}), "sampled:\n");
  EXPECT_EQ(Completions({"run", "--seed", ""}), "\n");
  EXPECT_EQ(Completions({"help", "m"}), "merge man\n");
  EXPECT_EQ(Completions({"run", "scenarios/unplug_during_r"}), absl::StrCat(kDuringRead, "\n"));
  EXPECT_EQ(Completions({"bench", "gate", "--svg", "scenarios/unplug_during_r"}),
            absl::StrCat(kDuringRead, "\n"));
}

TEST(Man, HasEveryCommandAndOption) {
  const Said man = Drydock({"man"});
  EXPECT_EQ(man.code, 0);
  EXPECT_EQ(man.out.rfind(".TH DRYDOCK 1 ", 0), 0u);
  for (const char* command : kCommands) {
    EXPECT_TRUE(Contains(man.out, absl::StrCat("\n.SS drydock ", command, " "))) << command;
  }
  EXPECT_TRUE(Contains(man.out, "\n.B \\-\\-strategy STRATEGY\n"));
}

// --- bench

TEST(Bench, InVirtualTimeTheGateCostsTheSameEveryTime) {
  const std::string json = File("gate.json", "");
  const std::string svg = File("gate.svg", "");
  const Said said =
      Drydock({"bench", "gate", "--virtual", "--format", "json", "--json", json, "--svg", svg});
  ASSERT_EQ(said.code, 0) << said.err;
  const nlohmann::json document = nlohmann::json::parse(said.out);
  std::set<int> threads;
  for (const auto& row : document["virtual"]) {
    threads.insert(row["threads"].get<int>());
    EXPECT_GT(row["per_second"].get<double>(), 0);
    EXPECT_GT(row["fairness"].get<double>(), 0);
    EXPECT_LE(row["p50_ns"].get<double>(), row["p99_ns"].get<double>());
    EXPECT_LE(row["p99_ns"].get<double>(), row["longest_ns"].get<double>());
    EXPECT_EQ(row.contains("timers"), row["what"] == "actions, interrupts and timers");
  }
  EXPECT_TRUE(threads.contains(64));
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(json)), document);
  std::stringstream plot;
  plot << std::ifstream(svg).rdbuf();
  EXPECT_TRUE(Contains(plot.str(), "<svg")) << plot.str();
  EXPECT_TRUE(Contains(plot.str(), "hold 1000 ns</text>"));

  const Said again = Drydock({"bench", "gate", "--virtual"});
  EXPECT_TRUE(Contains(again.out, "a work loop in virtual time"));
  EXPECT_EQ(again.out, Drydock({"bench", "gate", "--virtual"}).out);
}

TEST(Bench, SaysWhatItKnows) {
  const Said said = Drydock({"bench", "doors"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.err, "drydock bench: BENCHMARK is \"doors\"; allowed is gate\n");
  EXPECT_EQ(Drydock({"bench", "gate", "--virtual", "--svg", "/nowhere/gate.svg"}).code, 2);
}

}  // namespace
}  // namespace drydock::cli
