// The run from boot to quiet, and the loop that asks what happens next.
#include "scheduler/sim/machine.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "scheduler/sim/crash.h"
#include "trace/names.h"

namespace drydock::sim {

Machine* machine = nullptr;

Machine::Machine(const MachineOptions& options, Strategy* strategy, Outcome* outcome)
    : options_(options),
      strategy_(strategy),
      follows_time_(strategy->FollowsTime()),
      timeless_(strategy->timeless()),
      sees_every_step_(strategy->sees_every_step()),
      fibers_(FiberPool::Get()),
      cpus_(options.cpus),
      scheduler_(options.profile, options.cpus, options.costs.quantum_ns),
      outcome_(*outcome),
      schedule_(outcome->schedule) {
  if (options.costs.jitter_percent > 0) jitter_.emplace(strategy->seed(), "jitter");
  if (options.accesses.one_in > 1) access_sample_.emplace(strategy->seed(), "accesses");
  if (options.accesses.which != kernel::AccessChoices::kNone) ++kernel::internal::memory_watchers;
  if (timeless_) {
    cpus_.reserve(kMaxCpus);
    schedule_.set_timeless();
  }
  for (size_t i = 0; i < cpus_.size(); ++i) cpus_[i].index = static_cast<int16_t>(i);
}

Machine::~Machine() {
  if (options_.accesses.which != kernel::AccessChoices::kNone) --kernel::internal::memory_watchers;
  for (const std::unique_ptr<Thread>& thread : threads_) {
    if (thread->fiber != nullptr) fibers_.Release(thread->fiber);
  }
  for (Cpu& cpu : cpus_) {
    if (cpu.interrupt_fiber != nullptr) fibers_.Release(cpu.interrupt_fiber);
  }
}

void Machine::MakeThreadCalls() {
  thread_calls_ = std::make_unique<ThreadCalls>(options_.profile);
  timer_line_.handler = &ThreadCalls::RunSignalled;
  timer_line_.target = thread_calls_.get();
  timer_line_.masked = false;
}

void Machine::Run(std::function<void()> body) {
  MakeRunnable(NewThread({.name = "main", .priority = options_.main_priority}, std::move(body)),
               "created");
  started_ = true;
  PanicOnFaults();
  RunNext();
  stopped_ = true;
  // Back on the host: nothing can happen any more, or somebody stopped the run.
  FlushFast();
  current_ = nullptr;
  self_ = nullptr;
  outcome_.end_ns = now_;
  if (outcome_.kind == Outcome::Kind::kQuiet && unfinished_ > 0) {
    outcome_.kind = Outcome::Kind::kBlocked;
    outcome_.text =
        absl::StrCat(unfinished_, unfinished_ == 1 ? " thread is" : " threads are",
                     " blocked and nothing can wake ", unfinished_ == 1 ? "it" : "them");
  }
  outcome_.cpu_times = TotalCpuTimes();
  outcome_.blocked = Blocked();
  if (outcome_.kind != Outcome::Kind::kRefused && !strategy_->Finish(schedule_.questions())) {
    outcome_.kind = Outcome::Kind::kRefused;
    outcome_.text = strategy_->refusal();
  }
}

void Machine::Stop(Outcome::Kind kind, const char* text) {
  outcome_.stack = StackHere();
  End(kind, text);
}

void Machine::StopQuietly() {
  unfinished_ = 0;
  End(Outcome::Kind::kQuiet, "");
}

void Machine::StopByFault(const char* what, const void* code, const void* frame) {
  outcome_.stack = fibers_.StackFrom(code, frame);
  Emit(trace::EventKind::kPanic, 0, 0, 0, what);
  End(Outcome::Kind::kPanic, what);
}

void Machine::End(Outcome::Kind kind, const char* text) {
  NoteEffect(OperationKind::kExit, kernel::kEverything);
  outcome_.kind = kind;
  outcome_.text = text;
  stopped_ = true;
  now_ = std::max(now_, Now());
  fibers_.SwitchTo(fibers_.host());
  std::abort();  // nobody goes on with a fiber of a stopped run
}

void Machine::AddFinding(const char* name, absl::string_view sentence,
                         std::vector<kernel::Evidence> evidence) {
  outcome_.findings.push_back({name, std::string(sentence), self_ != nullptr ? self_->name : "",
                               Now(), StackHere(), std::move(evidence)});
}

bool Machine::OthersAreAtRest() const {
  return std::all_of(threads_.begin(), threads_.end(), [this](const auto& thread) {
    return thread.get() == self_ || thread->state == Thread::State::kWaiting ||
           thread->state == Thread::State::kExited;
  });
}

bool Machine::OnAnyStack(const void* address) const {
  return fibers_.OnHostStack(address) ||
         std::any_of(threads_.begin(), threads_.end(),
                     [address](const auto& thread) {
                       return thread->fiber != nullptr && thread->fiber->OnStack(address);
                     }) ||
         std::any_of(cpus_.begin(), cpus_.end(), [address](const Cpu& cpu) {
           return cpu.interrupt_fiber != nullptr && cpu.interrupt_fiber->OnStack(address);
         });
}

std::vector<BlockedThread> Machine::Blocked() const {
  std::vector<BlockedThread> blocked;
  for (const std::unique_ptr<Thread>& pointer : threads_) {
    const Thread& thread = *pointer;
    if (thread.daemon || thread.state == Thread::State::kExited) continue;
    std::string reason;
    if (thread.state == Thread::State::kWaiting) {
      reason = WaitText(thread);
    } else {
      reason = thread.cpu != nullptr && thread.cpu->stalled_on != nullptr ? "spins" : "was running";
    }
    // (The end of a thread is waited for as an event, which is the thread.)
    const bool sleeps = thread.state == Thread::State::kWaiting && thread.waits_for == nullptr &&
                        !thread.note.for_lock &&
                        std::none_of(threads_.begin(), threads_.end(), [&](const auto& other) {
                          return other.get() == thread.wait_event;
                        });
    blocked.push_back({thread.id,
                       thread.name,
                       thread.priority,
                       std::move(reason),
                       thread.fiber != nullptr ? fibers_.StackOf(*thread.fiber) : CallStack(),
                       sleeps ? thread.wait_event : nullptr,
                       {}});
  }
  return blocked;
}

void Machine::Emit(trace::Event event) const {
  event.time_ns = Now();
  event.context = current_ == nullptr      ? trace::Context::kOutside
                  : current_->in_interrupt ? trace::Context::kInterrupt
                                           : trace::Context::kThread;
  if (current_ != nullptr && event.kind != trace::EventKind::kThreadRun) {
    event.cpu = static_cast<uint8_t>(current_->index);
  }
  if (self_ != nullptr) {
    event.thread = self_->id;
    if (!current_->in_interrupt) event.priority = static_cast<uint8_t>(self_->priority);
  }
  trace::Publish(event);
}

// --- Stepping.

Time Machine::Jittered(Time time) {
  const Time most = time * static_cast<Time>(options_.costs.jitter_percent) / 100;
  return time - most + jitter_->Below(2 * most + 1);
}

void Machine::StepSlow(Operation operation) {
  *pending_ = operation;
  ++choice_points_;
  if (!triggers_.empty()) {
    FlushFast();
    PullTriggers(nullptr);
  }
  RunNext();
}

Fiber* Machine::NextFiber() {
  fibers_.MarkLeft(__builtin_frame_address(0));
  FlushFast();
  if (ABSL_PREDICT_FALSE(choice_points_ > options_.max_questions)) StopEndless();
  for (;;) {
    if (unfinished_ == 0) stopped_ = true;
    if (!stopped_ && !GatherStep()) Gather();
    if (stopped_ || alternatives_.empty()) {
      current_ = nullptr;
      self_ = nullptr;
      return fibers_.host();
    }
    chosen_ = Ask();
    if (stopped_) continue;
    const Alternative& chosen = alternatives_[chosen_];
    now_ = std::max(now_, chosen.time);
    switch (chosen.kind) {
      case Alternative::Kind::kDeadline:
        InvalidateChoices();
        Expire(deadlines_.Find(chosen.time, chosen.actor));
        break;
      case Alternative::Kind::kInterrupt:
        InvalidateChoices();
        Deliver(static_cast<int>(chosen.actor));
        break;
      case Alternative::Kind::kCpu: {
        Cpu& cpu = cpus_[chosen.cpu];
        cpu.clock = now_;
        current_ = &cpu;
        self_ = cpu.thread;
        pending_ = &cpu.interrupt_pending;
        if (!cpu.in_interrupt) {
          if (cpu.clock >= cpu.charged_until + self_->quantum_left) QuantumExpire(cpu);
          if (cpu.thread != self_) break;
          pending_ = &self_->pending;
        }
        SetFastPath();
        return ActiveFiber(cpu);
      }
    }
  }
}

namespace {

// The order of alternatives of one time.
uint64_t Rank(const Alternative& alternative) {
  return static_cast<uint64_t>(alternative.kind) << 40 | uint64_t{alternative.cpu} << 32 |
         alternative.actor;
}

// The order of alternatives. Without branches: its outcome is a coin's to the host's CPU.
bool Before(const Alternative& a, const Alternative& b) {
  return static_cast<int>(a.time < b.time) |
         (static_cast<int>(a.time == b.time) & static_cast<int>(Rank(a) < Rank(b)));
}

}  // namespace

bool Machine::GatherStep() {
  if (ABSL_PREDICT_FALSE(!gathered_)) return false;
  Alternative* const all = alternatives_.data();
  const Time time = current_->clock;
  Alternative& step = all[chosen_];
  step.time = time;
  step.operation = *pending_;
  if (ABSL_PREDICT_TRUE(alternatives_.size() == 2)) {
    if (Before(all[1], all[0])) std::swap(all[0], all[1]);
  } else {
    MoveStep();
  }
  const Time until = kernel::SaturatingAdd(std::max(now_, all[0].time), options_.horizon_ns);
  return time <= until && first_left_out_ > until &&
         (deadlines_.empty() || deadlines_.top()->when > until);
}

void Machine::MoveStep() {
  const Alternative step = alternatives_[chosen_];
  size_t place = chosen_;
  for (; place > 0 && Before(step, alternatives_[place - 1]); --place) {
    alternatives_[place] = alternatives_[place - 1];
  }
  for (; place + 1 < alternatives_.size() && Before(alternatives_[place + 1], step); ++place) {
    alternatives_[place] = alternatives_[place + 1];
  }
  alternatives_[place] = step;
}

void Machine::Gather() {
  alternatives_.clear();
  Time earliest = kNever;
  for (const Cpu& cpu : cpus_) {
    if (cpu.steps()) earliest = std::min(earliest, cpu.clock);
  }
  if (!deadlines_.empty()) earliest = std::min(earliest, deadlines_.top()->when);
  const bool interruptible =
      (deliverable_[0] | deliverable_[1] | deliverable_[2]) != 0 && InterruptibleCpu() != nullptr;
  if (interruptible) earliest = std::min(earliest, now_);
  if (earliest == kNever) return;
  const Time until = kernel::SaturatingAdd(std::max(now_, earliest), options_.horizon_ns);
  // A deadline among the alternatives may be removed without anybody's saying so.
  gathered_ = !timeless_ && (deadlines_.empty() || deadlines_.top()->when > until);
  first_left_out_ = kNever;
  for (const Cpu& cpu : cpus_) {
    if (!cpu.steps()) continue;
    if (cpu.clock > until) {
      first_left_out_ = std::min(first_left_out_, cpu.clock);
      continue;
    }
    // Field by field, here and below: a copy of what was just put together is slow on the host.
    Alternative& step = alternatives_.emplace_back();
    step.cpu = static_cast<uint8_t>(cpu.index);
    step.waits = timeless_ && MustWait(cpu);
    step.actor = cpu.in_interrupt ? 0 : cpu.thread->id;
    step.time = cpu.clock;
    step.operation = cpu.in_interrupt ? cpu.interrupt_pending : cpu.thread->pending;
  }
  deadlines_.VisitUntil(until, [this](Deadline* deadline) {
    Alternative& expiry = alternatives_.emplace_back();
    expiry.kind = Alternative::Kind::kDeadline;
    expiry.actor = deadline->number;
    expiry.time = deadline->when;
    expiry.operation = deadline->operation;
  });
  if (interruptible) {
    for (size_t word = 0; word < deliverable_.size(); ++word) {
      for (uint64_t bits = deliverable_[word]; bits != 0; bits &= bits - 1) {
        const size_t index = word * 64 + absl::countr_zero(bits);
        Alternative& delivery = alternatives_.emplace_back();
        delivery.kind = Alternative::Kind::kInterrupt;
        delivery.actor = static_cast<uint32_t>(index);
        delivery.time = line(static_cast<int>(index)).since;
        delivery.operation = {OperationKind::kInterrupt,
                              NameOf(kNamedLine, static_cast<ObjectId>(index))};
      }
    }
  }
  if (alternatives_.size() == 2) {
    if (Before(alternatives_[1], alternatives_[0])) std::swap(alternatives_[0], alternatives_[1]);
  } else if (alternatives_.size() > 2) {
    std::sort(alternatives_.begin(), alternatives_.end(), Before);
  }
}

size_t Machine::Ask() {
  const size_t count = alternatives_.size();
  if (count < 2 && !sees_every_step_) return 0;
  size_t choice = 0;
  if (!follows_time_) {
    choice = strategy_->Choose({schedule_.questions(), alternatives_});
    if (choice == Strategy::kRefuse) {
      stopped_ = true;
      outcome_.kind = Outcome::Kind::kRefused;
      outcome_.text = strategy_->refusal();
      return 0;
    }
  }
  if (count < 2) return choice;
  schedule_.Append(static_cast<uint32_t>(count), static_cast<uint32_t>(choice));
  if (schedule_.questions() > options_.max_questions) StopEndless();
  return choice;
}

void Machine::StopEndless() {
  stopped_ = true;
  outcome_.kind = Outcome::Kind::kEndless;
  outcome_.text = given_up_ != nullptr ? given_up_
                                       : absl::StrCat("the run went on for more than ",
                                                      options_.max_questions, " choice points");
}

void Machine::GiveUp(const char* why) {
  given_up_ = why;
  choice_points_ = options_.max_questions + 1;
  InvalidateChoices();
}

void Machine::FlushFastSteps() {
  if (fast_alternatives_ >= 2) schedule_.Append(fast_alternatives_, 0, fast_steps_);
  choice_points_ += fast_steps_;
  fast_steps_ = 0;
}

void Machine::AddTrigger(OutsideEvent* event) {
  triggers_.push_back(event);
  InvalidateChoices();
}

void Machine::RemoveTrigger(OutsideEvent* event) {
  triggers_.erase(std::remove(triggers_.begin(), triggers_.end(), event), triggers_.end());
  event->at_block_of = nullptr;
  event->at_choice_point = 0;
}

void Machine::PullTriggers(const Thread* blocks) {
  for (size_t i = 0; i < triggers_.size();) {
    OutsideEvent* event = triggers_[i];
    const bool due = event->at_block_of != nullptr ? event->at_block_of == blocks
                                                   : event->at_choice_point <= choice_points_;
    if (due) {
      RemoveTrigger(event);
      deadlines_.Insert(&event->deadline, Now());
      InvalidateChoices();
    } else {
      ++i;
    }
  }
}

Time Machine::QuietUntil() const {
  const auto offered_from = [this](Time time) {
    return time > options_.horizon_ns ? time - options_.horizon_ns : 0;
  };
  const Time horizon = kernel::SaturatingAdd(current_->clock, options_.horizon_ns);
  Time until = kNever;
  for (const Cpu& cpu : cpus_) {
    if (&cpu == current_ || !cpu.steps()) continue;
    until = std::min(until, cpu.clock > horizon ? offered_from(cpu.clock) : cpu.clock);
  }
  if (!deadlines_.empty()) until = std::min(until, offered_from(deadlines_.top()->when));
  if (!current_->in_interrupt) {
    until = std::min(until, current_->charged_until + current_->thread->quantum_left);
  }
  return until;
}

Time Machine::QuantumLeft() const {
  if (current_->in_interrupt) return kNever;
  const Time until = current_->charged_until + current_->thread->quantum_left;
  return until > current_->clock ? until - current_->clock : 1;
}

// The chosen CPU may go on without questions as long as they would all be the same and have a known
// answer.
void Machine::SetFastPath() {
  fast_alternatives_ = static_cast<uint32_t>(alternatives_.size());
  if (timeless_ || (fast_alternatives_ > 1 && !follows_time_)) return;
  const auto only_cpus = [this] {
    return std::all_of(alternatives_.begin(), alternatives_.end(), [](const Alternative& other) {
      return other.kind == Alternative::Kind::kCpu;
    });
  };
  // Each step must be counted while somebody waits for a choice point.
  const auto counts = [this] {
    return std::any_of(triggers_.begin(), triggers_.end(),
                       [](const OutsideEvent* event) { return event->at_choice_point != 0; });
  };
  if ((fast_alternatives_ == 1 || only_cpus()) && !counts()) fast_until_ = QuietUntil();
}

void Machine::Stall(const void* address) {
  Cpu* cpu = current_;
  cpu->stalled_on = address;
  InvalidateChoices();
  RunNext();
}

void Machine::Release(const void* address) {
  const Time now = Now();
  for (Cpu& cpu : cpus_) {
    if (cpu.stalled_on != address) continue;
    cpu.stalled_on = nullptr;
    cpu.clock = std::max(cpu.clock, now);
    InvalidateChoices();
  }
}

// A deadline passes: the outside world acts.
void Machine::Expire(Deadline* deadline) {
  current_ = nullptr;
  self_ = nullptr;
  deadlines_.Remove(deadline);
  NoteEffect(OperationKind::kRead, NameOf(kNamedClock));
  switch (deadline->kind) {
    case Deadline::Kind::kWait:
      EndWait(static_cast<Thread*>(deadline->owner), kernel::WaitResult::kTimedOut);
      break;
    case Deadline::Kind::kThreadCall:
      thread_calls_->Due(static_cast<kernel::ThreadCall*>(deadline->owner));
      break;
    case Deadline::Kind::kDepression: {
      auto* thread = static_cast<Thread*>(deadline->owner);
      thread->depressed = thread->poll_depressed = false;
      Reprioritize(thread);
      break;
    }
    case Deadline::Kind::kOutside: {
      auto* event = static_cast<OutsideEvent*>(deadline->owner);
      const kernel::OutsideFunction function = event->function;
      void* context = event->context;
      outside_.Recycle(event);  // before the call, which may schedule again
      function(context);
      break;
    }
  }
}

}  // namespace drydock::sim
