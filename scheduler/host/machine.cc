// A run on host threads, from boot to its end.
#include "scheduler/host/machine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/host/atomic_section.h"
#include "scheduler/host/bands.h"
#include "scheduler/host/spin.h"
#include "scheduler/kernel/choice.h"
#include "trace/names.h"
#include "trace/parallel_lock.h"

namespace drydock::host {

Machine* machine = nullptr;
constinit thread_local Context context;

Machine::Machine(const MachineOptions& options)
    : profile_(options.profile), booted_(HostNow()), thread_calls_(options.profile) {
  CountHostCpus();
  trace::SetParallel(true);
}

Machine::~Machine() { trace::SetParallel(false); }

Outcome Machine::Run(std::function<void()> body) {
  constexpr Time kLook = 10 * kernel::kMillisecond;
  constexpr int kQuietLooks = 5;
  devices_.Start("devices", [this] { return interrupts_.DeliverOne(); });
  timer_.Start("timer");
  StartThread({.name = "main"}, std::move(body));
  uint64_t progress = 0;
  int quiet = 0;
  while (unfinished_.load() > 0 && !stopping_.load()) {
    const uint32_t news = news_.load();
    if (unfinished_.load() == 0) break;
    const uint64_t now = progress_.load();
    quiet = NothingHappens() && now == progress ? quiet + 1 : 0;
    progress = now;
    if (quiet == kQuietLooks) {
      const uint32_t left = unfinished_.load();
      const char* text =
          trace::Intern(absl::StrCat(left, left == 1 ? " thread is" : " threads are",
                                     " blocked and nothing can wake ", left == 1 ? "it" : "them"));
      std::vector<BlockedThread> blocked = Blocked();
      const Locked locked(&lock_);
      outcome_.kind = Outcome::Kind::kBlocked;
      outcome_.text = text;
      outcome_.blocked = std::move(blocked);
      break;
    }
    FutexWait(&news_, news, HostNow() + kLook);
    Reap();
  }
  const Time end = Now();
  stopping_.store(true);
  // They leave as they notice. One that blocks just now is woken by the next round.
  constexpr Time kPatience = 10 * kernel::kSecond;
  const Time patient_until = HostNow() + kPatience;
  while (alive_.load() > 0) {
    const uint32_t news = news_.load();
    {
      const Locked locked(&lock_);
      for (const std::unique_ptr<Thread>& thread : threads_) {
        if (!thread->exited.load()) FutexWake(&thread->wake);
      }
    }
    if (alive_.load() == 0) break;
    if (HostNow() > patient_until) {
      std::fputs("drydock: a thread does not call the kernel any more and cannot be ended\n",
                 stderr);
      std::abort();
    }
    FutexWait(&news_, news, HostNow() + kernel::kMillisecond);
  }
  Reap();
  devices_.Stop();
  timer_.Stop();
  const Locked locked(&lock_);
  outcome_.end_ns = end;
  return std::move(outcome_);
}

bool Machine::NothingHappens() const {
  return busy_.load() == 0 && !const_cast<Machine*>(this)->interrupts_.AnyDeliverable();
}

void Machine::Stop(Outcome::Kind kind, const char* text) {
  {
    const Locked locked(&lock_);
    if (!stopping_.load()) {
      outcome_.kind = kind;
      outcome_.text = text;
      outcome_.stack = StackHere();
    }
    stopping_.store(true);
  }
  news_.fetch_add(1);
  FutexWake(&news_);
}

void Machine::LeaveUnlessBusy() {
  if (context.self != nullptr && context.self->spin_depth > 0) return;
  if (kernel::internal::InSection() || context.leave == nullptr) return;
  Leave();
}

void Machine::Leave() {
  if (context.leave == nullptr) std::abort();
  kernel::internal::AbandonSection();
  longjmp(*context.leave, 1);
}

void Machine::AddFinding(Finding finding) {
  finding.thread = context.self != nullptr ? context.self->name.load() : "";
  finding.time_ns = Now();
  finding.stack = StackHere();
  if (!finding.ends_run.empty()) Stop(Outcome::Kind::kEndless, trace::Intern(finding.ends_run));
  const Locked locked(&lock_);
  outcome_.findings.push_back(std::move(finding));
}

CallStack Machine::StackHere() const {
  if (context.self == nullptr) return CallStack();
  return CallStack::Walk(__builtin_frame_address(0), context.self->stack_low,
                         context.self->stack_high);
}

CallStackId Machine::StackIdHere() const {
  if (context.self == nullptr) return 0;
  return CallStacks::Walk(__builtin_frame_address(0), context.self->stack_low,
                          context.self->stack_high);
}

std::vector<BlockedThread> Machine::Blocked() {
  const Locked locked(&lock_);
  std::vector<BlockedThread> blocked;
  for (const std::unique_ptr<Thread>& thread : threads_) {
    if (thread->daemon || thread->exited.load()) continue;
    std::string reason = "was running";
    if (const void* event = thread->wait_event.load(); event != nullptr) {
      const Locked line(&BucketOf(event).lock);
      const kernel::WaitNote& note = thread->note;
      reason = absl::StrCat(note.verb, *note.name != '\0' ? " " : "", note.name);
      if (note.owner != nullptr) {
        absl::StrAppend(&reason, ", held by thread ", note.owner->name.load());
      }
    }
    blocked.push_back(
        {thread->id, thread->name.load(), thread->priority.load(), std::move(reason), {}});
  }
  return blocked;
}

void Machine::Emit(trace::Event event) {
  event.time_ns = Now();
  event.context = context.in_interrupt      ? trace::Context::kInterrupt
                  : context.self != nullptr ? trace::Context::kThread
                                            : trace::Context::kOutside;
  if (context.self != nullptr) {
    event.thread = context.self->id;
    event.priority = static_cast<uint8_t>(context.self->priority.load());
  }
  trace::Publish(event);
}

// --- Threads.

Thread* Machine::StartThread(const kernel::ThreadOptions& options, std::function<void()> body) {
  auto owned = std::make_unique<Thread>();
  Thread* thread = owned.get();
  thread->id = NewId();
  thread->name = trace::Intern(options.name);
  thread->daemon = options.daemon;
  thread->user = options.user;
  thread->task_priority = options.user ? BASEPRI_DEFAULT : BASEPRI_KERNEL;
  thread->priority = options.priority;
  thread->mode = options.mode != kernel::SchedulingMode::kNone ? options.mode
                 : options.priority >= BASEPRI_REALTIME        ? kernel::SchedulingMode::kRealTime
                 : options.user                                ? kernel::SchedulingMode::kTimeshare
                                                               : kernel::SchedulingMode::kFixed;
  thread->time_constraint = options.time_constraint;
  thread->body = std::move(body);
  Busy(1);
  alive_.fetch_add(1);
  if (!thread->daemon) unfinished_.fetch_add(1);
  Emit(EventKind::kThreadCreate, thread->id, static_cast<uint64_t>(options.priority), 0,
       thread->name.load());
  const Locked locked(&lock_);
  threads_.push_back(std::move(owned));
  if (pthread_create(&thread->host, nullptr, &HostMain, thread) != 0) {
    std::fputs("drydock: the host has no more threads\n", stderr);
    std::abort();
  }
  return thread;
}

void* Machine::HostMain(void* argument) {
  auto* self = static_cast<Thread*>(argument);
  context = Context();
  context.self = self;
  kernel::fast_current_thread = self;
  context.leave = &self->leave;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* low = nullptr;
    size_t bytes = 0;
    pthread_attr_getstack(&attributes, &low, &bytes);
    self->stack_low = static_cast<const char*>(low);
    self->stack_high = self->stack_low + bytes;
    pthread_attr_destroy(&attributes);
  }
  self->tid.store(gettid());
  SetHostBand(self->priority.load());
  if (setjmp(self->leave) == 0) {
    self->body();
    self->body = nullptr;  // what it captured ends here, on the thread
    kernel::ChoicePoint(kernel::OperationKind::kExit, 0);
  }
  machine->Exit(self);
  return nullptr;
}

void Machine::Exit(Thread* self) {
  Emit(EventKind::kThreadExit, self->id, 0, 0, self->name.load());
  self->exited.store(true);
  Wake(self, Whom::kAll, kernel::WaitResult::kAwakened);  // threads that join it
  context = Context();
  kernel::fast_current_thread = nullptr;
  Busy(-1);
  progress_.fetch_add(1);
  const Locked locked(&lock_);
  to_reap_.push_back(self);
  if (!self->daemon) unfinished_.fetch_sub(1);
  alive_.fetch_sub(1);
  news_.fetch_add(1);
  FutexWake(&news_);
}

void Machine::Reap() {
  std::vector<Thread*> ended;
  {
    const Locked locked(&lock_);
    ended.swap(to_reap_);
  }
  for (Thread* thread : ended) pthread_join(thread->host, nullptr);
}

bool Machine::OthersAreAtRest() {
  const Locked locked(&lock_);
  return std::all_of(threads_.begin(), threads_.end(), [](const auto& thread) {
    return thread.get() == context.self || thread->exited.load() || thread->wake.load() == kBlocked;
  });
}

}  // namespace drydock::host
