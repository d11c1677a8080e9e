#include "scenario/reader.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "drivers/usb/usb_controller.h"
#include "scenario/duration.h"
#include "scenario/return_codes.h"
#include "scenario/scenario.pb.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/priority.h"
#include "scheduler/simulation.h"
#include "trace/digest.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

namespace drydock {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using Tree = TextFormat::ParseInfoTree;
using Verb = Scenario::Verb;

// Names the format in fingerprints: what an old schedule would mean something else under.
constexpr absl::string_view kFormat = "drydock scenario 1";

// As TextFormat has it: from 0.
struct Place {
  int line = 0;
  int column = 0;
};

struct Problem {
  Place place;
  std::string text;
};

// Whether going through the steps takes virtual time, and so comes to an end at some time.
bool TakesTime(const std::vector<Scenario::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const Scenario::Step& step) {
    return ((step.verb == Verb::kCompute || step.verb == Verb::kSleep) && step.duration_ns > 0) ||
           TakesTime(step.steps);
  });
}

// Keeps the first error.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!found_) problem_ = {{std::max(line, 0), std::max(column, 0)}, message};
    found_ = true;
  }
  bool found() const { return found_; }
  const Problem& problem() const { return problem_; }

 private:
  bool found_ = false;
  Problem problem_;
};

// What the parser says, in our words: one line, with what is allowed where it can be told.
std::string Explain(absl::string_view message) {
  constexpr absl::string_view kType = "Message type \"";
  constexpr absl::string_view kNoField = "\" has no field named \"";
  const size_t split = message.find(kNoField);
  if (absl::StartsWith(message, kType) && split != absl::string_view::npos) {
    const std::string type(message.substr(kType.size(), split - kType.size()));
    absl::string_view field = message.substr(split + kNoField.size());
    field = field.substr(0, field.find('"'));
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    if (descriptor != nullptr) {
      std::vector<std::string> names;
      for (int i = 0; i < descriptor->field_count(); ++i) {
        names.push_back(descriptor->field(i)->name());
      }
      return absl::StrCat("unknown field ", field, "; allowed here are ",
                          absl::StrJoin(names, ", "));
    }
  }
  std::string text = absl::StrReplaceAll(absl::StripSuffix(message, "."), {{"\n", " "}});
  if (!text.empty()) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

// A message of the file, and where its parts stand there.
template <typename Proto>
struct Node {
  const Proto& proto;
  const Tree* tree;  // null: nowhere
  Place place;       // of the message itself

  const FieldDescriptor* Field(const char* name) const {
    return proto.GetDescriptor()->FindFieldByName(name);
  }
  // Of a field, or of the message if it does not have it.
  Place Of(const char* name, int index = -1) const {
    if (tree == nullptr) return place;
    const TextFormat::ParseLocation found = tree->GetLocation(Field(name), index);
    return found.line < 0 ? place : Place{found.line, found.column};
  }
  template <typename Child>
  Node<Child> At(const char* name, const Child& child, int index = -1) const {
    return {child, tree == nullptr ? nullptr : tree->GetTreeForNested(Field(name), index),
            Of(name, index)};
  }
};

// Goes through the parsed file. After the first problem it goes on with whatever it has; the result
// is then thrown away.
class Checker {
 public:
  Checker(const std::vector<std::string>& drivers, Scenario* scenario)
      : drivers_(drivers), scenario_(*scenario) {}

  void Check(const Node<ScenarioProto>& file);

  bool failed() const { return failed_; }
  const Problem& problem() const { return problem_; }

 private:
  void Fail(Place place, std::string text) {
    if (!failed_) problem_ = {place, std::move(text)};
    failed_ = true;
  }

  template <typename Int>
  Int Within(Place place, absl::string_view what, Int value, Int least, Int most) {
    if (value >= least && value <= most) return value;
    Fail(place, absl::StrCat(what, " is ", value, "; allowed is ", least, " to ", most));
    return least;
  }

  std::string Name(Place place, absl::string_view what, const std::string& name,
                   const std::vector<std::string>& taken);
  size_t Find(Place place, absl::string_view what, const std::string& name,
              const std::vector<std::string>& known);
  kernel::Time Time(Place place, absl::string_view what, const std::string& text);
  IOReturn Code(Place place, const std::string& name);

  void CheckCosts(const Node<CostsProto>& node);
  void CheckController(const Node<ControllerProto>& node);
  int CheckLine(Place place, int32_t line, const std::string& user);
  void CheckInterrupt(const Node<InterruptProto>& node);
  void CheckDevice(const Node<DeviceProto>& node);
  void CheckThread(const Node<ThreadProto>& node, Scenario::Thread* thread);
  void CheckPolicy(const Node<ThreadProto>& node, Scenario::Thread* thread);
  // In an action there is no client: nothing may be opened, read or plugged there.
  Scenario::Step CheckStep(const Node<StepProto>& node, bool in_action);
  template <typename Proto>
  std::vector<Scenario::Step> CheckSteps(const Node<Proto>& node, bool in_action) {
    std::vector<Scenario::Step> steps;
    for (int i = 0; i < node.proto.step_size(); ++i) {
      steps.push_back(CheckStep(node.At("step", node.proto.step(i), i), in_action));
    }
    return steps;
  }
  size_t Semaphore(Place place, const std::string& name);
  Scenario::State CheckState(const Node<WhileProto>& node);
  void CheckHappening(const Node<HappeningProto>& node);
  void CheckExpectation(const Node<ExpectationProto>& node);
  void CheckReturns(const Node<ReturnsProto>& node, Scenario::Expectation* expectation);
  void CheckOrder(const Node<OrderProto>& node, Scenario::Expectation* expectation);
  void CheckLatency(const Node<LatencyProto>& node, Scenario::Expectation* expectation);
  void CheckProgress(const Node<ProgressProto>& node, Scenario::Expectation* expectation);
  Scenario::EventPattern CheckEvent(const Node<EventProto>& node);

  const std::vector<std::string>& drivers_;
  Scenario& scenario_;
  std::vector<std::string> controller_names_;
  std::vector<std::string> device_names_;
  std::vector<std::string> thread_names_;
  std::vector<std::string> lock_names_;
  std::map<int, std::string> line_users_;
  bool failed_ = false;
  Problem problem_;
};

std::string Checker::Name(Place place, absl::string_view what, const std::string& name,
                          const std::vector<std::string>& taken) {
  if (name.empty()) Fail(place, absl::StrCat("a ", what, " without a name; give it a name"));
  for (const std::string& other : taken) {
    if (other == name) {
      Fail(place, absl::StrCat("a second ", what, " called \"", name, "\"; names must differ"));
    }
  }
  return name;
}

size_t Checker::Find(Place place, absl::string_view what, const std::string& name,
                     const std::vector<std::string>& known) {
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i] == name) return i;
  }
  Fail(place,
       absl::StrCat(name.empty() ? absl::StrCat("no ", what, " is named")
                                 : absl::StrCat("unknown ", what, " \"", name, "\""),
                    "; ",
                    known.empty() ? "there is none"
                                  : absl::StrCat("allowed is ", absl::StrJoin(known, ", "))));
  return 0;
}

