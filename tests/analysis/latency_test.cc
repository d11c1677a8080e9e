// The latency meter, fed with events by hand.
#include "analysis/latency.h"

#include <map>

#include "gtest/gtest.h"

namespace drydock {
namespace {

using trace::Event;
using trace::EventKind;
using trace::EventWords;
using trace::ThreadId;

const EventWords kWords = {[](int priority) { return priority > 63 ? "high" : "low"; },
                           [](uint32_t) { return std::string("status"); }};

// A meter, and short names for the events that it is fed with.
class Meter {
 public:
  void At(uint64_t time_ns, EventKind kind, Event event) {
    event.time_ns = time_ns;
    event.kind = kind;
    meter_.OnEvent(event);
  }
  void Create(ThreadId thread, uint64_t priority, const char* name) {
    threads_[thread] = {priority, name};
    At(0, EventKind::kThreadCreate, {.other = thread, .value = priority, .name = name});
  }
  void Runnable(uint64_t time_ns, ThreadId thread) {
    At(time_ns, EventKind::kThreadRunnable,
       {.other = thread, .value = threads_[thread].priority, .name = threads_[thread].name});
  }
  void Run(uint64_t time_ns, ThreadId thread, uint8_t cpu = 0) {
    At(time_ns, EventKind::kThreadRun,
       {.cpu = cpu, .other = thread, .name = threads_[thread].name});
  }
  void Block(uint64_t time_ns, ThreadId thread) {
    At(time_ns, EventKind::kThreadBlock, {.thread = thread});
  }
  const LatencyMeter& Finish(uint64_t end_ns) {
    meter_.Finish(end_ns);
    return meter_;
  }

