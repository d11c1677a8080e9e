// What the reader accepts, and the error line of everything that it refuses.
#include "scenario/reader.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/scenario/fixtures.h"

namespace drydock {
namespace {

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(text, "f", LinkedDrivers());
  return scenario.ok() ? "none" : std::string(scenario.status().message());
}

TEST(Reader, ResolvesNamesAndTimes) {
  const Scenario scenario = Read(
      OneReader("thread { name: \"other\" priority: 97 step { sleep: \"1.5ms\" } }\n"
                "timeline { unplug: \"adapter\" while { thread: \"other\" is: \"in sleep\" } }\n"
                "expect { returns { thread: \"reader\" step: 2 code: \"kIOReturnTimeout\" } }\n"));
  ASSERT_EQ(scenario.threads.size(), 2u);
  EXPECT_EQ(scenario.threads[0].priority, 31);
  EXPECT_EQ(scenario.threads[1].priority, 97);
  EXPECT_EQ(scenario.threads[1].steps[0].duration_ns, 1'500'000u);
  ASSERT_EQ(scenario.timeline.size(), 2u);
  EXPECT_EQ(scenario.timeline[1].state.thread, 1u);
  EXPECT_EQ(scenario.timeline[1].state.verb, Scenario::Verb::kSleep);
  EXPECT_FALSE(scenario.timeline[1].state.blocked);
  ASSERT_EQ(scenario.expectations.size(), 1u);
  EXPECT_EQ(scenario.expectations[0].step, 1u);
  EXPECT_EQ(scenario.expectations[0].codes, std::vector<IOReturn>{kIOReturnTimeout});
}

TEST(Reader, FingerprintIsOfWhatHappensNotOfLayoutOrExpectations) {
  const uint64_t plain = Read(OneReader()).fingerprint;
  EXPECT_EQ(Read(absl::StrCat("# comment\n\n", OneReader())).fingerprint, plain);
  EXPECT_EQ(Read(OneReader("description: \"words\"\n")).fingerprint, plain);
  EXPECT_EQ(Read(OneReader("expect { no_thread_blocked: true }\n")).fingerprint, plain);
  EXPECT_EQ(Read(OneReader("check: \"priority-inversion\"\n")).fingerprint, plain);
  EXPECT_NE(Read(absl::StrReplaceAll(OneReader(), {{"read: 64", "read: 65"}})).fingerprint, plain);
  EXPECT_NE(Read(absl::StrReplaceAll(OneReader(), {{"cpus: 2", "cpus: 1"}})).fingerprint, plain);
}

TEST(Reader, WhatIsExpectedToBeFoundIsLookedFor) {
  EXPECT_FALSE(Read(OneReader()).checks.Has(verify::Check::kPriorityInversion));
  EXPECT_TRUE(Read(OneReader("check: \"priority-inversion\"\n"))
                  .checks.Has(verify::Check::kPriorityInversion));
  EXPECT_TRUE(Read(OneReader("expect { finding: \"priority-inversion\" }\n"))
                  .checks.Has(verify::Check::kPriorityInversion));
}

// Each line of the table replaces a text of the OneReader scenario, or adds a line 6 to it.
struct BadInput {
  const char* from;
  const char* to;
  const char* error;
};

TEST(Reader, BadInputIsOneLineWithItsPlace) {
  const BadInput kTable[] = {
      // Not the format.
      {"cpus: 2", "cpus: two", "f:1:7: expected integer, got: two"},
      {"cpus: 2", "cpus: 2 }", "f:1:9: expected identifier, got: }"},
      {"cpus: 2", "cpu: 2",
       "f:1:4: unknown field cpu; allowed here are description, cpus, controller, device, "
       "interrupt, lock, work_loop, thread, timeline, expect, profile, costs, naive_teardown, "
       "check"},
      {"cpus: 2", "cpus: 2 cpus: 2",
       "f:1:13: non-repeated field \"cpus\" is specified multiple times"},
      {"name: \"usb0\"", "name: \"\xc3\x28\"",
       "f:2:21: this byte is not UTF-8; allowed is UTF-8 text"},
      // Numbers and times that are nonsense.
      {"cpus: 2", "cpus: 0", "f:1:1: cpus is 0; allowed is 1 to 64"},
      {"cpus: 2", "cpus: 65", "f:1:1: cpus is 65; allowed is 1 to 64"},
      {"band: \"user\"", "priority: 200", "f:4:25: priority is 200; allowed is 0 to 127"},
      {"line: 16", "line: 128", "f:2:27: line is 128; allowed is 0 to 127"},
      {"read: 64", "read: 0", "f:4:70: read is 0; allowed is 1 to 65536"},
      {"at: \"0us\"", "at: \"-1us\"",
       "f:5:28: at \"-1us\" is negative; allowed is a number and a unit (ns, us, ms, s), such as "
       "\"20us\", up to 1000s"},
      {"at: \"0us\"", "at: \"soon\"",
       "f:5:28: at \"soon\" is not a time; allowed is a number and a unit (ns, us, ms, s), such as "
       "\"20us\", up to 1000s"},
      {"at: \"0us\"", "at: \"2000s\"",
       "f:5:28: at \"2000s\" is too long; allowed is a number and a unit (ns, us, ms, s), such as "
       "\"20us\", up to 1000s"},
      {"at: \"0us\"", "at_choice_point: 0", "f:5:28: at_choice_point is 0; allowed is 1 and more"},
      // Names of nothing.
      {"driver: \"UsbSerial\"", "driver: \"UsbParallel\"",
       "f:3:45: unknown driver \"UsbParallel\"; allowed is UsbSerial"},
      {"driver: \"UsbSerial\"", "", "f:3:1: no driver is given; allowed is UsbSerial"},
      {"controller: \"usb0\"", "controller: \"usb9\"",
       "f:3:26: unknown controller \"usb9\"; allowed is usb0"},
      {"open: \"adapter\"", "open: \"adaptor\"",
       "f:4:45: unknown device \"adaptor\"; allowed is adapter"},
      {"band: \"user\"", "band: \"users\"",
       "f:4:25: unknown band \"users\"; allowed is idle, user, user-fixed, system, kernel, "
       "thread-call, real-time"},
      {"", "timeline { unplug: \"adapter\" while { thread: \"writer\" is: \"in read\" } }",
       "f:6:38: unknown thread \"writer\"; allowed is reader"},
      {"", "timeline { unplug: \"adapter\" while { thread: \"reader\" is: \"asleep\" } }",
       "f:6:55: unknown state \"asleep\"; allowed is \"in VERB\" or \"blocked in VERB\", VERB "
       "being "
       "open, read, write, close, sleep, compute, lock, wait, gate or funnel"},
      {"", "expect { returns { thread: \"reader\" step: 1 code: \"kIOReturnFine\" } }",
       "f:6:45: unknown return code \"kIOReturnFine\"; allowed are the names of "
       "<IOKit/IOReturn.h>, such as kIOReturnOffline"},
      {"", "expect { returns { thread: \"reader\" step: 4 code: \"kIOReturnSuccess\" } }",
       "f:6:37: step is 4; allowed is 1 to 3"},
      {"", "check: \"inversions\"",
       "f:6:1: unknown check \"inversions\"; there are data-race, lock-order-cycle, "
       "priority-inversion, livelock, missed-deadline, detached-without-stop, "
       "termination-never-completes, client-not-woken, use-after-free, over-release, "
       "write-after-free, double-free, leak, free-without-super"},
      // Parts that are missing, double or do not go together.
      {"", "controller { line: 3 }", "f:6:1: a controller without a name; give it a name"},
      {"", "thread { name: \"reader\" band: \"user\" }",
       "f:6:10: a second thread called \"reader\"; names must differ"},
      {"", "thread { name: \"other\" }",
       "f:6:1: thread \"other\" has no priority; give it either a band or a priority"},
      {"", "thread { name: \"other\" band: \"user\" priority: 3 }",
       "f:6:1: thread \"other\" has a band and a priority; give it either a band or a priority"},
      {"", "thread { name: \"other\" band: \"user\" step { } }",
       "f:6:37: an empty step; allowed is open, read, write, close, sleep, wait_until, plug, "
       "unplug, compute, lock, unlock, signal, wait, gate, funnel or repeat"},
      {"", "timeline { at: \"1us\" }",
       "f:6:1: the timeline entry does nothing; give it plug or unplug"},
      {"", "timeline { plug: \"adapter\" }",
       "f:6:1: the timeline entry has no moment; give it at, at_choice_point or while"},
      {"", "timeline { plug: \"adapter\" at: \"1us\" at_timer: true }",
       "f:6:38: at_timer without while; allowed only together with while"},
      {"", "expect { }",
       "f:6:1: the expectation is empty; allowed is returns, order, never, quiet_within, "
       "no_thread_blocked, no_object_leaked, latency, progress or finding"},
      {"", "expect { finding: \"\" }",
       "f:6:10: finding is empty; allowed is a name of docs/diagnostics.md"},
      // Of locks, work loops and interrupts.
      {"", "thread { name: \"t\" band: \"user\" step { lock: \"l\" } }",
       "f:6:40: unknown lock \"l\"; the scenario has none"},
      {"", "thread { name: \"t\" band: \"user\" step { gate { work_loop: \"w\" } } }",
       "f:6:47: unknown work loop \"w\"; the scenario has none"},
      {"",
       "work_loop { name: \"w\" } thread { name: \"t\" band: \"user\" step { gate { work_loop: "
       "\"w\" step { read: 1 } } } }",
       "f:6:86: a read in an action or funnel; allowed there is compute, sleep, lock, unlock, "
       "signal, wait, gate, funnel and repeat"},
      {"", "thread { name: \"t\" band: \"user\" step { repeat { step { sleep: \"1ms\" } } } }",
       "f:6:40: the repeat has no end; give it times or until"},
      {"",
       "thread { name: \"t\" band: \"user\" step { repeat { until: \"1s\" step { signal: \"s\" } } "
       "} }",
       "f:6:40: no step of the repeat takes time; add compute or sleep, or give it times"},
      {"", "thread { name: \"t\" band: \"user\" step { signal: \"\" } }",
       "f:6:40: a semaphore without a name; give it a name"},
      {"", "work_loop { name: \"w\" } interrupt { name: \"i\" line: 16 work_loop: \"w\" }",
       "f:6:47: line 16 is taken by usb0; give each interrupt a line of its own"},
      {"", "work_loop { name: \"w\" } interrupt { name: \"i\" line: 200 work_loop: \"w\" }",
       "f:6:47: line is 200; allowed is 0 to 127"},
      {"", "interrupt { name: \"i\" line: 1 work_loop: \"w\" }",
       "f:6:31: unknown work loop \"w\"; the scenario has none"},
      {"", "work_loop { name: \"w\" } interrupt { name: \"i\" line: 1 work_loop: \"w\" times: 0 }",
       "f:6:70: times is 0; allowed is 1 to 1000000"},
      {"",
       "work_loop { name: \"w\" } interrupt { name: \"i\" line: 1 work_loop: \"w\" } "
       "interrupt { name: \"j\" line: 1 work_loop: \"w\" }",
       "f:6:94: line 1 is taken by i; give each interrupt a line of its own"},
      // Of the machine.
      {"", "profile: \"ancient\"",
       "f:6:1: unknown profile \"ancient\"; allowed is modern, historic"},
      {"", "thread { name: \"t\" priority: 96 }",
       "f:6:20: priority 96 is not used; allowed is 0 to 95 and 97 to 127"},
      {"", "thread { name: \"t\" band: \"user\" policy: \"lazy\" }",
       "f:6:33: unknown policy \"lazy\"; allowed is timeshare, fixed"},
      {"", "thread { name: \"t\" band: \"real-time\" policy: \"fixed\" }",
       "f:6:38: policy is given for a real-time thread; allowed only below priority 97"},
      {"", "thread { name: \"t\" band: \"user\" real_time { computation: \"1ms\" } }",
       "f:6:33: real_time is given for a thread of priority 31; allowed only in the band "
       "real-time, 97 to 127"},
      {"", "thread { name: \"t\" band: \"real-time\" real_time { computation: \"60ms\" } }",
       "f:6:50: computation \"60ms\"; allowed is 50us to 50ms"},
      {"",
       "thread { name: \"t\" band: \"real-time\" real_time { computation: \"3ms\" constraint: "
       "\"2ms\" } }",
       "f:6:69: constraint \"2ms\" is shorter than the computation; allowed is that or more"},
      {"",
       "thread { name: \"t\" band: \"real-time\" real_time { computation: \"3ms\" period: \"1ms\" "
       "} }",
       "f:6:69: period \"1ms\" is shorter than the computation; allowed is that or more"},
      {"", "thread { name: \"t\" band: \"user\" step { funnel { which: \"kernel\" } } }",
       "f:6:33: funnel in the modern profile; allowed only with profile: \"historic\""},
      {"",
       "profile: \"historic\" thread { name: \"t\" band: \"user\" step { funnel { which: \"disk\" "
       "} } }",
       "f:6:69: unknown funnel \"disk\"; allowed is kernel, network"},
      {"", "costs { quantum: \"10us\" }",
       "f:6:9: quantum is less than 1ms; allowed is 1ms or more"},
      {"", "costs { context_switch: \"2\" }",
       "f:6:9: context_switch \"2\" is not a time; allowed is a number and a unit (ns, us, ms, s), "
       "such as \"20us\", up to 1000s"},
      {"", "costs { operation { kind: \"lock\" cost: \"2s\" } }",
       "f:6:34: cost is more than 1s; allowed is up to 1s"},
      {"", "costs { jitter_percent: 101 }", "f:6:9: jitter_percent is 101; allowed is 0 to 100"},
      // Of measurements.
      {"", "expect { latency { measure: \"speed\" of: \"reader\" max_at_most: \"1ms\" } }",
       "f:6:20: unknown measure \"speed\"; allowed is scheduling, interrupt, action, gate wait, "
       "gate hold, lock wait"},
      {"", "expect { latency { measure: \"action\" max_at_most: \"1ms\" } }",
       "f:6:10: the latency has no subject; give it with of"},
      {"", "expect { latency { measure: \"action\" of: \"x\" } }",
       "f:6:10: the latency has no bound; allowed is p50_at_most, p99_at_most, max_at_most, "
       "max_at_least or blames"},
      {"", "expect { progress { of: \"writer\" at_least: 1 } }",
       "f:6:21: unknown thread or interrupt \"writer\"; allowed is reader"},
      {"", "expect { progress { of: \"reader\" } }",
       "f:6:10: the progress has no bound; give it at_least or at_most"},
      {"", "expect { no_thread_blocked: false }",
       "f:6:10: no_thread_blocked is false; allowed is true"},
      {"", "expect { order { } }", "f:6:10: the order has no events; give it one or more"},
      {"", "expect { never { } }",
       "f:6:10: the event matches everything; give it a kind, a name or a thread"},
      {"endpoint { address: 0x81 }", "endpoint { address: 0x02 }",
       "f:3:135: a second endpoint at this address; addresses must differ"},
      {"endpoint { address: 0x81 }", "endpoint { address: 0x80 }",
       "f:3:108: address is 128; allowed is 0x81 to 0x8f (IN) and 0x01 to 0x0f (OUT)"},
  };
  for (const BadInput& bad : kTable) {
    std::string text = OneReader();
    if (*bad.from == '\0') {
      absl::StrAppend(&text, bad.to, "\n");
    } else {
      text = absl::StrReplaceAll(text, {{bad.from, bad.to}});
    }
    EXPECT_EQ(ErrorOf(text), bad.error) << bad.to;
  }
}

TEST(Reader, UnknownKindOfOperationListsTheKinds) {
  const std::string error =
      ErrorOf(OneReader("costs { operation { kind: \"think\" cost: \"1us\" } }\n"));
  EXPECT_EQ(error.rfind("f:6:21: unknown kind of operation \"think\"; allowed is begin, ", 0), 0u)
      << error;
}

TEST(Reader, MachineIsReadAsItStands) {
  const absl::StatusOr<Scenario> read = ParseScenario(
      R"(profile: "historic"
costs {
  context_switch: "5us"
  quantum: "20ms"
  operation { kind: "lock" cost: "1us" }
  jitter_percent: 10
}
lock { name: "a" priority_promotion: false }
lock { name: "b" }
thread { name: "user" band: "user" }
thread { name: "fixed" priority: 40 policy: "fixed" }
thread { name: "kernel" band: "kernel" }
thread { name: "audio" priority: 99 real_time { period: "10ms" computation: "2ms" constraint: "6ms" } }
)",
      "f", {});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->profile, kernel::Profile::kHistoric);
  EXPECT_EQ(read->costs.context_switch_ns, 5000u);
  EXPECT_EQ(read->costs.quantum_ns, 20'000'000u);
  EXPECT_EQ(read->costs[kernel::OperationKind::kLock], 1000u);
  EXPECT_EQ(read->costs.jitter_percent, 10);
  EXPECT_FALSE(read->locks[0].promotes);
  EXPECT_TRUE(read->locks[1].promotes);
  EXPECT_EQ(read->threads[0].mode, kernel::SchedulingMode::kTimeshare);
  EXPECT_TRUE(read->threads[0].user);
  EXPECT_EQ(read->threads[1].mode, kernel::SchedulingMode::kFixed);
  EXPECT_FALSE(read->threads[2].user);
  EXPECT_EQ(read->threads[3].time_constraint.computation, 2'000'000u);
  EXPECT_EQ(read->threads[3].time_constraint.constraint, 6'000'000u);
  EXPECT_EQ(read->threads[3].time_constraint.period, 10'000'000u);
  EXPECT_EQ(read->threads[3].time_constraint.priority, 99);
}