kernel::Time Checker::Time(Place place, absl::string_view what, const std::string& text) {
  const absl::StatusOr<kernel::Time> time = ParseDuration(text);
  if (time.ok()) return *time;
  Fail(place, absl::StrCat(what, " \"", text, "\" ", time.status().message()));
  return 0;
}

IOReturn Checker::Code(Place place, const std::string& name) {
  const absl::optional<IOReturn> code = ParseReturnCode(name);
  if (!code.has_value()) {
    Fail(place, absl::StrCat("unknown return code \"", name,
                             "\"; allowed are the names of <IOKit/IOReturn.h>, such as "
                             "kIOReturnOffline"));
    return kIOReturnError;
  }
  return *code;
}

void Checker::Check(const Node<ScenarioProto>& file) {
  const ScenarioProto& proto = file.proto;
  scenario_.description = proto.description();
  scenario_.cpus = Within(file.Of("cpus"), "cpus", proto.cpus(), 1, kMaxCpus);
  scenario_.profile = static_cast<kernel::Profile>(
      Find(file.Of("profile"), "profile", proto.profile(), {"modern", "historic"}));
  scenario_.naive_teardown = proto.naive_teardown();
  for (int i = 0; i < proto.check_size(); ++i) {
    const absl::StatusOr<Checks> check = ParseChecks(proto.check(i));
    if (check.ok()) {
      scenario_.checks.Add(*check);
    } else {
      Fail(file.Of("check", i), std::string(check.status().message()));
    }
  }
  if (proto.has_costs()) CheckCosts(file.At("costs", proto.costs()));
  for (int i = 0; i < proto.lock_size(); ++i) {
    const auto lock = file.At("lock", proto.lock(i), i);
    lock_names_.push_back(Name(lock.Of("name"), "lock", lock.proto.name(), lock_names_));
    scenario_.locks.push_back({lock_names_.back(), lock.proto.priority_promotion()});
  }
  for (int i = 0; i < proto.work_loop_size(); ++i) {
    const auto loop = file.At("work_loop", proto.work_loop(i), i);
    scenario_.work_loops.push_back(
        Name(loop.Of("name"), "work loop", loop.proto.name(), scenario_.work_loops));
  }
  for (int i = 0; i < proto.controller_size(); ++i) {
    CheckController(file.At("controller", proto.controller(i), i));
  }
  for (int i = 0; i < proto.interrupt_size(); ++i) {
    CheckInterrupt(file.At("interrupt", proto.interrupt(i), i));
  }
  for (int i = 0; i < proto.device_size(); ++i) CheckDevice(file.At("device", proto.device(i), i));
  // All names first: threads may wait for later ones.
  for (int i = 0; i < proto.thread_size(); ++i) {
    const auto node = file.At("thread", proto.thread(i), i);
    thread_names_.push_back(Name(node.Of("name"), "thread", node.proto.name(), thread_names_));
  }
  scenario_.threads.resize(thread_names_.size());
  for (int i = 0; i < proto.thread_size(); ++i) {
    CheckThread(file.At("thread", proto.thread(i), i), &scenario_.threads[i]);
  }
  for (int i = 0; i < proto.timeline_size(); ++i) {
    CheckHappening(file.At("timeline", proto.timeline(i), i));
  }
  for (int i = 0; i < proto.expect_size(); ++i) {
    CheckExpectation(file.At("expect", proto.expect(i), i));
  }
}

