// Happens-before from events, by vector clocks.
#include "verify/race_checker.h"

#include <bitset>

#include "absl/strings/str_cat.h"
#include "trace/event_values.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;
using trace::ObjectId;

namespace {

using trace::kFirstLocation;

const char* Verb(EventKind kind) {
  switch (kind) {
    case EventKind::kMemoryRead:
      return "reads";
    case EventKind::kMemoryWrite:
      return "writes";
    default:
      return "changes";
  }
}

}  // namespace

trace::EventKinds RaceChecker::Kinds() const {
  trace::EventKinds kinds = {
      EventKind::kMemoryRead,      EventKind::kMemoryWrite,     EventKind::kMemoryChange,
      EventKind::kMemoryFence,     EventKind::kHandOver,        EventKind::kTakeOver,
      EventKind::kThreadCreate,    EventKind::kThreadUnblock,   EventKind::kThreadJoin,
      EventKind::kLockAcquire,     EventKind::kLockRelease,     EventKind::kInterruptRaise,
      EventKind::kInterruptBegin,  EventKind::kInterruptEnd,    EventKind::kThreadCallEnter,
      EventKind::kThreadCallBegin, EventKind::kThreadCallEnd,   EventKind::kThreadCallCancel,
      EventKind::kRelease,         EventKind::kWorkSignal,      EventKind::kActionBegin,
      EventKind::kSourceEnable,    EventKind::kIoSubmit,        EventKind::kIoComplete,
      EventKind::kServiceAttach,   EventKind::kServiceStart,    EventKind::kServiceStarted,
      EventKind::kServiceRegister, EventKind::kServiceOpen,     EventKind::kServiceClose,
      EventKind::kServiceMessage,  EventKind::kTerminatePhase1, EventKind::kTerminateWill,
      EventKind::kTerminateDid,    EventKind::kTerminateStop,   EventKind::kTerminateDone,
  };
  kinds.Add(HeapBlocks::Kinds());
  return kinds;
}

size_t RaceChecker::NewActor(std::string name) {
  actors_.emplace_back();
  actors_.back().name = std::move(name);
  actors_.back().clock.Tick(actors_.size() - 1);
  return actors_.size() - 1;
}

size_t RaceChecker::ThreadActor(trace::ThreadId thread) {
  if (thread >= actor_of_thread_.size()) actor_of_thread_.resize(thread + 1);
  uint16_t& actor = actor_of_thread_[thread];
  if (actor == 0) actor = static_cast<uint16_t>(NewActor("") + 1);
  return actor - 1u;
}

size_t RaceChecker::ActorOf(const Event& event) {
  if (event.context == Context::kThread) return ThreadActor(event.thread);
  const uint32_t line = line_of_cpu_[event.cpu];
  if (line >= actor_of_line_.size()) actor_of_line_.resize(line + 1);
  uint16_t& actor = actor_of_line_[line];
  if (actor == 0) {
    actor =
        static_cast<uint16_t>(NewActor(absl::StrCat("the handler of interrupt line ", line)) + 1);
  }
  return actor - 1u;
}

void RaceChecker::Release(size_t actor, VectorClock* clock) {
  clock->Join(actors_[actor].clock);
  actors_[actor].clock.Tick(actor);
}

RaceChecker::MemoryDescription RaceChecker::Describe(const Event& event, uint32_t bytes) {
  const trace::MemoryFact fact = trace::MemoryOf(event, bytes);
  if (fact.block != 0) {
    const HeapBlock& block = blocks_[fact.block];
    const std::string what =
        !block.freed ? block.Describe() : absl::StrCat("freed memory of ", block.bytes, " bytes");
    return {absl::StrCat(what, ", at offset ", fact.offset), block.MakeEvidence()};
  }
  if (*fact.global != '\0') {
    return {absl::StrCat("global ", fact.global, ", at offset ", fact.offset), {}};
  }
  return {absl::StrCat("memory of no allocation (location ", event.object - kFirstLocation, ")"),
          {}};
}

