// The simulated kernel's threads (scheduler/kernel/thread.h): start, join, yield, abort.
#include "scheduler/kernel/thread.h"

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"
#include "scheduler/sim/machine.h"
#include "trace/names.h"

namespace drydock::kernel {

using sim::machine;

Thread* ThreadStart(const ThreadOptions& options, std::function<void()> body) {
  if (machine == nullptr) Panic("ThreadStart with no run in progress");
  ChoicePoint(OperationKind::kThreadCreate, machine->NameOf(sim::kNamedThreads));
  Thread* thread = machine->NewThread(options, std::move(body));
  machine->dispatcher().MakeRunnable(thread, "created");
  machine->Settle();
  return thread;
}

Thread* CurrentThread() { return machine == nullptr ? nullptr : machine->self(); }

bool MayBlock() {
  return machine != nullptr && machine->cpu() != nullptr && !machine->in_interrupt() &&
         machine->self()->spin_depth == 0;
}

ThreadId ThreadIdOf(const Thread* thread) { return thread == nullptr ? 0 : thread->id; }

const char* ThreadName(const Thread* thread) { return thread->name; }

void SetThreadName(Thread* thread, absl::string_view name) {
  thread->name = trace::Intern(name);
  if (machine != nullptr) {
    machine->Emit(trace::EventKind::kThreadName, thread->id, 0, 0, thread->name);
  }
}

bool OthersAreAtRest() { return machine->threads().OthersAreAtRest(machine->self()); }

bool ThreadIsBlocked(const Thread* thread) { return thread->state == Thread::State::kWaiting; }

void ThreadJoin(Thread* thread) {
  if (machine->timeless()) {
    machine->StepGuarded(&thread->alive, OperationKind::kJoin, machine->NameOf(*thread));
  }
  if (thread->alive || !machine->timeless()) {
    AssertWait(thread, Interruptible::kUninterruptible, 0,
               {"waits for the end of thread", thread->name, 0, nullptr});
    // It has ended already, so that no wakeup will come.
    if (!thread->alive) machine->EndWait(machine->self(), WaitResult::kAwakened);
    ThreadBlock();
  }
  machine->Emit(trace::EventKind::kThreadJoin, thread->id, 0, 0, thread->name);
}

void EndRun() {
  machine->Step(OperationKind::kExit, kEverything);
  machine->StopQuietly();
}

void ThreadYield() {
  ChoicePoint(OperationKind::kYield, 0);
  machine->dispatcher().Yield();
  machine->Settle();
}

void ThreadAbort(Thread* thread, bool safely) {
  ChoicePoint(OperationKind::kWakeup, machine->NameOf(sim::kNamedAbort, thread->id));
  // Whether it waits, and for what, too.
  if (thread->wait_event != nullptr) {
    machine->NoteEffect(OperationKind::kWakeup, machine->NameOf(thread->wait_event));
  }
  const bool breaks = thread->wait_event != nullptr &&
                      (safely ? thread->interruptible == Interruptible::kAbortSafe
                              : thread->interruptible != Interruptible::kUninterruptible);
  if (!safely) {
    thread->aborted = true;
  } else if (!breaks) {
    thread->aborted_safely = true;
  }
  if (breaks) machine->EndWait(thread, WaitResult::kInterrupted);
  machine->Settle();
}

}  // namespace drydock::kernel