void Checker::CheckCosts(const Node<CostsProto>& node) {
  const CostsProto& proto = node.proto;
  CostModel& costs = scenario_.costs;
  const auto set = [&](const char* what, bool given, const std::string& text, kernel::Time* time) {
    if (given) *time = Time(node.Of(what), what, text);
  };
  set("context_switch", proto.has_context_switch(), proto.context_switch(),
      &costs.context_switch_ns);
  set("interrupt_entry", proto.has_interrupt_entry(), proto.interrupt_entry(),
      &costs.interrupt_entry_ns);
  set("quantum", proto.has_quantum(), proto.quantum(), &costs.quantum_ns);
  if (costs.quantum_ns < kernel::kMillisecond) {
    Fail(node.Of("quantum"), "a quantum of less than 1ms; allowed is 1ms or more");
  }
  std::vector<std::string> kinds;
  for (int kind = 0; kind < kernel::kOperationKinds; ++kind) {
    kinds.push_back(kernel::OperationName(static_cast<kernel::OperationKind>(kind)));
  }
  for (int i = 0; i < proto.operation_size(); ++i) {
    const auto operation = node.At("operation", proto.operation(i), i);
    const size_t kind =
        Find(operation.Of("kind"), "kind of operation", operation.proto.kind(), kinds);
    const kernel::Time cost = Time(operation.Of("cost"), "cost", operation.proto.cost());
    if (cost > kernel::kSecond) {
      Fail(operation.Of("cost"), "an operation that costs more than 1s; allowed is up to 1s");
    }
    costs.operation_ns[kind] = static_cast<uint32_t>(cost);
  }
  costs.jitter_percent =
      Within(node.Of("jitter_percent"), "jitter_percent", proto.jitter_percent(), 0, 100);
}

void Checker::CheckController(const Node<ControllerProto>& node) {
  Scenario::Controller controller;
  controller.name = Name(node.Of("name"), "controller", node.proto.name(), controller_names_);
  controller.line =
      Within(node.Of("line"), "line", node.proto.line(), 0, kernel::kInterruptLines - 1);
  line_users_.try_emplace(controller.line, controller.name);
  const std::string& status = node.proto.unplug_status();
  if (status != "kIOReturnNotResponding" && status != "kIOReturnAborted") {
    Fail(node.Of("unplug_status"),
         absl::StrCat("unplug_status is \"", status,
                      "\"; allowed is kIOReturnNotResponding or kIOReturnAborted"));
  } else {
    controller.unplug_status = Code(node.Of("unplug_status"), status);
  }
  controller_names_.push_back(controller.name);
  scenario_.controllers.push_back(std::move(controller));
}

int Checker::CheckLine(Place place, int32_t line, const std::string& user) {
  const int checked = Within(place, "line", line, 0, kernel::kInterruptLines - 1);
  // USB controllers may share one: their filters ask the hardware.
  const auto [taken, is_new] = line_users_.try_emplace(checked, user);
  if (!is_new) {
    Fail(place, absl::StrCat("line ", checked, " is taken by ", taken->second,
                             "; give each interrupt a line of its own"));
  }
  return checked;
}

void Checker::CheckInterrupt(const Node<InterruptProto>& node) {
  const InterruptProto& proto = node.proto;
  Scenario::Interrupt interrupt;
  std::vector<std::string> names;
  for (const Scenario::Interrupt& other : scenario_.interrupts) names.push_back(other.name);
  interrupt.name = Name(node.Of("name"), "interrupt", proto.name(), names);
  interrupt.line = CheckLine(node.Of("line"), proto.line(), interrupt.name);
  interrupt.work_loop =
      Find(node.Of("work_loop"), "work loop", proto.work_loop(), scenario_.work_loops);
  interrupt.first_ns = Time(node.Of("first"), "first", proto.first());
  interrupt.every_ns = Time(node.Of("every"), "every", proto.every());
  interrupt.times = Within(node.Of("times"), "times", proto.times(), 1u, 1'000'000u);
  interrupt.has_filter = proto.has_filter();
  if (proto.has_filter()) interrupt.filter_ns = Time(node.Of("filter"), "filter", proto.filter());
  interrupt.steps = CheckSteps(node, /*in_action=*/true);
  scenario_.interrupts.push_back(std::move(interrupt));
}

void Checker::CheckDevice(const Node<DeviceProto>& node) {
  const DeviceProto& proto = node.proto;
  Scenario::Device device;
  device.model.name = Name(node.Of("name"), "device", proto.name(), device_names_);
  device.controller =
      Find(node.Of("controller"), "controller", proto.controller(), controller_names_);
  device.port = Within(node.Of("port"), "port", proto.port(), 0, DrydockUSBController::kPorts - 1);
  device.driver = proto.driver();
  Find(node.Of("driver"), "driver", proto.driver(), drivers_);

  const auto byte = [&](const char* field, uint32_t value) {
    return static_cast<uint8_t>(Within(node.Of(field), field, value, 0u, 255u));
  };
  const auto word = [&](const char* field, uint32_t value) {
    return static_cast<uint16_t>(Within(node.Of(field), field, value, 0u, 65535u));
  };
  UsbDeviceModel& model = device.model;
  model.vendor_id = word("vendor_id", proto.vendor_id());
  model.product_id = word("product_id", proto.product_id());
  model.device_release = word("device_release", proto.device_release());
  model.device_class = byte("device_class", proto.device_class());
  model.device_subclass = byte("device_subclass", proto.device_subclass());
  model.device_protocol = byte("device_protocol", proto.device_protocol());
  model.interface_class = byte("interface_class", proto.interface_class());
  model.interface_subclass = byte("interface_subclass", proto.interface_subclass());
  model.interface_protocol = byte("interface_protocol", proto.interface_protocol());

  for (int i = 0; i < proto.endpoint_size(); ++i) {
    const auto endpoint = node.At("endpoint", proto.endpoint(i), i);
    const uint32_t address = endpoint.proto.address();
    if ((address & ~0x8fu) != 0 || (address & 0x0fu) == 0) {
      Fail(endpoint.Of("address"), absl::StrCat("address is ", address,
                                                "; allowed is 0x81 to 0x8f (IN) and 0x01 to 0x0f "
                                                "(OUT)"));
    }
    for (const UsbEndpointModel& other : model.endpoints) {
      if (other.address != address) continue;
      Fail(endpoint.Of("address"), "a second endpoint at this address; addresses must differ");
    }
    model.endpoints.push_back(
        {static_cast<uint8_t>(address),
         static_cast<uint16_t>(Within(endpoint.Of("max_packet"), "max_packet",
                                      endpoint.proto.max_packet(), 1u, 1024u)),
         Time(endpoint.Of("latency"), "latency", endpoint.proto.latency())});
  }
  for (int i = 0; i < proto.data_size(); ++i) {
    const auto data = node.At("data", proto.data(i), i);
    const kernel::Time at = Time(data.Of("after"), "after", data.proto.after());
    if (!model.arrivals.empty() && at < model.arrivals.back().at_ns) {
      Fail(data.Of("after"), "data that comes before what stands above it; order it by time");
    }
    model.arrivals.push_back(
        {at, Within(data.Of("bytes"), "bytes", data.proto.bytes(), 1u, 1u << 20)});
  }
  device_names_.push_back(device.model.name);
  scenario_.devices.push_back(std::move(device));
}