void RaceChecker::OnEvent(const Event& event) {
  blocks_.OnEvent(event);
  if (event.kind == EventKind::kInterruptBegin) {
    line_of_cpu_[event.cpu] = static_cast<uint32_t>(event.value);
  }
  if (event.kind == EventKind::kThreadCreate) {
    actors_[ThreadActor(event.other)].name =
        absl::StrCat(event.name, " (thread ", event.other, ")");
  }
  if (event.context == Context::kOutside) {
    // Events of the outside world come after what was handed over to it; it touches no memory of
    // threads.
    switch (event.kind) {
      case EventKind::kInterruptRaise:
        if (event.value >= lines_.size()) lines_.resize(event.value + 1);
        lines_[event.value].Join(outside_);
        break;
      case EventKind::kThreadUnblock:
        if (event.value != trace::kWaitTimedOut) {
          Acquire(ThreadActor(event.other), outside_);
        }
        break;
      default:
        break;
    }
    return;
  }
  const size_t actor = ActorOf(event);
  switch (event.kind) {
    case EventKind::kMemoryRead:
    case EventKind::kMemoryWrite:
    case EventKind::kMemoryChange:
      Check(actor, event);
      break;
    default:
      Synchronise(actor, event);
      break;
  }
}

void RaceChecker::Synchronise(size_t actor, const Event& event) {
  const auto release = [&](ObjectId object) { Release(actor, &objects_[object]); };
  const auto acquire = [&](ObjectId object) {
    const auto found = objects_.find(object);
    if (found != objects_.end()) Acquire(actor, found->second);
  };
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadUnblock: {
      const size_t other = ThreadActor(event.other);
      if (other == actor) {
        acquire(event.object);  // what it was about to wait for has happened meanwhile
      } else {
        Release(actor, &actors_[other].clock);
      }
      break;
    }
    case EventKind::kThreadJoin:
      Acquire(actor, actors_[ThreadActor(event.other)].clock);
      break;
    case EventKind::kLockAcquire: {
      const trace::LockMode mode = trace::LockModeOf(event);
      if (mode == trace::LockMode::kInner) break;
      acquire(event.object);
      if (mode == trace::LockMode::kExclusive) Acquire(actor, readers_[event.object]);
      break;
    }
    case EventKind::kLockRelease: {
      const trace::LockMode mode = trace::LockModeOf(event);
      if (mode == trace::LockMode::kInner) break;
      if (mode == trace::LockMode::kShared) {
        Release(actor, &readers_[event.object]);
      } else {
        release(event.object);
      }
      break;
    }
    case EventKind::kInterruptRaise:
    case EventKind::kInterruptEnd:
      if (event.value >= lines_.size()) lines_.resize(event.value + 1);
      Release(actor, &lines_[event.value]);
      break;
    case EventKind::kInterruptBegin:
      if (event.value < lines_.size()) Acquire(actor, lines_[event.value]);
      // (A line that is raised already is not raised again when a device has something new.)
      Acquire(actor, outside_);
      break;
    case EventKind::kHandOver:
      if (event.object == trace::kOutsideWorld) {
        Release(actor, &outside_);
      } else {
        release(event.object);
      }
      break;
    case EventKind::kThreadCallEnter:
    case EventKind::kThreadCallEnd:
      release(event.object);
      break;
    case EventKind::kTakeOver:
    case EventKind::kThreadCallBegin:
    case EventKind::kThreadCallCancel:
      acquire(event.object);
      break;
    case EventKind::kRelease:
      release(event.object);
      if (event.value == 0) acquire(event.object);
      break;
    case EventKind::kWorkSignal:
    case EventKind::kSourceEnable:
      release(event.other);
      break;
    case EventKind::kActionBegin:
      if (event.other != 0) acquire(event.other);
      break;
    case EventKind::kIoSubmit:
      release(event.object);
      break;
    case EventKind::kIoComplete:
      acquire(event.object);
      break;
    case EventKind::kMemoryFence: {
      const auto order = static_cast<trace::MemoryOrder>(event.value);
      Actor& self = actors_[actor];
      if (trace::Acquires(order)) self.clock.Join(self.relaxed);
      if (trace::Releases(order)) Release(actor, &self.fence);
      break;
    }
    case EventKind::kThreadName:
    case EventKind::kHeapAllocate:
    case EventKind::kHeapFree:
    case EventKind::kObjectCreate:
      break;
    default:  // a service's life
      acquire(event.object);
      release(event.object);
      break;
  }
}

