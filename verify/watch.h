// verify/watch.h
//
// Checkers on a live run, and the one place that decides which checkers watch which kind of run.
//
//   verify::Watch watch({.checks = verify::ChecksFor(verify::RunKind::kTest)});
//   Outcome outcome = Simulation(options, strategy).Run(body);
//   watch.Finish(&outcome);
//
// This is where checkers and machine meet: findings go on the machine's record, what checkers ask
// of an event (trace/facts.h) the machine answers, and the kernel heap quarantines freed blocks if
// that is what a check needs. Host context.
#ifndef DRYDOCK_VERIFY_WATCH_H_
#define DRYDOCK_VERIFY_WATCH_H_

#include <memory>
#include <vector>

#include "trace/facts.h"
#include "verify/checker_set.h"
#include "verify/checks.h"
#include "verify/trace_recorder.h"

namespace drydock::verify {

enum class RunKind {
  kTest,          // a schedule of a DRYDOCK_TEST
  kThoroughTest,  // the same; some of a test's schedules are looked at more closely, at half the
                  // speed
  kScenario,      // one run of a scenario, as in `drydock run`
  kCounted,       // one of many runs of a scenario of which only the number matters
  kExploration,   // a schedule of `drydock explore`, and its replay
  kGuest,         // a schedule of a guest program
  kFlawed,        // a schedule of a flawed driver or its twin: all checks there are
};

// What every run of this kind is checked for, in this program: data races only if it has hooked
// code. A run may be checked for more (Checks::Add).
Checks ChecksFor(RunKind kind);

// Reports to the run in progress, and answers checkers about it, while this exists.
class LiveRun final : public FindingSink, private trace::FactSource {
 public:
  LiveRun() = default;
  void Report(const trace::Event& event, Finding finding) override;

 private:
  trace::StackId Stack() override;
  trace::MemoryFact Memory(trace::ObjectId location, uint32_t bytes) override;

  const trace::ScopedFactSource answering_{this};
};

// One checker on its own, on a live run while this exists: for tests of checkers, and for checkers
// of Drydock itself, which no Check names.
template <typename OneChecker>
class Watching : public OneChecker {
 public:
  using OneChecker::OneChecker;

 private:
  LiveRun live_;
  // (The sink first: the checker may report as soon as it is attached.)
  const trace::ScopedObserver observing_{(this->set_sink(&live_), this), this->Kinds()};
};

struct WatchOptions {
  Checks checks;
  std::vector<TimeContract> contracts = {};  // of the run's threads, for Check::kMissedDeadline
  TraceRecorder* recorder = nullptr;         // writes what the checkers are shown, unless null
};

// Watches the run that begins and ends while this exists.
class Watch {
 public:
  explicit Watch(WatchOptions options);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // After the run.
  void Finish(RunEnd* end);

 private:
  const bool quarantines_;
  TraceRecorder* const recorder_;
  LiveRun live_;
  CheckerSet checkers_;
  std::vector<std::unique_ptr<trace::ScopedObserver>> observing_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_WATCH_H_