void Checker::CheckThread(const Node<ThreadProto>& node, Scenario::Thread* thread) {
  struct Customary {
    Band band;
    int priority;
  };
  constexpr Customary kCustomary[] = {{Band::kIdle, IDLEPRI},
                                      {Band::kUserTimeshare, BASEPRI_DEFAULT},
                                      {Band::kUserFixed, MAXPRI_USER},
                                      {Band::kSystem, MAXPRI_RESERVED},
                                      {Band::kKernel, BASEPRI_KERNEL},
                                      {Band::kThreadCall, BASEPRI_PREEMPT},
                                      {Band::kRealTime, BASEPRI_RTQUEUES}};
  const ThreadProto& proto = node.proto;
  thread->name = proto.name();
  if (proto.has_band() == proto.has_priority()) {
    Fail(node.place, absl::StrCat("thread \"", proto.name(), "\" has ",
                                  proto.has_band() ? "a band and a priority" : "no priority",
                                  "; give it either a band or a priority"));
  } else if (proto.has_priority()) {
    thread->priority = Within(node.Of("priority"), "priority", proto.priority(), 0, MAXPRI);
  } else {
    std::vector<std::string> bands;
    for (const Customary& customary : kCustomary) bands.push_back(BandName(customary.band));
    thread->priority = kCustomary[Find(node.Of("band"), "band", proto.band(), bands)].priority;
  }
  if (thread->priority == BASEPRI_REALTIME) {
    Fail(node.Of("priority"), "priority 96 is a boundary only; allowed is 0 to 95 and 97 to 127");
  }
  CheckPolicy(node, thread);
  thread->steps = CheckSteps(node, /*in_action=*/false);
}

void Checker::CheckPolicy(const Node<ThreadProto>& node, Scenario::Thread* thread) {
  const ThreadProto& proto = node.proto;
  const Band band = BandOf(thread->priority);
  thread->user = band != Band::kKernel && band != Band::kThreadCall;
  thread->mode = band == Band::kIdle || band == Band::kUserTimeshare
                     ? kernel::SchedulingMode::kTimeshare
                     : kernel::SchedulingMode::kFixed;
  if (band == Band::kRealTime) {
    thread->mode = kernel::SchedulingMode::kRealTime;
    if (proto.has_policy()) {
      Fail(node.Of("policy"), "a policy of a real-time thread; it is for threads below 97");
    }
  } else if (proto.has_real_time()) {
    Fail(node.Of("real_time"), absl::StrCat("real_time of a thread at ", thread->priority,
                                            "; it is for the band real-time, 97 to 127"));
  } else if (proto.has_policy()) {
    const size_t policy = Find(node.Of("policy"), "policy", proto.policy(), {"timeshare", "fixed"});
    thread->mode =
        policy == 0 ? kernel::SchedulingMode::kTimeshare : kernel::SchedulingMode::kFixed;
  }
  if (!proto.has_real_time()) return;
  const auto real_time = node.At("real_time", proto.real_time());
  kernel::TimeConstraint& constraint = thread->time_constraint;
  constraint.priority = thread->priority;
  const auto set = [&](const char* what, bool given, const std::string& text, kernel::Time* time) {
    if (given) *time = Time(real_time.Of(what), what, text);
  };
  set("computation", real_time.proto.has_computation(), real_time.proto.computation(),
      &constraint.computation);
  constraint.constraint = std::max(constraint.constraint, constraint.computation);
  set("constraint", real_time.proto.has_constraint(), real_time.proto.constraint(),
      &constraint.constraint);
  constraint.period = constraint.constraint;
  set("period", real_time.proto.has_period(), real_time.proto.period(), &constraint.period);
  if (constraint.computation < 50 * kernel::kMicrosecond ||
      constraint.computation > 50 * kernel::kMillisecond) {
    Fail(real_time.Of("computation"), absl::StrCat("computation \"", real_time.proto.computation(),
                                                   "\"; allowed is 50us to 50ms"));
  } else if (constraint.constraint < constraint.computation) {
    Fail(real_time.Of("constraint"),
         absl::StrCat("constraint \"", real_time.proto.constraint(),
                      "\" is shorter than the computation; allowed is that or more"));
  } else if (constraint.period < constraint.computation) {
    Fail(real_time.Of("period"),
         absl::StrCat("period \"", real_time.proto.period(),
                      "\" is shorter than the computation; allowed is that or more"));
  }
}

