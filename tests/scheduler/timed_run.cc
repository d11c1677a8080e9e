// Runs a body on one timed machine and records which thread ran when.
#include "tests/scheduler/timed_run.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/policy.h"

namespace drydock::kernel {

void Stays::OnEvent(const trace::Event& event) {
  switch (event.kind) {
    case trace::EventKind::kThreadRun:
      running_ = event.name;
      if (running_ == "main") break;
      if (stays_.empty() || stays_.back().thread != running_) {
        stays_.push_back({running_, event.time_ns, event.time_ns});
      }
      break;
    case trace::EventKind::kThreadPreempt:
    case trace::EventKind::kThreadBlock:
    case trace::EventKind::kThreadExit:
      if (running_ != "main" && !stays_.empty()) stays_.back().to = event.time_ns;
      break;
    default:
      break;
  }
}

std::string Stays::order() const {
  std::string order;
  for (const Stay& stay : stays_) absl::StrAppend(&order, order.empty() ? "" : " ", stay.thread);
  return order;
}

Stays Timed(const std::function<void()>& body, MachineOptions options) {
  Stays stays;
  TimedStrategy timed;
  trace::ScopedObserver watching(&stays);
  const Outcome outcome = Simulation(options, &timed).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  for (const Finding& finding : outcome.findings) ADD_FAILURE() << finding.sentence;
  return stays;
}

ThreadOptions User(const char* name, int priority) {
  return {.name = name, .priority = priority, .user = true, .mode = SchedulingMode::kFixed};
}

ThreadOptions Timeshare(const char* name, int priority) {
  return {.name = name, .priority = priority, .user = true};
}

std::function<void()> InUserMode(Time compute) {
  return [compute] {
    SetUserMode(true);
    Delay(compute);
    SetUserMode(false);
  };
}

std::function<void()> At(Time when, Time compute) {
  return [when, compute] {
    Sleep(when - Now());
    Delay(compute);
  };
}

void JoinAll(const std::vector<Thread*>& threads) {
  for (Thread* thread : threads) ThreadJoin(thread);
}

}  // namespace drydock::kernel
