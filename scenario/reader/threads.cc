// Priority bands, policies and real-time constraints of threads.
#include "scenario/reader/threads.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scenario/reader/steps.h"
#include "scheduler/priority.h"

namespace drydock::reader {
namespace {

void ReadPolicy(const Node<ThreadProto>& node, ReadContext* context, Scenario::Thread* thread) {
  const ThreadProto& proto = node.proto;
  const Band band = BandOf(thread->priority);
  thread->user = band != Band::kKernel && band != Band::kThreadCall;
  thread->mode = band == Band::kIdle || band == Band::kUserTimeshare
                     ? kernel::SchedulingMode::kTimeshare
                     : kernel::SchedulingMode::kFixed;
  if (band == Band::kRealTime) {
    thread->mode = kernel::SchedulingMode::kRealTime;
    if (proto.has_policy()) {
      context->Fail(node.LocationOf("policy"),
                    "policy is given for a real-time thread; allowed only below priority 97");
    }
  } else if (proto.has_real_time()) {
    context->Fail(node.LocationOf("real_time"),
                  absl::StrCat("real_time is given for a thread of priority ", thread->priority,
                               "; allowed only in the band real-time, 97 to 127"));
  } else if (proto.has_policy()) {
    const size_t policy =
        context->Find(node.LocationOf("policy"), "policy", proto.policy(), {"timeshare", "fixed"});
    thread->mode =
        policy == 0 ? kernel::SchedulingMode::kTimeshare : kernel::SchedulingMode::kFixed;
  }
  if (!proto.has_real_time()) return;
  const auto real_time = node.Child("real_time", proto.real_time());
  kernel::TimeConstraint& constraint = thread->time_constraint;
  constraint.priority = thread->priority;
  const auto set = [&](const char* what, bool given, const std::string& text, kernel::Time* time) {
    if (given) *time = context->Time(real_time.LocationOf(what), what, text);
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
    context->Fail(real_time.LocationOf("computation"),
                  absl::StrCat("computation \"", real_time.proto.computation(),
                               "\"; allowed is 50us to 50ms"));
  } else if (constraint.constraint < constraint.computation) {
    context->Fail(real_time.LocationOf("constraint"),
                  absl::StrCat("constraint \"", real_time.proto.constraint(),
                               "\" is shorter than the computation; allowed is that or more"));
  } else if (constraint.period < constraint.computation) {
    context->Fail(real_time.LocationOf("period"),
                  absl::StrCat("period \"", real_time.proto.period(),
                               "\" is shorter than the computation; allowed is that or more"));
  }
}

}  // namespace

void ReadThread(const Node<ThreadProto>& node, ReadContext* context, Scenario::Thread* thread) {
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
  if (proto.has_band() == proto.has_priority()) {
    context->Fail(node.location,
                  absl::StrCat("thread \"", proto.name(), "\" has ",
                               proto.has_band() ? "a band and a priority" : "no priority",
                               "; give it either a band or a priority"));
  } else if (proto.has_priority()) {
    thread->priority =
        context->Within(node.LocationOf("priority"), "priority", proto.priority(), 0, MAXPRI);
  } else {
    std::vector<std::string> bands;
    for (const Customary& customary : kCustomary) bands.push_back(BandName(customary.band));
    thread->priority =
        kCustomary[context->Find(node.LocationOf("band"), "band", proto.band(), bands)].priority;
  }
  if (thread->priority == BASEPRI_REALTIME) {
    context->Fail(node.LocationOf("priority"),
                  "priority 96 is not used; allowed is 0 to 95 and 97 to 127");
  }
  ReadPolicy(node, context, thread);
  thread->steps = ReadSteps(node, /*in_action=*/false, context);
}

}  // namespace drydock::reader
