// One run of a scenario, from boot to the verdicts.
#include "scenario/runner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <IOKit/IOKitKeys.h>
#include <libkern/c++/OSContainers.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analysis/latency.h"
#include "drivers/service/kext.h"
#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scenario/client.h"
#include "scenario/event_watch.h"
#include "scenario/event_words.h"
#include "scenario/return_codes.h"
#include "scenario/scenario_fixture.h"
#include "scenario/timeline.h"
#include "scenario/usb_fixture.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/outside.h"
#include "trace/microseconds.h"
#include "trace/observer.h"
#include "verify/watch.h"

namespace drydock {
namespace {

using Kind = Scenario::Expectation::Kind;

// How long the registry has to become quiet before shutdown, at least.
constexpr kernel::Time kRest = 10 * kernel::kMillisecond;

// One run, from boot to verdicts.
class ScenarioRun {
 public:
  ScenarioRun(const Scenario& scenario, const Look& look)
      : scenario_(scenario),
        look_(look),
        watch_(scenario),
        threads_(scenario.threads.size()),
        usb_(scenario),
        fixture_(scenario),
        timeline_(scenario, &threads_, &usb_),
        busy_after_(scenario.expectations.size()) {
    for (size_t i = 0; i < scenario.threads.size(); ++i) {
      clients_.push_back(
          std::make_unique<Client>(scenario.threads[i], i, &threads_, &usb_, &fixture_));
    }
  }

  // The body of the machine's first thread.
  void Body();

  EventWatch* watch() { return &watch_; }
  LatencyMeter* meter() { return &meter_; }
  bool looked() const { return looked_; }
  // The kinds of events to attach the meter for.
  trace::EventKinds MeterKinds() const;

  std::vector<Progress> ProgressMade() const;
  std::vector<Verdict> Judge(const Outcome& outcome, bool at_full_speed) const;

 private:
  void Rest(IOService* platform);
  void PlanLook();
  void FinishLook();
  std::string LatencySeenInstead(const Scenario::Expectation& expectation) const;
  std::string SeenInstead(size_t index, const Outcome& outcome) const;