void RaceChecker::Check(size_t actor, const Event& event) {
  ++accesses_;
  const size_t index = event.object - kFirstLocation;
  if (index >= locations_.size()) locations_.resize(std::max(index + 1, 2 * locations_.size()));
  Epochs& epochs = locations_[index];
  Actor& self = actors_[actor];
  const bool atomic = event.value != 0;
  const bool writes = event.kind != EventKind::kMemoryRead;
  const auto bytes = static_cast<uint8_t>(event.other);
  const uint32_t now = self.clock[actor];

  if (atomic) {
    // What it orders, before its own release.
    const auto order = static_cast<trace::MemoryOrder>(event.value - 1);
    if (event.kind != EventKind::kMemoryWrite) {
      const auto found = atomics_.find({event.object, bytes});
      if (found != atomics_.end()) {
        (trace::Acquires(order) ? self.clock : self.relaxed).Join(found->second);
      }
    }
  }

  bool known = false;
  size_t kept = 0;
  for (size_t i = 0; i < epochs.size(); ++i) {
    Epoch& epoch = epochs[i];
    if ((epoch.bytes & bytes) != 0) {
      if (epoch.actor == actor && epoch.time == now && epoch.atomic == atomic &&
          (epoch.bytes & bytes) == bytes && (epoch.writes || !writes)) {
        known = true;
      } else if (epoch.time <= self.clock[epoch.actor]) {
        // The earlier access happens before this one, so an access after this one is ordered after
        // both: the earlier epoch is not needed.
        if (writes || !epoch.writes) epoch.bytes &= static_cast<uint8_t>(~bytes);
      } else if ((writes || epoch.writes) && !(atomic && epoch.atomic)) {
        ReportRace(actor, event, epoch);
      }
    }
    if (epoch.bytes != 0) epochs[kept++] = epoch;
  }
  epochs.resize(kept);
  if (!known) {
    Epoch& epoch = epochs.emplace_back();
    epoch.actor = static_cast<uint16_t>(actor);
    epoch.bytes = bytes;
    epoch.writes = writes;
    epoch.atomic = atomic;
    epoch.time = now;
    epoch.stack = trace::StackOf(event);
  }

  if (atomic && writes) {
    const auto order = static_cast<trace::MemoryOrder>(event.value - 1);
    VectorClock& clock = atomics_[{event.object, bytes}];
    // A plain store ends what was handed over by earlier ones; a change goes on with it.
    if (event.kind == EventKind::kMemoryWrite) clock = VectorClock();
    if (trace::Releases(order)) {
      Release(actor, &clock);
    } else {
      clock.Join(self.fence);
    }
  }
}

void RaceChecker::ReportRace(size_t actor, const Event& event, const Epoch& earlier) {
  const CallStack before = CallStacks::Get(earlier.stack);
  const CallStack here = CallStacks::Get(trace::StackOf(event));
  if (!reported_.emplace(before.Innermost(), here.Innermost()).second) return;
  const size_t count = std::bitset<8>(event.other & earlier.bytes).count();
  MemoryDescription memory = Describe(event, event.other & earlier.bytes);
  const std::string& other = actors_[earlier.actor].name;
  const char* const did = earlier.writes ? "wrote" : "read";
  memory.evidence.push_back({absl::StrCat(other, " ", did, " it"), before});
  Report(event, "data-race",
         absl::StrCat(actors_[actor].name, " ", Verb(event.kind), " ", count,
                      count == 1 ? " byte" : " bytes", " of ", memory.text, ", which ", other, " ",
                      did, " before, and nothing orders the two"),
         std::move(memory.evidence));
}

}  // namespace drydock::verify
