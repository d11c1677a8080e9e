// Help, completion and the manual page, all made from what the commands declare.
#include <cstdio>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "explore/explorer.h"
#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"

namespace drydock::cli {
namespace {

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
  EXPECT_EQ(Completions({"run", "--"}), "--seed --runs --record --format --help\n");
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
}  // namespace
}  // namespace drydock::cli
