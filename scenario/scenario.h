// scenario/scenario.h
//
// A scenario that has been read and checked: plain data, names resolved, times in ns, ready to run
// any number of times. What the parts mean is said in scenario.proto.
#ifndef DRYDOCK_SCENARIO_SCENARIO_H_
#define DRYDOCK_SCENARIO_SCENARIO_H_

#include <cstdint>
#include <string>
#include <vector>

#include <IOKit/IOReturn.h>

#include "absl/types/optional.h"
#include "drivers/usb/usb_model.h"
#include "scheduler/cost_model.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "trace/event.h"
#include "trace/latency.h"
#include "verify/checkers.h"

namespace drydock {

// Vectors refer to each other by index.
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

  // What a thread can do; the names are VerbName's.
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
    // Of devices, locks, semaphores or work loops, as the verb has it; kFunnel: kernel::Funnel.
    size_t subject = 0;
    uint32_t bytes = 0;            // kRead, kWrite
    kernel::Time duration_ns = 0;  // kSleep, kCompute; kOpen: how long to wait for the driver
    State state;                   // kWaitUntil
    uint32_t times = 0;            // kRepeat; 0: any number
    kernel::Time until_ns = 0;     // kRepeat; 0: for ever
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
    std::string text;   // as the report has it
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
    std::string text;  // as the report has it
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
    std::vector<trace::LatencyMeasure> measures;  // the first that knows the subject counts
    absl::optional<kernel::Time> p50_at_most_ns;
    absl::optional<kernel::Time> p99_at_most_ns;
    absl::optional<kernel::Time> max_at_most_ns;
    absl::optional<kernel::Time> max_at_least_ns;
    std::string blames;
    std::string subject;

    // kProgress: of thread `thread`, or of an interrupt
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

  // What its runs are watched for in any case, and fail if it is found.
  Checks checks;

  // At which accesses by drivers' code others can step in. How it is to be run; no part of the
  // file.
  kernel::AccessChoices accesses = kernel::AccessChoices::kNone;

  // Names the scenario in schedules. Of what happens, not of layout, comments, description and
  // expectations: those may be edited and an old schedule judged anew.
  uint64_t fingerprint = 0;
};

// "TERMINATE_WILL UsbSerial on reader".
std::string Describe(const Scenario::EventPattern& pattern);

// "read", "open", ….
const char* VerbName(Scenario::Verb verb);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_SCENARIO_H_