size_t Checker::Semaphore(Place place, const std::string& name) {
  if (name.empty()) Fail(place, "a semaphore without a name; give it a name");
  std::vector<std::string>& known = scenario_.semaphores;
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) known.push_back(name);
  return static_cast<size_t>(std::find(known.begin(), known.end(), name) - known.begin());
}

Scenario::Step Checker::CheckStep(const Node<StepProto>& node, bool in_action) {
  constexpr uint32_t kMostBytes = 1 << 16;
  const StepProto& proto = node.proto;
  Scenario::Step step;
  switch (proto.what_case()) {
    case StepProto::kOpen:
      step.verb = Verb::kOpen;
      step.subject = Find(node.Of("open"), "device", proto.open(), device_names_);
      step.duration_ns = Time(node.Of("patience"), "patience", proto.patience());
      break;
    case StepProto::kRead:
      step.verb = Verb::kRead;
      step.bytes = Within(node.Of("read"), "read", proto.read(), 1u, kMostBytes);
      break;
    case StepProto::kWrite:
      step.verb = Verb::kWrite;
      step.bytes = Within(node.Of("write"), "write", proto.write(), 1u, kMostBytes);
      break;
    case StepProto::kClose:
      step.verb = Verb::kClose;
      break;
    case StepProto::kSleep:
      step.verb = Verb::kSleep;
      step.duration_ns = Time(node.Of("sleep"), "sleep", proto.sleep());
      break;
    case StepProto::kWaitUntil:
      step.verb = Verb::kWaitUntil;
      step.state = CheckState(node.At("wait_until", proto.wait_until()));
      break;
    case StepProto::kPlug:
      step.verb = Verb::kPlug;
      step.subject = Find(node.Of("plug"), "device", proto.plug(), device_names_);
      break;
    case StepProto::kUnplug:
      step.verb = Verb::kUnplug;
      step.subject = Find(node.Of("unplug"), "device", proto.unplug(), device_names_);
      break;
    case StepProto::kCompute:
      step.verb = Verb::kCompute;
      step.duration_ns = Time(node.Of("compute"), "compute", proto.compute());
      break;
    case StepProto::kLock:
      step.verb = Verb::kLock;
      step.subject = Find(node.Of("lock"), "lock", proto.lock(), lock_names_);
      break;
    case StepProto::kUnlock:
      step.verb = Verb::kUnlock;
      step.subject = Find(node.Of("unlock"), "lock", proto.unlock(), lock_names_);
      break;
    case StepProto::kSignal:
      step.verb = Verb::kSignal;
      step.subject = Semaphore(node.Of("signal"), proto.signal());
      break;
    case StepProto::kWait:
      step.verb = Verb::kWait;
      step.subject = Semaphore(node.Of("wait"), proto.wait());
      break;
    case StepProto::kGate: {
      const auto gate = node.At("gate", proto.gate());
      step.verb = Verb::kGate;
      step.subject =
          Find(gate.Of("work_loop"), "work loop", proto.gate().work_loop(), scenario_.work_loops);
      step.steps = CheckSteps(gate, /*in_action=*/true);
      break;
    }
    case StepProto::kFunnel: {
      const auto funnel = node.At("funnel", proto.funnel());
      step.verb = Verb::kFunnel;
      step.subject =
          1 + Find(funnel.Of("which"), "funnel", proto.funnel().which(), {"kernel", "network"});
      if (scenario_.profile != kernel::Profile::kHistoric) {
        Fail(node.place, "a funnel in the modern profile; it is for profile: \"historic\"");
      }
      step.steps = CheckSteps(funnel, /*in_action=*/true);
      break;
    }
    case StepProto::kRepeat: {
      const auto repeat = node.At("repeat", proto.repeat());
      step.verb = Verb::kRepeat;
      step.times = proto.repeat().times();
      if (proto.repeat().has_until()) {
        step.until_ns = Time(repeat.Of("until"), "until", proto.repeat().until());
      }
      if (step.times == 0 && step.until_ns == 0) {
        Fail(repeat.place, "a repeat without an end; give it times or until");
      }
      step.steps = CheckSteps(repeat, in_action);
      // Otherwise it might stand still in virtual time for ever.
      if (step.times == 0 && !TakesTime(step.steps)) {
        Fail(repeat.place, "a repeat in which no time passes; compute or sleep in it");
      }
      break;
    }
    case StepProto::WHAT_NOT_SET:
      Fail(node.place,
           "an empty step; allowed is open, read, write, close, sleep, wait_until, plug, unplug, "
           "compute, lock, unlock, signal, wait, gate, funnel or repeat");
      break;
  }
  const bool of_client = step.verb == Verb::kOpen || step.verb == Verb::kRead ||
                         step.verb == Verb::kWrite || step.verb == Verb::kClose ||
                         step.verb == Verb::kWaitUntil || step.verb == Verb::kPlug ||
                         step.verb == Verb::kUnplug;
  if (in_action && of_client) {
    Fail(node.place, absl::StrCat("a ", VerbName(step.verb),
                                  " in an action or funnel; allowed there is compute, sleep, "
                                  "lock, unlock, signal, wait, gate, funnel and repeat"));
  }
  if (proto.has_patience() && step.verb != Verb::kOpen) {
    Fail(node.Of("patience"), "patience is for open only");
  }
  return step;
}