TEST(Reader, UnknownKindOfEventListsTheKinds) {
  const std::string error = ErrorOf(OneReader("expect { never { kind: \"explosion\" } }\n"));
  EXPECT_EQ(error.rfind("f:6:18: unknown kind of event \"explosion\"; allowed is ", 0), 0u)
      << error;
  EXPECT_NE(error.find("TERMINATE_WILL"), std::string::npos) << error;
}

TEST(Reader, FilesThatCannotBeReadAreSaidSo) {
  const auto error_of_file = [](const std::string& path) {
    const absl::StatusOr<Scenario> scenario = ReadScenario(path, "f", LinkedDrivers());
    return scenario.ok() ? "none" : std::string(scenario.status().message());
  };
  const std::string kUnreadable = "f:1:1: cannot be read; allowed is the path of a scenario file";
  EXPECT_EQ(error_of_file("no/such/file"), kUnreadable);
  EXPECT_EQ(error_of_file(::testing::TempDir()), kUnreadable);

  const std::string path = ::testing::TempDir() + "/good.textproto";
  std::ofstream(path) << OneReader();
  EXPECT_EQ(error_of_file(path), "none");
}

// A scenario that is cut off or garbled anywhere gives an error and no crash.
TEST(Reader, DamagedFilesAreErrorsOrScenarios) {
  const std::string text = OneReader(
      "expect { order { since { kind: \"plug\" } event { kind: \"open\" thread: \"reader\" } } "
      "}\n");
  for (size_t length = 0; length < text.size(); ++length) {
    const std::string error = ErrorOf(text.substr(0, length));
    EXPECT_TRUE(error == "none" || error.rfind("f:", 0) == 0) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  for (size_t place = 0; place < text.size(); ++place) {
    for (const char c : {'\0', '\xff', '{', '}', '"', '9'}) {
      std::string garbled = text;
      garbled[place] = c;
      const std::string error = ErrorOf(garbled);
      EXPECT_TRUE(error == "none" || error.rfind("f:", 0) == 0) << error;
      EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    }
  }
}

}  // namespace
}  // namespace drydock