 private:
  struct Thread {
    uint64_t priority;
    const char* name;
  };
  LatencyMeter meter_{kWords};
  std::map<ThreadId, Thread> threads_;
};

TEST(LatencySamples, PercentilesAreSamples) {
  LatencySamples samples;
  EXPECT_EQ(samples.Percentile(50), 0u);
  for (uint64_t i = 100; i >= 1; --i) samples.Add(i);
  EXPECT_EQ(samples.Percentile(50), 50u);
  EXPECT_EQ(samples.Percentile(99), 99u);
  EXPECT_EQ(samples.Percentile(100), 100u);
  EXPECT_EQ(samples.max(), 100u);
  samples.Add(1000);
  EXPECT_EQ(samples.Percentile(100), 1000u);
}

TEST(LatencyMeter, SchedulingIsRunnableUntilRunning) {
  Meter meter;
  meter.Create(1, 81, "hog");
  meter.Create(2, 31, "editor");
  meter.Runnable(0, 1);
  meter.Run(1'000, 1);
  meter.Runnable(5'000, 2);
  meter.Block(30'000, 1);
  meter.Run(32'000, 2);
  const LatencyMeter& done = meter.Finish(50'000);
  const LatencyRow* editor = done.Find(LatencyMeasure::kThread, "editor");
  ASSERT_NE(editor, nullptr);
  EXPECT_EQ(editor->waits.samples(), std::vector<uint64_t>{27'000});
  EXPECT_EQ(editor->worst_at_ns, 32'000u);
  EXPECT_EQ(editor->blame, "CPU 0 ran hog (high, 81) for 25 us of it");
  const auto bands = done.Rows(LatencyMeasure::kBand);
  ASSERT_EQ(bands.size(), 2u);
  EXPECT_EQ(bands[0]->subject, "high");
  EXPECT_EQ(bands[1]->blame, "editor waited: CPU 0 ran hog (high, 81) for 25 us of it");
  const auto uses = done.CpuUses();
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0].ns, 29'000u);
  EXPECT_EQ(uses[1].ns, 18'000u);
}

TEST(LatencyMeter, WhoNeverRanWaitedUntilTheEnd) {
  Meter meter;
  meter.Create(1, 31, "starved");
  meter.Runnable(10, 1);
  EXPECT_EQ(meter.Finish(1'010).Find(LatencyMeasure::kThread, "starved")->waits.max(), 1'000u);
}

TEST(LatencyMeter, PreemptedThreadWaitsAgain) {
  Meter meter;
  meter.Create(1, 31, "t");
  meter.Runnable(0, 1);
  meter.Run(10, 1);
  meter.At(100, EventKind::kThreadPreempt, {.other = 1});
  meter.Run(400, 1);
  EXPECT_EQ(meter.Finish(500).Find(LatencyMeasure::kThread, "t")->waits.samples(),
            (std::vector<uint64_t>{10, 300}));
}

TEST(LatencyMeter, InterruptIsRaiseUntilHandler) {
  Meter meter;
  meter.At(100, EventKind::kInterruptRaise, {.value = 5});
  meter.At(120, EventKind::kInterruptRaise, {.value = 5});  // still the first one
  meter.At(1'100, EventKind::kInterruptBegin, {.cpu = 1, .value = 5});
  meter.At(1'200, EventKind::kInterruptEnd, {.cpu = 1, .value = 5});
  const LatencyRow* line = meter.Finish(2'000).Find(LatencyMeasure::kInterrupt, "line 5");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->waits.samples(), std::vector<uint64_t>{1'000});
  EXPECT_EQ(line->blame, "the CPUs were idle");
}

TEST(LatencyMeter, GateWaitBlamesTheActionThatHasTheGate) {
  Meter meter;
  meter.Create(1, 81, "audio");
  meter.Create(2, 31, "player");
  meter.At(10, EventKind::kLockAcquire, {.thread = 1, .object = 7});
  meter.At(10, EventKind::kGateClose, {.thread = 1, .object = 70, .name = "audio work loop"});
  meter.At(20, EventKind::kActionBegin,
           {.thread = 1, .object = 70, .other = 8, .name = "Source", .detail = "Codec"});
  meter.Block(30, 1);
  meter.At(100, EventKind::kLockContend, {.thread = 2, .object = 7, .other = 1});
  meter.At(8'000, EventKind::kActionEnd, {.thread = 1, .object = 70, .other = 8});
  meter.At(8'000, EventKind::kGateOpen, {.thread = 1, .object = 70});
  meter.At(8'100, EventKind::kLockAcquire, {.thread = 2, .object = 7, .name = "audio gate"});
  meter.At(8'100, EventKind::kGateClose, {.thread = 2, .object = 70, .name = "audio work loop"});
  meter.At(8'200, EventKind::kGateOpen, {.thread = 2, .object = 70});
  // A lock taken at once: the wait before was another's.
  meter.At(9'000, EventKind::kLockAcquire, {.thread = 2, .object = 7});
  meter.At(9'000, EventKind::kGateClose, {.thread = 2, .object = 70, .name = "audio work loop"});
  const LatencyMeter& done = meter.Finish(10'000);
  const LatencyRow* wait = done.Find(LatencyMeasure::kGateWait, "audio work loop");
  ASSERT_NE(wait, nullptr);
  EXPECT_EQ(wait->waits.samples(), (std::vector<uint64_t>{0, 8'000, 0}));
  EXPECT_EQ(wait->blame,
            "player waited for audio (high, 81) in the action of Source of Codec, asleep");
  const LatencyRow* hold = done.Find(LatencyMeasure::kGateHold, "audio work loop");
  ASSERT_NE(hold, nullptr);
  EXPECT_EQ(hold->waits.samples(), (std::vector<uint64_t>{7'990, 100}));
  EXPECT_EQ(hold->blame, "audio, first for the action of Source of Codec");
  EXPECT_EQ(done.Find(LatencyMeasure::kLockWait, "audio gate")->waits.max(), 8'000u);
}

TEST(LatencyMeter, ActionIsSignalUntilBegin) {
  Meter meter;
  meter.Create(1, 81, "loop");
  meter.At(100, EventKind::kWorkSignal, {.object = 70, .other = 8});
  meter.At(150, EventKind::kWorkSignal, {.object = 70, .other = 8});
  meter.At(400, EventKind::kActionBegin,
           {.thread = 1, .object = 70, .other = 8, .name = "Source", .detail = "Codec"});
  meter.At(500, EventKind::kActionBegin,
           {.thread = 1, .object = 70, .other = 9, .name = "Other", .detail = "Codec"});
  const LatencyMeter& done = meter.Finish(1'000);
  EXPECT_EQ(done.Find(LatencyMeasure::kAction, "Source of Codec")->waits.samples(),
            std::vector<uint64_t>{300});
  EXPECT_EQ(done.Find(LatencyMeasure::kAction, "Other of Codec"), nullptr);
}

}  // namespace
}  // namespace drydock