Scenario::State Checker::CheckState(const Node<WhileProto>& node) {
  constexpr Verb kCalls[] = {Verb::kOpen,  Verb::kRead,    Verb::kWrite, Verb::kClose,
                             Verb::kSleep, Verb::kCompute, Verb::kLock,  Verb::kWait,
                             Verb::kGate,  Verb::kFunnel};
  Scenario::State state;
  state.thread = Find(node.Of("thread"), "thread", node.proto.thread(), thread_names_);
  state.text = absl::StrCat(node.proto.thread(), " is ", node.proto.is());
  absl::string_view text = node.proto.is();
  state.blocked = absl::ConsumePrefix(&text, "blocked ");
  if (absl::ConsumePrefix(&text, "in ")) {
    for (Verb verb : kCalls) {
      if (text == VerbName(verb)) state.verb = verb;
    }
  }
  if (state.verb == Verb::kNone) {
    Fail(node.Of("is"),
         absl::StrCat("unknown state \"", node.proto.is(),
                      "\"; allowed is \"in VERB\" or \"blocked in VERB\", VERB being "
                      "open, read, write, close, sleep, compute, lock, wait, gate or funnel"));
  }
  return state;
}

void Checker::CheckHappening(const Node<HappeningProto>& node) {
  const HappeningProto& proto = node.proto;
  Scenario::Happening happening;
  switch (proto.what_case()) {
    case HappeningProto::kPlug:
      happening.plug = true;
      happening.device = Find(node.Of("plug"), "device", proto.plug(), device_names_);
      break;
    case HappeningProto::kUnplug:
      happening.device = Find(node.Of("unplug"), "device", proto.unplug(), device_names_);
      break;
    case HappeningProto::WHAT_NOT_SET:
      Fail(node.place, "nothing happens; allowed is plug or unplug");
      break;
  }
  switch (proto.when_case()) {
    case HappeningProto::kAt:
      happening.when = Scenario::Happening::When::kTime;
      happening.at_ns = Time(node.Of("at"), "at", proto.at());
      break;
    case HappeningProto::kAtChoicePoint:
      happening.when = Scenario::Happening::When::kChoicePoint;
      happening.choice_point = proto.at_choice_point();
      if (happening.choice_point == 0) {
        Fail(node.Of("at_choice_point"), "at_choice_point is 0; allowed is 1 and more");
      }
      break;
    case HappeningProto::kWhile:
      happening.when = Scenario::Happening::When::kState;
      happening.state = CheckState(node.At("while", proto.while_()));
      break;
    case HappeningProto::WHEN_NOT_SET:
      Fail(node.place, "it is not said when; allowed is at, at_choice_point or while");
      break;
  }
  happening.at_timer = proto.at_timer();
  if (happening.at_timer && proto.when_case() != HappeningProto::kWhile) {
    Fail(node.Of("at_timer"), "at_timer without a state; it is allowed together with while");
  }
  happening.text = absl::StrCat(happening.plug ? "plug " : "unplug ",
                                happening.plug ? proto.plug() : proto.unplug());
  if (proto.has_at()) absl::StrAppend(&happening.text, " at ", proto.at());
  if (proto.has_at_choice_point()) {
    absl::StrAppend(&happening.text, " at choice point ", proto.at_choice_point());
  }
  if (proto.has_while_()) {
    absl::StrAppend(&happening.text, " while ", happening.state.text);
  }
  if (happening.at_timer) absl::StrAppend(&happening.text, ", as the next timer expires");
  scenario_.timeline.push_back(std::move(happening));
}

void Checker::CheckExpectation(const Node<ExpectationProto>& node) {
  using Kind = Scenario::Expectation::Kind;
  const ExpectationProto& proto = node.proto;
  Scenario::Expectation expectation;
  expectation.at_full_speed = proto.at_full_speed();
  switch (proto.what_case()) {
    case ExpectationProto::kReturns:
      expectation.kind = Kind::kReturns;
      CheckReturns(node.At("returns", proto.returns()), &expectation);
      break;
    case ExpectationProto::kOrder:
      expectation.kind = Kind::kOrder;
      CheckOrder(node.At("order", proto.order()), &expectation);
      break;
    case ExpectationProto::kNever:
      expectation.kind = Kind::kNever;
      expectation.events.push_back(CheckEvent(node.At("never", proto.never())));
      expectation.text = absl::StrCat("never: ", Describe(expectation.events[0]));
      break;
    case ExpectationProto::kQuietWithin:
      expectation.kind = Kind::kQuietWithin;
      expectation.within_ns = Time(node.Of("quiet_within"), "quiet_within", proto.quiet_within());
      expectation.text = absl::StrCat("everything is quiet within ", proto.quiet_within());
      break;
    case ExpectationProto::kNoThreadBlocked:
      expectation.kind = Kind::kNoThreadBlocked;
      expectation.text = "no thread is left blocked";
      if (!proto.no_thread_blocked()) {
        Fail(node.Of("no_thread_blocked"), "no_thread_blocked is false; allowed is true");
      }
      break;
    case ExpectationProto::kNoObjectLeaked:
      expectation.kind = Kind::kNoObjectLeaked;
      expectation.text = "no object is leaked";
      if (!proto.no_object_leaked()) {
        Fail(node.Of("no_object_leaked"), "no_object_leaked is false; allowed is true");
      }
      break;
    case ExpectationProto::kLatency:
      expectation.kind = Kind::kLatency;
      CheckLatency(node.At("latency", proto.latency()), &expectation);
      break;
    case ExpectationProto::kProgress:
      expectation.kind = Kind::kProgress;
      CheckProgress(node.At("progress", proto.progress()), &expectation);
      break;
    case ExpectationProto::kFinding:
      expectation.kind = Kind::kFinding;
      expectation.finding = proto.finding();
      expectation.text = absl::StrCat("finding ", proto.finding());
      if (const auto check = ParseChecks(proto.finding()); check.ok()) scenario_.checks.Add(*check);
      if (proto.finding().empty()) {
        Fail(node.Of("finding"), "finding is empty; allowed is a name of docs/diagnostics.md");
      }
      break;
    case ExpectationProto::WHAT_NOT_SET:
      Fail(node.place,
           "nothing is expected; allowed is returns, order, never, quiet_within, "
           "no_thread_blocked, no_object_leaked, latency, progress or finding");
      break;
  }
  scenario_.expectations.push_back(std::move(expectation));
}

