// Runs one flawed driver or its sound twin: boots, plugs in, works, unplugs, judges.
#include "tests/drivers/flawed/rig.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "drivers/service/platform.h"
#include "drivers/service/registry.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "trace/event_values.h"
#include "verify/watch.h"

namespace drydock {
namespace {

using kernel::kMicrosecond;
using kernel::kMillisecond;

FlawedDevice* Plug(IOService* platform) {
  FlawedDevice* device = OSTypeAlloc(FlawedDevice);
  device->init(nullptr);
  device->attach(platform);
  AddInterrupt(device, FlawedDevice::kLine);
  return device;
}

// The driver if it started; +1. What matching does, done by hand.
FlawedDriver* Start(const FlawedCase& flawed_case, bool flawed, IOService* device) {
  FlawedDriver* driver = flawed_case.make();
  driver->setFlawed(flawed);
  driver->init(nullptr);
  driver->attach(device);
  if (driver->start(device)) {
    TraceEntry(trace::EventKind::kServiceStarted, driver, device,
               static_cast<uint64_t>(trace::StartResult::kDriver));
    return driver;
  }
  driver->detach(device);
  driver->release();
  return nullptr;
}

void ScheduleInterrupts(int count) {
  for (int i = 1; i <= count; ++i) {
    kernel::OutsideSchedule(
        kernel::Now() + 20 * i * kMicrosecond, "device interrupts", 0,
        [](void*) { kernel::InterruptRaise(FlawedDevice::kLine); }, nullptr);
  }
}

// `clients` is the caller's: the stack of a run that blocks is dropped as it is.
void Body(const FlawedCase& flawed_case, bool flawed, std::vector<kernel::Thread*>* clients) {
  IOService* platform = BootPlatform();
  while (!kernel::OthersAreAtRest()) kernel::Sleep(kMicrosecond);  // it has long been up
  FlawedDevice* device = Plug(platform);
  if (flawed_case.interrupts_at_start) ScheduleInterrupts(flawed_case.interrupts);
  FlawedDriver* driver = Start(flawed_case, flawed, device);
  if (!flawed_case.interrupts_at_start) ScheduleInterrupts(flawed_case.interrupts);

  for (UInt32 client = 0; driver != nullptr && client < flawed_case.clients; ++client) {
    driver->retain();
    clients->push_back(kernel::ThreadStart({.name = "client"}, [driver, client] {
      driver->call(client);
      driver->release();
    }));
  }
  const auto join = [clients] {
    for (kernel::Thread* client : *clients) kernel::ThreadJoin(client);
  };
  if (flawed_case.unplug_under_clients) {
    kernel::Sleep(20 * kMicrosecond);
  } else {
    join();
    kernel::Sleep(200 * kMicrosecond);
  }
  device->terminate();
  device->release();
  if (flawed_case.unplug_under_clients) join();
  // A client holds a reference to the driver for a while after it was stopped.
  kernel::Sleep(kMillisecond);
  if (driver != nullptr) driver->release();
  if (!ShutdownPlatform()) return;  // which the findings explain
  // Work loops end on threads of their own.
  while (!kernel::OthersAreAtRest()) kernel::Sleep(kMillisecond);
  AuditHeap();
}

}  // namespace

Outcome RunFlawed(const FlawedCase& flawed_case, bool flawed, Strategy* strategy,
                  verify::TraceRecorder* recorder) {
  verify::Watch watch(
      {.checks = verify::ChecksFor(verify::RunKind::kFlawed), .recorder = recorder});
  std::vector<kernel::Thread*> clients;
  Outcome outcome =
      Simulation({.cpus = 2, .accesses = kernel::AccessChoices::kShared}, strategy).Run([&] {
        Body(flawed_case, flawed, &clients);
      });
  watch.Finish(&outcome);
  return outcome;
}

std::string FailureOf(const FlawedCase& flawed_case, const RunEnd& end) {
  std::vector<std::string> failures;
  const auto add = [&](const std::string& failure) {
    if (std::find(failures.begin(), failures.end(), failure) == failures.end()) {
      failures.push_back(failure);
    }
  };
  if (!end.ok()) add(OutcomeName(end.kind));
  for (const Finding& finding : end.findings) {
    if (!flawed_case.also_races || finding.name != "data-race") add(finding.name);
  }
  return absl::StrJoin(failures, "; ");
}

std::vector<CallStack> StacksOf(const RunEnd& end) {
  std::vector<CallStack> stacks;
  const auto add_evidence = [&stacks](const std::vector<Evidence>& evidence) {
    for (const Evidence& earlier : evidence) stacks.push_back(earlier.stack);
  };
  if (!end.ok()) {
    stacks.push_back(end.stack);
    for (const BlockedThread& thread : end.blocked) {
      stacks.push_back(thread.stack);
      add_evidence(thread.evidence);
    }
  }
  for (const Finding& finding : end.findings) {
    stacks.push_back(finding.stack);
    add_evidence(finding.evidence);
  }
  return stacks;
}

RunProgram FlawedProgram(const FlawedCase& flawed_case, bool flawed) {
  return [&flawed_case, flawed](Strategy* strategy) {
    Outcome outcome = RunFlawed(flawed_case, flawed, strategy);
    return RunResult{FailureOf(flawed_case, outcome), std::move(outcome.schedule)};
  };
}

}  // namespace drydock
