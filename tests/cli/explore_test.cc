// drydock explore and merge.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"

namespace drydock::cli {
namespace {

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
  const std::vector<std::string> command = {"explore",      path,       "--schedules",  "100",
                                            "--stop=never", "--seed=3", "--format=json"};
  const Said said = Drydock(command);
  EXPECT_EQ(said.out, Drydock(command).out);
  const auto document = nlohmann::json::parse(said.out);
  EXPECT_EQ(document["schedules"], 100);
  // Where they do not meet, that they could have is found.
  std::set<std::string> failures;
  for (const auto& failure : document["failures"]) {
    failures.insert(failure["failure"]);
    EXPECT_LE(failure["switches"], failure["switches_found"]);
  }
  EXPECT_EQ(failures, (std::set<std::string>{"no thread is left blocked; no deadlock",
                                             "no lock-order-cycle"}));
}

// A scenario that holds under every schedule.
std::string Sound() {
  return File("sleeper.textproto", R"(
    cpus: 2
    thread { name: "one" band: "user" step { sleep: "5us" } }
    expect { no_thread_blocked: true }
  )");
}

TEST(Explore, SoundScenarioHoldsAndABoundCanBeExhausted) {
  const std::string path = Sound();
  const Said said = Drydock({"explore", path, "--strategy", "delay:1", "--schedules", "100000"});
  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(Contains(said.out, ": all held\n"));
  EXPECT_TRUE(Contains(said.out, "nothing is left to try: every schedule with at most 1 delays"));
}

// What `explore` of that shard writes, in a file.
std::string ExploreShard(const std::string& path, const std::string& shard) {
  const Said said = Drydock({"explore", path, "--strategy=random", "--schedules=61", "--stop=never",
                             "--format=json", "--shard", shard});
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
  EXPECT_EQ(one["schedules"], 61);
  const auto runs_by_failure = [](const nlohmann::json& document) {
    std::map<std::string, uint64_t> runs;
    for (const auto& failure : document["failures"]) runs[failure["failure"]] = failure["runs"];
    return runs;
  };
  EXPECT_EQ(runs_by_failure(merged).size(), 2u);
  EXPECT_EQ(runs_by_failure(merged), runs_by_failure(one));

  const Said text = Drydock({"merge", files[0], files[1], files[2]});
  EXPECT_EQ(text.code, 1);
  EXPECT_TRUE(Contains(text.out, ": 61 schedules of random, seed 1 in 3 of 3 shards: "))
      << text.out;
  EXPECT_TRUE(Contains(text.out, "\nreplay: drydock replay ")) << text.out;
}

TEST(Merge, BadInputIsOneLine) {
  const std::string path = Sound();
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
}  // namespace
}  // namespace drydock::cli