void Checker::CheckReturns(const Node<ReturnsProto>& node, Scenario::Expectation* expectation) {
  const ReturnsProto& proto = node.proto;
  expectation->thread = Find(node.Of("thread"), "thread", proto.thread(), thread_names_);
  if (failed_) return;
  const std::vector<Scenario::Step>& steps = scenario_.threads[expectation->thread].steps;
  const int number =
      Within(node.Of("step"), "step", proto.step(), 1, std::max(1, static_cast<int>(steps.size())));
  if (steps.empty()) Fail(node.Of("thread"), "that thread has no steps");
  if (failed_) return;
  expectation->step = static_cast<size_t>(number - 1);
  const Scenario::Step& step = steps[expectation->step];
  const bool transfers = step.verb == Verb::kRead || step.verb == Verb::kWrite;
  if (!transfers && step.verb != Verb::kOpen && step.verb != Verb::kClose) {
    Fail(node.Of("step"), absl::StrCat("step ", number, " is a ", VerbName(step.verb),
                                       "; open, read, write and close return something"));
  }
  if (proto.code_size() == 0) Fail(node.place, "returns without a code; give one or more");
  for (int i = 0; i < proto.code_size(); ++i) {
    expectation->codes.push_back(Code(node.Of("code", i), proto.code(i)));
  }
  expectation->any_bytes = !proto.has_bytes();
  expectation->bytes = proto.bytes();
  if (proto.has_bytes() && !transfers) {
    Fail(node.Of("bytes"), "bytes is for read and write only");
  }
  expectation->text = absl::StrCat(
      proto.thread(), ", step ", number, ": ", VerbName(step.verb),
      transfers ? absl::StrCat(" ", step.bytes) : "", " returns ",
      absl::StrJoin(proto.code(), " or "),
      proto.has_bytes() ? absl::StrCat(", ", proto.bytes(), proto.bytes() == 1 ? " byte" : " bytes")
                        : "");
}

void Checker::CheckOrder(const Node<OrderProto>& node, Scenario::Expectation* expectation) {
  const OrderProto& proto = node.proto;
  if (proto.has_since()) {
    expectation->has_since = true;
    expectation->since = CheckEvent(node.At("since", proto.since()));
  }
  std::vector<std::string> texts;
  for (int i = 0; i < proto.event_size(); ++i) {
    expectation->events.push_back(CheckEvent(node.At("event", proto.event(i), i)));
    texts.push_back(Describe(expectation->events.back()));
  }
  if (texts.empty()) Fail(node.place, "an order of nothing; give it events");
  expectation->text = absl::StrCat("order", proto.has_since() ? " since " : "",
                                   proto.has_since() ? Describe(expectation->since) : "", ": ",
                                   absl::StrJoin(texts, " → "));
}

void Checker::CheckLatency(const Node<LatencyProto>& node, Scenario::Expectation* expectation) {
  using trace::LatencyMeasure;
  const LatencyProto& proto = node.proto;
  const std::vector<std::string> kMeasures = {"scheduling", "interrupt", "action",
                                              "gate wait",  "gate hold", "lock wait"};
  const std::vector<LatencyMeasure> kOf[] = {{LatencyMeasure::kThread, LatencyMeasure::kBand},
                                             {LatencyMeasure::kInterrupt},
                                             {LatencyMeasure::kAction},
                                             {LatencyMeasure::kGateWait},
                                             {LatencyMeasure::kGateHold},
                                             {LatencyMeasure::kLockWait}};
  expectation->measures = kOf[Find(node.Of("measure"), "measure", proto.measure(), kMeasures)];
  expectation->subject = proto.of();
  if (proto.of().empty()) Fail(node.Of("of"), "a latency of nobody; say of whom or what");
  expectation->text = absl::StrCat(proto.measure(), " latency of ", proto.of(), ":");
  const auto bound = [&](const char* field, bool given, const std::string& text,
                         absl::optional<kernel::Time>* limit) {
    if (!given) return;
    *limit = Time(node.Of(field), field, text);
    absl::StrAppend(&expectation->text, " ", absl::StrReplaceAll(field, {{"_", " "}}), " ", text);
  };
  bound("p50_at_most", proto.has_p50_at_most(), proto.p50_at_most(), &expectation->p50_at_most_ns);
  bound("p99_at_most", proto.has_p99_at_most(), proto.p99_at_most(), &expectation->p99_at_most_ns);
  bound("max_at_most", proto.has_max_at_most(), proto.max_at_most(), &expectation->max_at_most_ns);
  bound("max_at_least", proto.has_max_at_least(), proto.max_at_least(),
        &expectation->max_at_least_ns);
  expectation->blames = proto.blames();
  if (proto.has_blames()) absl::StrAppend(&expectation->text, " blames ", proto.blames());
  if (!proto.has_p50_at_most() && !proto.has_p99_at_most() && !proto.has_max_at_most() &&
      !proto.has_max_at_least() && !proto.has_blames()) {
    Fail(node.place,
         "a latency without a bound; allowed is p50_at_most, p99_at_most, max_at_most, "
         "max_at_least or blames");
  }
}