  const Scenario& scenario_;
  const Look& look_;
  bool looked_ = false;
  kernel::OutsideHandle look_planned_ = 0;
  kernel::Thread* looker_ = nullptr;
  EventWatch watch_;
  LatencyMeter meter_{kEventWords};
  std::vector<ScriptedThread> threads_;
  UsbFixture usb_;
  ScenarioFixture fixture_;
  Timeline timeline_;
  std::vector<std::unique_ptr<Client>> clients_;
  kernel::Time threads_ended_ns_ = 0;
  std::vector<bool> busy_after_;  // by expectation: a kQuietWithin that failed
  bool shut_down_ = false;
  std::string leaked_;
};

void ScenarioRun::Body() {
  IOService* platform = BootPlatform({.naive_teardown = scenario_.naive_teardown});
  usb_.Start(platform);
  fixture_.Start(platform);
  timeline_.Start();
  PlanLook();
  for (const std::unique_ptr<Client>& client : clients_) client->Start();
  for (const ScriptedThread& thread : threads_) kernel::ThreadJoin(thread.thread);
  threads_ended_ns_ = kernel::Now();
  timeline_.WaitForTimes();
  Rest(platform);
  FinishLook();
  timeline_.Cancel();
  fixture_.Stop();
  shut_down_ = ShutdownPlatform();
  if (!shut_down_) return;
  AuditHeap();
  for (const OSObject* object : LiveObjects()) {
    absl::StrAppend(&leaked_, leaked_.empty() ? "" : ", ", object->getMetaClass()->getClassName(),
                    " #", ObjectIdOf(object), " (", object->getRetainCount(), " references)");
  }
}

// The thread that looks is started at the time of the look, so that the run up to then is the same
// as without a look.
void ScenarioRun::PlanLook() {
  if (look_.look == nullptr || !look_.at_ns.has_value()) return;
  look_planned_ = kernel::OutsideSchedule(
      *look_.at_ns, "look", 0,
      [](void* argument) {
        auto* run = static_cast<ScenarioRun*>(argument);
        if (run->look_.from_outside) {
          run->look_.look();
          run->looked_ = true;
          return;
        }
        run->looker_ = kernel::ThreadStart({.name = "look", .priority = MAXPRI_KERNEL}, [run] {
          run->look_.look();
          run->looked_ = true;
        });
      },
      this);
}

void ScenarioRun::FinishLook() {
  if (look_.look == nullptr) return;
  if (!look_.at_ns.has_value()) {
    look_.look();
    looked_ = true;
  } else if (!kernel::OutsideCancel(look_planned_) && looker_ != nullptr) {
    kernel::ThreadJoin(looker_);
  }
}

// Waits for the times of the scenario's `quiet_within` expectations, and records whether the
// registry was busy at each; then for kRest.
void ScenarioRun::Rest(IOService* platform) {
  // Until `within` after the last thread has ended and the last entry of the timeline has happened.
  const auto wait = [this](kernel::Time within) {
    for (;;) {
      const kernel::Time until =
          kernel::SaturatingAdd(std::max(threads_ended_ns_, timeline_.last_ns()), within);
      const kernel::Time now = kernel::Now();
      if (now >= until) return;
      kernel::Sleep(until - now);
    }
  };
  std::vector<size_t> in_order;
  for (size_t i = 0; i < scenario_.expectations.size(); ++i) {
    if (scenario_.expectations[i].kind == Kind::kQuietWithin) in_order.push_back(i);
  }
  std::stable_sort(in_order.begin(), in_order.end(), [this](size_t a, size_t b) {
    return scenario_.expectations[a].within_ns < scenario_.expectations[b].within_ns;
  });
  for (size_t i : in_order) {
    wait(scenario_.expectations[i].within_ns);
    busy_after_[i] = platform->getBusyState() != 0;
  }
  wait(kRest);
}

std::vector<Progress> ScenarioRun::ProgressMade() const {
  std::vector<Progress> progress;
  for (size_t i = 0; i < clients_.size(); ++i) {
    if (clients_[i]->rounds() > 0) {
      progress.push_back({scenario_.threads[i].name, clients_[i]->rounds()});
    }
  }
  for (size_t i = 0; i < scenario_.interrupts.size(); ++i) {
    progress.push_back({scenario_.interrupts[i].name, fixture_.actions(i)});
  }
  return progress;
}

trace::EventKinds ScenarioRun::MeterKinds() const {
  const bool needed =
      std::any_of(scenario_.expectations.begin(), scenario_.expectations.end(),
                  [](const Scenario::Expectation& e) { return e.kind == Kind::kLatency; });
  return needed ? LatencyMeter::Kinds() : trace::EventKinds();
}

std::string ScenarioRun::LatencySeenInstead(const Scenario::Expectation& expectation) const {
  const LatencyRow* row = nullptr;
  for (const LatencyMeasure measure : expectation.measures) {
    if (row == nullptr) row = meter_.Find(measure, expectation.subject);
  }
  if (row == nullptr) return "it never waited";
  const uint64_t p50 = row->waits.Percentile(50);
  const uint64_t p99 = row->waits.Percentile(99);
  const bool held = p50 <= expectation.p50_at_most_ns.value_or(p50) &&
                    p99 <= expectation.p99_at_most_ns.value_or(p99) &&
                    row->waits.max() <= expectation.max_at_most_ns.value_or(row->waits.max()) &&
                    row->waits.max() >= expectation.max_at_least_ns.value_or(0) &&
                    absl::StrContains(row->blame, expectation.blames);
  if (held) return "";
  return absl::StrCat("p50 ", trace::Microseconds(p50), ", p99 ", trace::Microseconds(p99),
                      ", max ", trace::Microseconds(row->waits.max()), " at ",
                      trace::Microseconds(row->worst_at_ns), row->blame.empty() ? "" : "; ",
                      row->blame);
}

// What was seen instead of what was expected; empty if it held.
std::string ScenarioRun::SeenInstead(size_t index, const Outcome& outcome) const {
  const Scenario::Expectation& expectation = scenario_.expectations[index];
  switch (expectation.kind) {
    case Kind::kReturns: {
      const Client::Result& result = clients_[expectation.thread]->results()[expectation.step];
      if (!result.returned) return "it never returned";
      const bool code_held = std::find(expectation.codes.begin(), expectation.codes.end(),
                                       result.code) != expectation.codes.end();
      if (code_held && (expectation.any_bytes || expectation.bytes == result.bytes)) return "";
      return absl::StrCat(ReturnCodeName(result.code),
                          expectation.any_bytes ? "" : absl::StrCat(", ", result.bytes, " bytes"));
    }
    case Kind::kOrder:
    case Kind::kNever:
      return watch_.SeenInstead(index);
    case Kind::kQuietWithin:
      return busy_after_[index] ? "something was still busy" : "";
    case Kind::kNoThreadBlocked: {
      if (outcome.kind != Outcome::Kind::kBlocked) return "";
      std::vector<std::string> sentences;
      for (const BlockedThread& thread : outcome.blocked) {
        if (thread.name == "main" && outcome.blocked.size() > 1) continue;  // joins the others
        sentences.push_back(absl::StrCat(thread.name, " ", thread.reason));
      }
      return absl::StrJoin(sentences, "; ");
    }
    case Kind::kNoObjectLeaked:
      return leaked_;
    case Kind::kLatency:
      return LatencySeenInstead(expectation);
    case Kind::kProgress: {
      const uint64_t progress = expectation.of_interrupt ? fixture_.actions(expectation.interrupt)
                                                         : clients_[expectation.thread]->rounds();
      const bool held = progress >= expectation.at_least && progress <= expectation.at_most;
      return held ? "" : absl::StrCat(progress);
    }
    case Kind::kFinding:
      break;  // verify::JudgeExpectedFinding
  }
  return "";
}

// The call stack of each blocked thread, and the evidence about it.
std::vector<std::string> StacksOf(const std::vector<BlockedThread>& blocked) {
  std::vector<std::string> lines;
  for (const BlockedThread& thread : blocked) {
    verify::AppendStack(thread.name, thread.stack, &lines);
    for (const Evidence& evidence : thread.evidence) {
      verify::AppendStack(evidence.what, evidence.stack, &lines);
    }
  }
  return lines;
}

// The contracts of the scenario's real-time threads.
std::vector<verify::TimeContract> ContractsOf(const Scenario& scenario) {
  std::vector<verify::TimeContract> contracts;
  for (const Scenario::Thread& thread : scenario.threads) {
    if (thread.priority < BASEPRI_REALTIME) continue;
    contracts.push_back({thread.name, thread.time_constraint.constraint});
  }
  return contracts;
}

// Whether the lives of objects are part of what the scenario is about.
bool NeedsLifetimes(const Scenario& scenario) {
  return scenario.naive_teardown ||
         std::any_of(scenario.expectations.begin(), scenario.expectations.end(),
                     [](const Scenario::Expectation& e) { return e.kind == Kind::kFinding; });
}

// Whether the run ended with the panic that belongs to an expected finding, its last one.
bool EndedAsExpected(const Scenario& scenario, const Outcome& outcome) {
  if (outcome.kind != Outcome::Kind::kPanic || outcome.findings.empty()) return false;
  const std::string& name = outcome.findings.back().name;
  return absl::StartsWith(outcome.text, name) &&
         std::any_of(scenario.expectations.begin(), scenario.expectations.end(),
                     [&](const Scenario::Expectation& e) { return e.finding == name; });
}

std::vector<Verdict> ScenarioRun::Judge(const Outcome& outcome, bool at_full_speed) const {
  std::vector<Verdict> verdicts;
  bool blocked_is_told = false;
  for (size_t i = 0; i < scenario_.expectations.size(); ++i) {
    const Scenario::Expectation& expectation = scenario_.expectations[i];
    Verdict verdict = {.text = expectation.text, .finding = expectation.finding};
    const bool needs_end =
        expectation.kind == Kind::kQuietWithin || expectation.kind == Kind::kNoObjectLeaked;
    if (expectation.at_full_speed && !at_full_speed) {
      verdict.kind = Verdict::Kind::kNotJudged;
      verdict.seen = "judged at full speed only";
    } else if (needs_end && !shut_down_) {
      verdict.kind = Verdict::Kind::kNotJudged;
      verdict.seen = "the run did not come to its end";
    } else if (expectation.kind == Kind::kFinding) {
      verdict =
          verify::JudgeExpectedFinding(expectation.text, expectation.finding, outcome.findings);
    } else {
      verdict.seen = SeenInstead(i, outcome);
      if (!verdict.seen.empty()) verdict.kind = Verdict::Kind::kFailed;
      if (expectation.kind == Kind::kNoThreadBlocked) verdict.stack = StacksOf(outcome.blocked);
      blocked_is_told |= expectation.kind == Kind::kNoThreadBlocked;
    }
    verdicts.push_back(std::move(verdict));
  }
  std::vector<std::string> expected;
  for (const Scenario::Expectation& expectation : scenario_.expectations) {
    if (!expectation.finding.empty()) expected.push_back(expectation.finding);
  }
  for (Verdict& verdict : verify::JudgeUnexpectedFindings(outcome.findings, expected)) {
    verdicts.push_back(std::move(verdict));
  }
  if (!outcome.ok() && !(outcome.kind == Outcome::Kind::kBlocked && blocked_is_told) &&
      !EndedAsExpected(scenario_, outcome)) {
    verdicts.push_back({Verdict::Kind::kFailed, "the run comes to its end",
                        absl::StrCat(OutcomeName(outcome.kind), ": ", outcome.text),
                        outcome.kind == Outcome::Kind::kBlocked ? StacksOf(outcome.blocked)
                                                                : outcome.stack.Functions()});
  }
  if (outcome.ok() && !shut_down_) {
    verdicts.push_back({Verdict::Kind::kFailed, "the platform shuts down",
                        "a service did not finish its termination"});
  }
  if (outcome.ok()) {
    for (const std::string& missed : timeline_.Missed()) {
      verdicts.push_back(
          {Verdict::Kind::kFailed, absl::StrCat("timeline: ", missed), "it never happened"});
    }
  }
  return verdicts;
}

}  // namespace

bool ScenarioResult::held() const { return verify::AllHeld(verdicts); }

ScenarioResult RunScenario(const Scenario& scenario, Strategy* strategy, const Look& look,
                           verify::RunKind kind, verify::TraceRecorder* recorder) {
  ScenarioRun run(scenario, look);
  MachineOptions options;
  options.cpus = scenario.cpus;
  options.profile = scenario.profile;
  options.costs = scenario.costs;
  options.fingerprint = scenario.fingerprint;
  options.accesses = scenario.accesses;
  Simulation simulation(options, strategy);
  ScenarioResult result;
  {
    trace::ScopedObserver watching(run.watch(), run.watch()->kinds());
    trace::ScopedObserver metering(run.meter(), run.MeterKinds());
    verify::Checks checks = scenario.checks;
    checks.Add(verify::ChecksFor(kind));
    if (NeedsLifetimes(scenario)) checks.Add(verify::Check::kLifetimes);
    verify::Watch watch({checks, ContractsOf(scenario), recorder});
    result.outcome = simulation.Run([&run] { run.Body(); });
    watch.Finish(&result.outcome);
    run.meter()->Finish(result.outcome.end_ns);
  }
  result.looked = run.looked();
  result.progress = run.ProgressMade();
  // A run at full speed is one in which the strategy answered every question with 0.
  result.verdicts = run.Judge(result.outcome, result.outcome.schedule.deviations() == 0);
  if (recorder != nullptr) recorder->Add(result.verdicts);
  return result;
}

std::vector<std::string> LinkedDrivers() {
  std::vector<std::string> drivers;
  const auto personalities = Owned(MakeKextPersonalities());
  for (unsigned i = 0; i < personalities->getCount(); ++i) {
    const auto* personality = OSDynamicCast(OSDictionary, personalities->getObject(i));
    const auto* name = OSDynamicCast(OSString, personality->getObject(kIOClassKey));
    if (name != nullptr) drivers.push_back(name->getCStringNoCopy());
  }
  std::sort(drivers.begin(), drivers.end());
  drivers.erase(std::unique(drivers.begin(), drivers.end()), drivers.end());
  return drivers;
}

}  // namespace drydock
