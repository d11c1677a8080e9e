#include "verify/teardown_checker.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kernel/evidence.h"
#include "scheduler/kernel/panic.h"
#include "trace/microseconds.h"

namespace drydock {

using trace::Context;
using trace::Event;
using trace::EventKind;
using trace::ObjectId;

trace::EventKinds TeardownChecker::Kinds() {
  return {EventKind::kThreadCreate,       EventKind::kServiceInit,       EventKind::kServiceAttach,
          EventKind::kServiceDetach,      EventKind::kServiceStarted,    EventKind::kServiceOpen,
          EventKind::kServiceClose,       EventKind::kTerminatePhase1,   EventKind::kTerminateWill,
          EventKind::kTerminateDid,       EventKind::kTerminateFinalize, EventKind::kTerminateStop,
          EventKind::kTerminateStopDefer, EventKind::kTerminateDone,     EventKind::kActionBegin,
          EventKind::kActionEnd,          EventKind::kGateSleep,         EventKind::kGateClose};
}

TeardownChecker::Deed TeardownChecker::ThisDeed(const Event& event) const {
  const auto thread = threads_.find(event.thread);
  return {thread == threads_.end() ? "" : thread->second.name, event.time_ns,
          kernel::CallStackHere()};
}

const char* TeardownChecker::NameOf(ObjectId service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? "?" : found->second.name;
}

void TeardownChecker::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
      threads_[event.other].name = event.name;
      return;
    case EventKind::kActionBegin:
      threads_[event.thread].owners.push_back(event.detail);
      return;
    case EventKind::kActionEnd: {
      std::vector<const char*>& owners = threads_[event.thread].owners;
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
    case EventKind::kServiceInit:
      service.class_name = event.name;
      break;
    case EventKind::kServiceAttach:
      EdgeOf(event.object, event.other) = Edge();
      break;
    case EventKind::kServiceStarted:
      // (A user client may go as it likes: nobody but itself has anything of what it made.)
      EdgeOf(event.object, event.other).started = event.value != 0 && *event.detail == '\0';
      break;
    case EventKind::kTerminateStop:
      service.came_to = "stop";
      EdgeOf(event.object, event.other).started = false;
      break;
    case EventKind::kServiceDetach: {
      const bool started = EdgeOf(event.object, event.other).started;
      services_[event.other].clients.erase(event.object);
      if (!started) break;
      kernel::Misuse("detached-without-stop",
                     absl::StrCat(event.name, " is detached from ", NameOf(event.other),
                                  ", on which it was started, and was not stopped: what its start "
                                  "made is still there"));
      break;
    }
    case EventKind::kServiceOpen: {
      if (event.value == 0) break;
      Edge& edge = service.clients[event.other];
      edge.open = true;
      edge.opening = ThisDeed(event);
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
      edge.putting_off = ThisDeed(event);
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
                               std::vector<kernel::Evidence>* evidence) const {
  const auto add = [&](const std::string& what, const Deed& deed) {
    evidence->push_back(
        {absl::StrCat(what, " on thread ", deed.who, " at ", trace::Microseconds(deed.time_ns)),
         CallStacks::Get(deed.stack)});
  };
  if (edge.open) add(absl::StrCat(NameOf(client), " opened ", provider.name), edge.opening);
  if (edge.put_off) {
    add(absl::StrCat(NameOf(client), " still had it open at its didTerminate"), edge.putting_off);
  }
}

// The platform's own findings about parked branches say who they are about.
void TeardownChecker::AddEvidence(Finding* finding) const {
  if (finding->name != "provider-left-open") return;
  for (const auto& [id, provider] : services_) {
    for (const auto& [client, edge] : provider.clients) {
      const std::string about = absl::StrCat(NameOf(client), " still has ", provider.name, " open");
      if (absl::StartsWith(finding->sentence, about)) {
        Describe(client, provider, edge, &finding->evidence);
        return;
      }
    }
  }
}

void TeardownChecker::FindUnfinished(Outcome* outcome) const {
  Finding finding = {"termination-never-completes", "", "", outcome->end_ns, {}, {}};
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
  if (!finding.sentence.empty()) outcome->findings.push_back(std::move(finding));
}

void TeardownChecker::FindSleepers(Outcome* outcome) const {
  for (BlockedThread& blocked : outcome->blocked) {
    const auto found = threads_.find(blocked.id);
    if (found == threads_.end() || !found->second.sleeps || found->second.owners.empty()) continue;
    const Thread& thread = found->second;
    const absl::string_view owner = thread.owners.back();
    const auto told = std::find_if(services_.begin(), services_.end(), [&](const auto& service) {
      return service.second.told && service.second.class_name == owner;
    });
    if (told == services_.end()) continue;
    outcome->findings.push_back(
        {"client-not-woken",
         absl::StrCat(blocked.name, " sleeps in the gate for ", told->second.name, " since ",
                      trace::Microseconds(thread.since_ns),
                      ", and for ever: its willTerminate, which was told at ",
                      trace::Microseconds(told->second.told_ns), " that ", told->second.told_of,
                      " goes, is where it was to be woken"),
         blocked.name, outcome->end_ns, blocked.stack, blocked.evidence});
  }
}

void TeardownChecker::Explain(Outcome* outcome) const {
  for (Finding& finding : outcome->findings) AddEvidence(&finding);
  if (outcome->kind != Outcome::Kind::kBlocked) return;
  FindSleepers(outcome);
  FindUnfinished(outcome);
}

}  // namespace drydock
