// tests/scheduler/timed_run.h
//
// Runs at full speed, to see how threads share CPUs, and the threads for it.
#ifndef DRYDOCK_TESTS_SCHEDULER_TIMED_RUN_H_
#define DRYDOCK_TESTS_SCHEDULER_TIMED_RUN_H_

#include <functional>
#include <string>
#include <vector>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "trace/observer.h"

namespace drydock::kernel {

// Room for context switches and locks.
inline constexpr Time kSlack = 100 * kMicrosecond;

// Which thread had the one CPU, from when to when. The main thread, which makes and joins the
// others, is left out, and what it comes in between counts as one stay.
class Stays : public trace::Observer {
 public:
  void OnEvent(const trace::Event& event) override;

  // The threads' names, in order: "low high low".
  std::string order() const;
  Time from(size_t index) const { return stays_.at(index).from; }
  Time length(size_t index) const { return stays_.at(index).to - stays_.at(index).from; }

 private:
  struct Stay {
    std::string thread;
    Time from = 0;
    Time to = 0;
  };

  std::string running_;
  std::vector<Stay> stays_;
};

// Runs `body` at full speed, which must go well; on one CPU unless told.
Stays Timed(const std::function<void()>& body, MachineOptions options = {.cpus = 1});

// A thread that computes in user mode, at a priority that stays.
ThreadOptions User(const char* name, int priority);

// The same at a priority that sinks with what it computes.
ThreadOptions Timeshare(const char* name, int priority);

std::function<void()> InUserMode(Time compute);

// Wakes at a time and computes for a moment.
std::function<void()> At(Time when, Time compute = kMillisecond);

void JoinAll(const std::vector<Thread*>& threads);

}  // namespace drydock::kernel

#endif  // DRYDOCK_TESTS_SCHEDULER_TIMED_RUN_H_
