// drydock latency, ioreg and stacks: a run looked at in different ways.
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/cli/fixtures.h"
#include "tests/scenario/fixtures.h"

namespace drydock::cli {
namespace {

TEST(Latency, NamesTheThreadThatHeldOthersUp) {
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

// Two CPUs and three threads that always compute: the CPUs are hardly idle, however often
// interrupts come.
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
  EXPECT_TRUE(Contains(said.out, "\n    IOWorkLoop::runEventSources()"));
  EXPECT_TRUE(Contains(said.out,
                       "\nplayer (user, 31), thread 4\n"
                       "  waits for lock audio gate, held by thread audio\n    "));
  EXPECT_TRUE(Contains(said.out, "\n    IOWorkLoop::closeGate()"));
  EXPECT_EQ(Drydock({"stacks", "--at=13ms", kSleeps}).out, said.out);
}

TEST(Stacks, NameTheEventAThreadSleepsOnAndTheThreadsThatRun) {
  const Said said = Drydock({"stacks", kDuringRead, "--at", "140us"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(Contains(said.out,
                       "\nreader (user, 46), thread 7\n"
                       "  sleeps in commandSleep on DrydockUSBController work loop\n"
                       "  in the action of IOCommandGate of UsbSerial\n"))
      << said.out;
  EXPECT_TRUE(Contains(said.out, "\n    UsbSerial::readGated()"));
  EXPECT_TRUE(Contains(said.out, "\n  runs on CPU "));
  const std::string elsewhere = Drydock({"stacks", kDuringRead, "--at=140us", "--seed=7"}).out;
  EXPECT_TRUE(Contains(elsewhere, "random walk, seed 7, after 140.000us: ")) << elsewhere;
}
}  // namespace
}  // namespace drydock::cli
