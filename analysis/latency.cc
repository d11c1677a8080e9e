// Follows threads, handlers, locks, gates and actions through the events of a run.
#include "analysis/latency.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drydock {
namespace {

using trace::Event;
using trace::EventKind;
using trace::EventKinds;
using trace::ThreadId;

// Actions of a gate itself have no owner.
std::string ActionName(absl::string_view source, absl::string_view owner) {
  return owner.empty() ? absl::StrCat("an action of ", source)
                       : absl::StrCat("the action of ", source, " of ", owner);
}

}  // namespace

uint64_t LatencySamples::Percentile(int percent) const {
  if (samples_.empty()) return 0;
  std::vector<uint64_t> sorted = samples_;
  const size_t rank = (sorted.size() * static_cast<size_t>(percent) + 99) / 100;
  const auto at = sorted.begin() + static_cast<ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

const char* LatencyMeasureName(LatencyMeasure measure) {
  switch (measure) {
    case LatencyMeasure::kBand:
      return "scheduling latency by band";
    case LatencyMeasure::kThread:
      return "scheduling latency by thread";
    case LatencyMeasure::kInterrupt:
      return "interrupt latency by line";
    case LatencyMeasure::kAction:
      return "action latency by event source";
    case LatencyMeasure::kGateWait:
      return "gate wait by work loop";
    case LatencyMeasure::kGateHold:
      return "gate hold by work loop";
    case LatencyMeasure::kLockWait:
      return "wait for a taken lock by lock";
  }
  return "?";
}

EventKinds LatencyMeter::Kinds() {
  return {EventKind::kThreadCreate,   EventKind::kThreadRunnable, EventKind::kThreadRun,
          EventKind::kThreadPreempt,  EventKind::kThreadBlock,    EventKind::kThreadPriority,
          EventKind::kThreadExit,     EventKind::kLockContend,    EventKind::kLockAcquire,
          EventKind::kInterruptRaise, EventKind::kInterruptBegin, EventKind::kInterruptEnd,
          EventKind::kWorkSignal,     EventKind::kActionBegin,    EventKind::kActionEnd,
          EventKind::kGateClose,      EventKind::kGateOpen};
}

LatencyMeter::Thread& LatencyMeter::ThreadOf(ThreadId id) {
  if (id >= threads_.size()) threads_.resize(id + 1);
  return threads_[id];
}

LatencyRow& LatencyMeter::RowOf(LatencyMeasure measure, const std::string& subject) {
  Rowset& rowset = rowsets_[static_cast<int>(measure)];
  const auto [found, is_new] = rowset.by_subject.try_emplace(subject, rowset.rows.size());
  if (is_new) rowset.rows.push_back({subject, {}, 0, ""});
  return rowset.rows[found->second];
}

void LatencyMeter::Add(LatencyMeasure measure, const std::string& subject, uint64_t from_ns,
                       uint64_t to_ns, const std::string& blame) {
  LatencyRow& row = RowOf(measure, subject);
  const uint64_t waited = to_ns - std::min(from_ns, to_ns);
  if (row.waits.samples().empty() || waited > row.waits.max()) {
    row.worst_at_ns = to_ns;
    row.blame = blame;
  }
  row.waits.Add(waited);
}

std::string LatencyMeter::ThreadText(const Thread& thread) const {
  return absl::StrCat(thread.name, " (", words_.band(thread.priority), ", ", thread.priority, ")");
}

std::string LatencyMeter::ActivityText(ThreadId id) {
  const Thread& thread = ThreadOf(id);
  if (thread.actions.empty()) return ThreadText(thread);
  const Frame& action = thread.actions.back();
  return absl::StrCat(ThreadText(thread), " in ", ActionName(action.name, action.owner),
                      thread.slice == 0 && !thread.runnable ? ", asleep" : "");
}

std::string LatencyMeter::MostlyRan(uint64_t from_ns, uint64_t to_ns) const {
  std::map<std::pair<int, std::string>, uint64_t> shares;
  for (auto slice = slices_.rbegin(); slice != slices_.rend(); ++slice) {
    const uint64_t end = slice->to_ns == 0 ? to_ns : std::min(slice->to_ns, to_ns);
    const uint64_t begin = std::max(slice->from_ns, from_ns);
    if (end > begin) shares[{slice->cpu, slice->runner}] += end - begin;
  }
  const auto most =
      std::max_element(shares.begin(), shares.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == shares.end()) return "the CPUs were idle";
  return absl::StrCat("CPU ", most->first.first, " ran ", most->first.second, " for ",
                      most->second / 1000, " us of it");
}

void LatencyMeter::Waited(Thread& thread, uint64_t now) {
  thread.runnable = false;
  const uint64_t since = thread.runnable_since_ns;
  const std::string band = words_.band(thread.priority);
  const uint64_t waited = now - std::min(since, now);
  // Searching the slices is expensive, and done only for a new longest wait.
  const bool worst = waited > std::min(RowOf(LatencyMeasure::kBand, band).waits.max(),
                                       RowOf(LatencyMeasure::kThread, thread.name).waits.max());
  const std::string blame = worst ? MostlyRan(since, now) : "";
  Add(LatencyMeasure::kBand, band, since, now, absl::StrCat(thread.name, " waited: ", blame));
  Add(LatencyMeasure::kThread, thread.name, since, now, blame);
}

void LatencyMeter::StopsRunning(Thread& thread, uint64_t now) {
  if (thread.slice == 0) return;
  Slice& slice = slices_[thread.slice - 1];
  slice.to_ns = std::max(now, slice.from_ns);
  thread.ran_ns += slice.to_ns - slice.from_ns;
  thread.slice = 0;
}

void LatencyMeter::GateCloses(const Event& event) {
  Gate& gate = gates_[event.object];
  gate.name = event.name;
  gate.closed_at_ns = event.time_ns;
  gate.owner = event.thread;
  gate.first_action.clear();
  // The lock that the thread took last is the gate's.
  const Thread& thread = ThreadOf(event.thread);
  const bool waited = thread.contended;
  Add(LatencyMeasure::kGateWait, gate.name, waited ? thread.contends_since_ns : event.time_ns,
      event.time_ns,
      waited ? absl::StrCat(thread.name, " waited for ", thread.contends_blame) : "");
}

void LatencyMeter::OnEvent(const Event& event) {
  const uint64_t now = event.time_ns;
  switch (event.kind) {
    case EventKind::kThreadCreate:
      ThreadOf(event.other) = Thread();
      ThreadOf(event.other).name = event.name;
      ThreadOf(event.other).priority = static_cast<int>(event.value);
      break;
    case EventKind::kThreadPriority:
      ThreadOf(event.other).priority = static_cast<int>(event.value);
      break;
    case EventKind::kThreadRunnable: {
      Thread& thread = ThreadOf(event.other);
      thread.priority = static_cast<int>(event.value);
      thread.runnable = true;
      thread.runnable_since_ns = now;
      break;
    }
    case EventKind::kThreadRun: {
      Thread& thread = ThreadOf(event.other);
      thread.name = event.name;  // a thread may be named after its creation
      if (thread.runnable) Waited(thread, now);
      slices_.push_back({event.cpu, ThreadText(thread), now, 0});
      thread.slice = slices_.size();
      break;
    }
    case EventKind::kThreadPreempt: {
      Thread& thread = ThreadOf(event.other);
      StopsRunning(thread, now);
      thread.runnable = true;
      thread.runnable_since_ns = now;
      break;
    }
    case EventKind::kThreadBlock:
      StopsRunning(ThreadOf(event.thread), now);
      break;
    case EventKind::kThreadExit:
      StopsRunning(ThreadOf(event.other), now);
      break;

    case EventKind::kInterruptRaise:
      raised_ns_.try_emplace(static_cast<int>(event.value), now);
      break;
    case EventKind::kInterruptBegin: {
      const int line = static_cast<int>(event.value);
      const auto raised = raised_ns_.find(line);
      if (raised != raised_ns_.end()) {
        Add(LatencyMeasure::kInterrupt, absl::StrCat("line ", line), raised->second, now,
            MostlyRan(raised->second, now));
        raised_ns_.erase(raised);
      }
      slices_.push_back({event.cpu, absl::StrCat("the handler of line ", line), now, 0});
      handlers_[event.cpu] = slices_.size();
      break;
    }
    case EventKind::kInterruptEnd: {
      size_t& slice = handlers_[event.cpu];
      if (slice != 0) slices_[slice - 1].to_ns = std::max(now, slices_[slice - 1].from_ns);
      slice = 0;
      break;
    }

    case EventKind::kWorkSignal: {
      const auto [signalled, is_new] = signalled_ns_.try_emplace(event.other, now);
      if (!is_new) break;
      const Gate& gate = gates_[event.object];
      signal_blame_[event.other] =
          gate.owner != 0 ? absl::StrCat(ActivityText(gate.owner), " had the gate") : "";
      break;
    }
    case EventKind::kActionBegin: {
      ThreadOf(event.thread).actions.push_back({event.other, event.name, event.detail});
      Gate& gate = gates_[event.object];
      if (gate.first_action.empty()) {
        gate.first_action = ActionName(event.name, event.detail);
      }
      const auto signalled = signalled_ns_.find(event.other);
      if (signalled == signalled_ns_.end()) break;
      const std::string& had_gate = signal_blame_[event.other];
      Add(LatencyMeasure::kAction, absl::StrCat(event.name, " of ", event.detail),
          signalled->second, now, had_gate.empty() ? MostlyRan(signalled->second, now) : had_gate);
      signalled_ns_.erase(signalled);
      break;
    }
    case EventKind::kActionEnd: {
      std::vector<Frame>& actions = ThreadOf(event.thread).actions;
      if (!actions.empty()) actions.pop_back();
      break;
    }

    case EventKind::kLockContend: {
      Thread& thread = ThreadOf(event.thread);
      if (thread.contends_for == event.object) break;
      thread.contends_for = event.object;
      thread.contends_since_ns = now;
      thread.contends_blame = ActivityText(event.other);
      break;
    }
    case EventKind::kLockAcquire: {
      Thread& thread = ThreadOf(event.thread);
      thread.contended = thread.contends_for == event.object;
      thread.contends_for = 0;
      if (thread.contended) {
        Add(LatencyMeasure::kLockWait, event.name, thread.contends_since_ns, now,
            absl::StrCat(thread.name, " waited for ", thread.contends_blame));
      }
      break;
    }
    case EventKind::kGateClose:
      GateCloses(event);
      break;
    case EventKind::kGateOpen: {
      Gate& gate = gates_[event.object];
      if (gate.owner == 0) break;
      Add(LatencyMeasure::kGateHold, gate.name, gate.closed_at_ns, now,
          absl::StrCat(ThreadOf(gate.owner).name, gate.first_action.empty() ? "" : ", first for ",
                       gate.first_action));
      gate.owner = 0;
      break;
    }
    default:
      break;
  }
}

void LatencyMeter::Finish(uint64_t end_ns) {
  end_ns_ = end_ns;
  for (Thread& thread : threads_) {
    if (thread.runnable) Waited(thread, end_ns);
    StopsRunning(thread, end_ns);
  }
}

std::vector<const LatencyRow*> LatencyMeter::Rows(LatencyMeasure measure) const {
  std::vector<const LatencyRow*> rows;
  for (const LatencyRow& row : rowsets_[static_cast<int>(measure)].rows) rows.push_back(&row);
  if (measure == LatencyMeasure::kBand) {
    const auto height = [this](const LatencyRow* row) {
      for (int priority = 127; priority > 0; --priority) {
        if (row->subject == words_.band(priority)) return priority;
      }
      return 0;
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const LatencyRow* a, const LatencyRow* b) {
      return height(a) > height(b);
    });
  }
  return rows;
}

const LatencyRow* LatencyMeter::Find(LatencyMeasure measure, const std::string& subject) const {
  const Rowset& rowset = rowsets_[static_cast<int>(measure)];
  const auto found = rowset.by_subject.find(subject);
  return found == rowset.by_subject.end() ? nullptr : &rowset.rows[found->second];
}

std::vector<CpuUse> LatencyMeter::CpuUses() const {
  std::vector<CpuUse> uses;
  for (const Thread& thread : threads_) {
    if (thread.ran_ns != 0) uses.push_back({thread.name, thread.ran_ns});
  }
  return uses;
}

}  // namespace drydock
