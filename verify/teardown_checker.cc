// The order in which services are told, opened, stopped and detached, and what is left at the end.
#include "verify/teardown_checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "trace/event_values.h"
#include "trace/microseconds.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;
using trace::ObjectId;

namespace {

constexpr absl::string_view kLeftOpen = "provider-left-open";

}  // namespace

trace::EventKinds TeardownChecker::Kinds() const {
  return {EventKind::kThreadCreate,      EventKind::kThreadName,    EventKind::kMisuse,
          EventKind::kServiceInit,       EventKind::kServiceAttach, EventKind::kServiceDetach,
          EventKind::kServiceStarted,    EventKind::kServiceOpen,   EventKind::kServiceClose,
          EventKind::kTerminatePhase1,   EventKind::kTerminateWill, EventKind::kTerminateDid,
          EventKind::kTerminateFinalize, EventKind::kTerminateStop, EventKind::kTerminateStopDefer,
          EventKind::kTerminateDone,     EventKind::kActionBegin,   EventKind::kActionEnd,
          EventKind::kGateSleep,         EventKind::kGateClose};
}

TeardownChecker::Cause TeardownChecker::CauseOf(const Event& event) const {
  const auto thread = threads_.find(event.thread);
  return {thread == threads_.end() ? "" : thread->second.name, event.time_ns,
          trace::StackOf(event)};
}

const char* TeardownChecker::NameOf(ObjectId service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? "?" : found->second.name;
}

void TeardownChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadName:
      threads_[event.other].name = event.name;
      return;
    case EventKind::kMisuse:
      if (event.name == kLeftOpen) left_open_.emplace_back(event.object, event.other);
      return;
    case EventKind::kActionBegin:
      threads_[event.thread].owners.push_back(static_cast<ObjectId>(event.value));
      return;
    case EventKind::kActionEnd: {
      std::vector<ObjectId>& owners = threads_[event.thread].owners;
      if (!owners.empty()) owners.pop_back();
      return;
    }
    case EventKind::kGateSleep:
      threads_[event.thread].sleeps = true;
      threads_[event.thread].since_ns = event.time_ns;
      return;
    case EventKind::kGateClose:
      threads_[event.thread].sleeps = false;
      return;
    default:
      break;
  }

  // (In this order: what comes later may move what is in the map.)
  Service& service = services_[event.object];
  service.name = event.name;
  switch (event.kind) {
    case EventKind::kServiceAttach:
      EdgeOf(event.object, event.other) = Edge();
      break;
    case EventKind::kServiceStarted:
      // (A user client may be detached without stop: what it made only itself uses.)
      EdgeOf(event.object, event.other).started =
          event.value == static_cast<uint64_t>(trace::StartResult::kDriver);
      break;
    case EventKind::kTerminateStop:
      service.came_to = "stop";
      EdgeOf(event.object, event.other).started = false;
      break;
    case EventKind::kServiceDetach: {
      const bool started = EdgeOf(event.object, event.other).started;
      services_[event.other].clients.erase(event.object);
      if (!started) break;
      Report(event, "detached-without-stop",
             absl::StrCat(event.name, " is detached from ", NameOf(event.other),
                          ", on which it was started, and was not stopped: what its start made is "
                          "still there"));
      break;
    }
    case EventKind::kServiceOpen: {
      if (event.value == 0) break;
      Edge& edge = service.clients[event.other];
      edge.open = true;
      edge.opening = CauseOf(event);
      break;
    }
    case EventKind::kServiceClose:
      service.clients[event.other].open = false;
      break;
    case EventKind::kTerminatePhase1:
      service.terminates = true;
      service.terminated_ns = event.time_ns;
      service.came_to = "terminate";
      break;
    case EventKind::kTerminateWill:
      service.told = true;
      service.told_ns = event.time_ns;
      service.told_of = NameOf(event.other);
      service.came_to = "willTerminate";
      break;
    case EventKind::kTerminateDid:
      service.came_to = "didTerminate";
      break;
    case EventKind::kTerminateFinalize:
      service.came_to = "finalize";
      break;
    case EventKind::kTerminateStopDefer: {
      Edge& edge = EdgeOf(event.object, event.other);
      edge.put_off = true;
      edge.putting_off = CauseOf(event);
      break;
    }
    case EventKind::kTerminateDone:
      service.terminates = false;
      break;
    default:
      break;
  }
}

void TeardownChecker::Describe(ObjectId client, const Service& provider, const Edge& edge,
                               std::vector<Evidence>* evidence) const {
  const auto add = [&](const std::string& what, const Cause& cause) {
    evidence->push_back({absl::StrCat(what, " on thread ", cause.thread, " at ",
                                      trace::Microseconds(cause.time_ns)),
                         CallStacks::Get(cause.stack)});
  };
  if (edge.open) add(absl::StrCat(NameOf(client), " opened ", provider.name), edge.opening);
  if (edge.put_off) {
    add(absl::StrCat(NameOf(client), " still had it open at its didTerminate"), edge.putting_off);
  }
}

void TeardownChecker::AddEvidence(RunEnd* end) const {
  auto about = left_open_.begin();
  for (Finding& finding : end->findings) {
    if (finding.name != kLeftOpen || about == left_open_.end()) continue;
    const auto& [client, provider] = *about++;
    const auto service = services_.find(provider);
    if (service == services_.end()) continue;
    const auto edge = service->second.clients.find(client);
    if (edge == service->second.clients.end()) continue;
    Describe(client, service->second, edge->second, &finding.evidence);
  }
}

void TeardownChecker::FindUnfinished(RunEnd* end) const {
  Finding finding = {.name = "termination-never-completes", .time_ns = end->end_ns};
  for (const auto& [id, service] : services_) {
    if (!service.terminates) continue;
    absl::StrAppend(&finding.sentence, finding.sentence.empty() ? "" : "; ", service.name,
                    ", terminated at ", trace::Microseconds(service.terminated_ns),
                    ", came to its ", service.came_to);
    const char* joint = ": ";
    for (const auto& [client, edge] : service.clients) {
      absl::StrAppend(&finding.sentence, joint, NameOf(client),
                      edge.open ? " has it open" : " is still there");
      joint = ", ";
      Describe(client, service, edge, &finding.evidence);
    }
  }
  if (!finding.sentence.empty()) end->findings.push_back(std::move(finding));
}

void TeardownChecker::FindSleepers(RunEnd* end) const {
  for (const BlockedThread& blocked : end->blocked) {
    const auto found = threads_.find(blocked.id);
    if (found == threads_.end() || !found->second.sleeps || found->second.owners.empty()) continue;
    const Thread& thread = found->second;
    const auto owner = services_.find(thread.owners.back());
    if (owner == services_.end() || !owner->second.told) continue;
    end->findings.push_back(
        {.name = "client-not-woken",
         .sentence = absl::StrCat(blocked.name, " sleeps in the gate for ", owner->second.name,
                                  " since ", trace::Microseconds(thread.since_ns),
                                  ", and for ever: its willTerminate, which was told at ",
                                  trace::Microseconds(owner->second.told_ns), " that ",
                                  owner->second.told_of, " goes, is where it was to be woken"),
         .thread = blocked.name,
         .time_ns = end->end_ns,
         .stack = blocked.stack,
         .evidence = blocked.evidence});
  }
}

void TeardownChecker::Finish(RunEnd* end) {
  AddEvidence(end);
  if (end->kind != RunEnd::Kind::kBlocked) return;
  FindSleepers(end);
  FindUnfinished(end);
}

}  // namespace drydock::verify