void Checker::CheckProgress(const Node<ProgressProto>& node, Scenario::Expectation* expectation) {
  const ProgressProto& proto = node.proto;
  std::vector<std::string> known = thread_names_;
  for (const Scenario::Interrupt& interrupt : scenario_.interrupts) {
    known.push_back(interrupt.name);
  }
  const size_t found = Find(node.Of("of"), "thread or interrupt", proto.of(), known);
  expectation->of_interrupt = found >= thread_names_.size();
  expectation->thread = found;
  if (expectation->of_interrupt) expectation->interrupt = found - thread_names_.size();
  expectation->text = absl::StrCat("progress of ", proto.of(), ":");
  if (proto.has_at_least()) {
    expectation->at_least = proto.at_least();
    absl::StrAppend(&expectation->text, " at least ", proto.at_least());
  }
  if (proto.has_at_most()) {
    expectation->at_most = proto.at_most();
    absl::StrAppend(&expectation->text, " at most ", proto.at_most());
  }
  if (!proto.has_at_least() && !proto.has_at_most()) {
    Fail(node.place, "a progress without a bound; allowed is at_least and at_most");
  }
}

Scenario::EventPattern Checker::CheckEvent(const Node<EventProto>& node) {
  const EventProto& proto = node.proto;
  Scenario::EventPattern pattern;
  if (proto.has_kind()) {
    std::vector<std::string> kinds;
    for (int i = 0; i < trace::kEventKindCount; ++i) {
      kinds.push_back(trace::EventKindName(static_cast<trace::EventKind>(i)));
    }
    pattern.kind =
        static_cast<trace::EventKind>(Find(node.Of("kind"), "kind of event", proto.kind(), kinds));
    pattern.any_kind = false;
  }
  pattern.name = proto.name();
  pattern.thread = proto.thread();
  if (pattern.any_kind && pattern.name.empty() && pattern.thread.empty()) {
    Fail(node.place, "an event that could be anything; give a kind, a name or a thread");
  }
  return pattern;
}

absl::Status ErrorAt(absl::string_view file, const Problem& problem) {
  return absl::InvalidArgumentError(absl::StrCat(file, ":", problem.place.line + 1, ":",
                                                 problem.place.column + 1, ": ", problem.text));
}

// Where `text` stops being UTF-8; its size if it never does.
size_t FirstNonUtf8(absl::string_view text) {
  const auto continues = [text](size_t i, uint8_t least = 0x80, uint8_t most = 0xbf) {
    return i < text.size() && static_cast<uint8_t>(text[i]) >= least &&
           static_cast<uint8_t>(text[i]) <= most;
  };
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<uint8_t>(text[i]);
    size_t more = 0;
    if (lead >= 0x80) {
      if (lead < 0xc2 || lead > 0xf4) return i;
      more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
      // No overlong forms, no surrogates, nothing beyond U+10FFFF.
      const uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      const uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (!continues(i + 1, least, most)) return i;
      for (size_t k = 2; k <= more; ++k) {
        if (!continues(i + k)) return i;
      }
    }
    i += more + 1;
  }
  return i;
}

uint64_t Fingerprint(ScenarioProto proto) {
  proto.clear_description();
  proto.clear_expect();
  proto.clear_check();
  return trace::Fnv1a(proto.SerializeAsString(), trace::Fnv1a(kFormat));
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view file,
                                       const std::vector<std::string>& drivers) {
  const absl::string_view sound = text.substr(0, FirstNonUtf8(text));
  if (sound.size() < text.size()) {
    const auto line = static_cast<int>(std::count(sound.begin(), sound.end(), '\n'));
    const auto column = static_cast<int>(sound.size() - (sound.rfind('\n') + 1));
    return ErrorAt(file, {{line, column}, "not UTF-8 text"});
  }
  ScenarioProto proto;
  FirstError error;
  Tree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&tree);
  if (!parser.ParseFromString(std::string(text), &proto) || error.found()) {
    return ErrorAt(file, {error.problem().place, Explain(error.problem().text)});
  }
  Scenario scenario;
  scenario.file = std::string(file);
  Checker checker(drivers, &scenario);
  checker.Check({proto, &tree, {}});
  if (checker.failed()) return ErrorAt(file, checker.problem());
  scenario.fingerprint = Fingerprint(std::move(proto));
  return scenario;
}

absl::StatusOr<Scenario> ReadScenario(const std::string& path, absl::string_view file,
                                      const std::vector<std::string>& drivers) {
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  // Read by the file's own reader: that of a directory fails here, not at its opening.
  char part[4096];
  while (stream.read(part, sizeof part) || stream.gcount() > 0) text.append(part, stream.gcount());
  if (!stream.eof() || stream.bad()) {
    return ErrorAt(file, {{}, "cannot be read; allowed is the path of a scenario file"});
  }
  return ParseScenario(text, file, drivers);
}

}  // namespace drydock
