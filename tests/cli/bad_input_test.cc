// Bad input: one line on stderr that says what is allowed, nothing on stdout, exit code 2.
#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"
#include "tests/scenario/fixtures.h"

namespace drydock::cli {
namespace {

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
       "drydock run: unknown option --sed; nearest is --seed; allowed is --seed, --runs, --record, "
       "--format, -h, --help\n"},
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
       "drydock: unknown command sail; allowed is run, explore, merge, replay, judge, latency, "
       "ioreg, stacks, bench, help, completion, man\n"},
      {{"help", "sail"},
       "drydock help: unknown command sail; allowed is run, explore, merge, replay, judge, "
       "latency, "
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
}  // namespace
}  // namespace drydock::cli
