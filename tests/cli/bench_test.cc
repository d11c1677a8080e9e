// drydock bench, in virtual time.
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"

namespace drydock::cli {
namespace {

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

  const std::string again = File("again.json", "");
  EXPECT_TRUE(Contains(Drydock({"bench", "gate", "--virtual", "--json", again}).out,
                       "a work loop in virtual time"));
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(again)), document);
}

TEST(Bench, SaysWhatItKnows) {
  const Said said = Drydock({"bench", "doors"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.err, "drydock bench: BENCHMARK is \"doors\"; allowed is gate\n");
  const Said unwritten = Drydock({"bench", "gate", "--virtual", "--svg", "/nowhere/gate.svg"});
  EXPECT_EQ(unwritten.code, 2);
  EXPECT_EQ(unwritten.out, "");
  EXPECT_EQ(unwritten.err, "drydock bench: cannot write /nowhere/gate.svg\n");
}
}  // namespace
}  // namespace drydock::cli
