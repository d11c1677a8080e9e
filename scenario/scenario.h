// scenario/scenario.h
//
// A scenario that has been read and checked: plain data, with names resolved to indices and times
// in ns. It is not changed by a run and can be run any number of times. scenario.proto documents
// the meaning of the fields.
#ifndef DRYDOCK_SCENARIO_SCENARIO_H_
#define DRYDOCK_SCENARIO_SCENARIO_H_

#include <cstdint>
#include <string>
#include <vector>

#include <IOKit/IOReturn.h>

#include "absl/types/optional.h"
#include "analysis/latency.h"
#include "drivers/usb/usb_model.h"
#include "scheduler/cost_model.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "trace/event.h"
#include "verify/checks.h"

namespace drydock {

// References between the parts are indices into the vectors at the end.
struct Scenario {
  struct Controller {
    std::string name;
    int line = 0;
    IOReturn unplug_status = kIOReturnNotResponding;
  };

  struct Device {
    UsbDeviceModel model;
    size_t controller = 0;
    int port = 0;
    std::string driver;
  };

  // The kinds of steps, and kNone for a thread that is between two steps. VerbName has their names.
  enum class Verb {
    kNone,
    kOpen,
    kRead,
    kWrite,
    kClose,
    kSleep,
    kWaitUntil,
    kPlug,
    kUnplug,
    kCompute,
    kLock,
    kUnlock,
    kSignal,
    kWait,
    kGate,
    kRepeat,
    kFunnel,
  };

  struct State {
    size_t thread = 0;
    Verb verb = Verb::kNone;
    bool blocked = false;  // "blocked in", not just "in"
    std::string text;      // "reader is blocked in read"
  };

  struct Step {
    Verb verb = Verb::kNone;
    // The index of a device, lock, semaphore or work loop, by the verb; kFunnel: a kernel::Funnel.
    size_t subject = 0;
    uint32_t bytes = 0;            // kRead, kWrite
    kernel::Time duration_ns = 0;  // kSleep, kCompute; kOpen: how long to wait for the driver
    State state;                   // kWaitUntil
    uint32_t times = 0;            // kRepeat; 0: no limit
    kernel::Time until_ns = 0;     // kRepeat; 0: no limit
    std::vector<Step> steps;       // kGate, kRepeat, kFunnel
  };

  struct Interrupt {
    std::string name;
    int line = 0;
    size_t work_loop = 0;
    kernel::Time first_ns = 0;
    kernel::Time every_ns = 0;
    uint32_t times = 1;
    bool has_filter = false;
    kernel::Time filter_ns = 0;
    std::vector<Step> steps;
  };

  struct Thread {
    std::string name;
    int priority = 0;
    bool user = false;  // its own code runs in user mode
    kernel::SchedulingMode mode = kernel::SchedulingMode::kNone;
    kernel::TimeConstraint time_constraint = kernel::kDefaultTimeConstraint;
    std::vector<Step> steps;
  };

  struct Lock {
    std::string name;
    bool promotes = true;
  };

  struct TimelineEntry {
    enum class When { kTime, kChoicePoint, kState };
    std::string text;   // as the report writes it
    bool plug = false;  // else unplug
    size_t device = 0;
    When when = When::kTime;
    kernel::Time at_ns = 0;
    uint64_t choice_point = 0;
    State state;
    bool at_timer = false;
  };

  struct EventPattern {
    bool any_kind = true;
    trace::EventKind kind = trace::EventKind::kLog;
    std::string name;    // empty: any
    std::string thread;  // empty: any
  };

  struct Expectation {
    enum class Kind {
      kReturns,
      kOrder,
      kNever,
      kQuietWithin,
      kNoThreadBlocked,
      kNoObjectLeaked,
      kLatency,
      kProgress,
      kFinding,
    };
    Kind kind = Kind::kReturns;
    std::string text;  // as the report writes it
    bool at_full_speed = false;

    // kReturns
    size_t thread = 0;
    size_t step = 0;  // from 0
    std::vector<IOReturn> codes;
    bool any_bytes = true;
    uint32_t bytes = 0;

    // kOrder, kNever (one event)
    bool has_since = false;
    EventPattern since;
    std::vector<EventPattern> events;

    kernel::Time within_ns = 0;  // kQuietWithin

    // kLatency
    std::vector<LatencyMeasure> measures;  // the first one that has the subject
    absl::optional<kernel::Time> p50_at_most_ns;
    absl::optional<kernel::Time> p99_at_most_ns;
    absl::optional<kernel::Time> max_at_most_ns;
    absl::optional<kernel::Time> max_at_least_ns;
    std::string blames;
    std::string subject;

    // kProgress: of the thread `thread`, or of the interrupt `interrupt`
    bool of_interrupt = false;
    size_t interrupt = 0;
    uint64_t at_least = 0;
    uint64_t at_most = ~uint64_t{0};

    std::string finding;  // kFinding: its name
  };

  std::string file;  // as given, for reports
  std::string description;
  int cpus = 2;
  kernel::Profile profile = kernel::Profile::kModern;
  CostModel costs;
  bool naive_teardown = false;
  std::vector<Controller> controllers;
  std::vector<Device> devices;
  std::vector<Lock> locks;
  std::vector<std::string> semaphores;
  std::vector<std::string> work_loops;
  std::vector<Interrupt> interrupts;
  std::vector<Thread> threads;
  std::vector<TimelineEntry> timeline;
  std::vector<Expectation> expectations;

  // The checks that the file asks for, in every mode of running it; their findings fail the run.
  verify::Checks checks;

  // Which memory accesses of driver code are choice points. Set by the command line, not by the
  // file.
  kernel::AccessChoices accesses = kernel::AccessChoices::kNone;

  // Identifies the scenario in schedules. Does not depend on layout, comments, description, checks
  // and expectations: a schedule still fits after those have been edited.
  uint64_t fingerprint = 0;
};

// "TERMINATE_WILL UsbSerial on reader".
std::string Describe(const Scenario::EventPattern& pattern);

// "read", "open", ….
const char* VerbName(Scenario::Verb verb);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_SCENARIO_H_
