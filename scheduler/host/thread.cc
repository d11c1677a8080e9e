// The host kernel's threads (scheduler/kernel/thread.h): start, join, yield, abort.
#include "scheduler/kernel/thread.h"

#include <sched.h>

#include "scheduler/host/machine.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"

namespace drydock::kernel {

using host::context;
using host::machine;

Thread* ThreadStart(const ThreadOptions& options, std::function<void()> body) {
  if (machine == nullptr) Panic("ThreadStart with no run in progress");
  ChoicePoint(OperationKind::kThreadCreate, 0);
  return machine->StartThread(options, std::move(body));
}

Thread* CurrentThread() { return context.self; }

bool MayBlock() {
  return context.self != nullptr && !context.in_interrupt && context.self->spin_depth == 0;
}

ThreadId ThreadIdOf(const Thread* thread) { return thread == nullptr ? 0 : thread->id; }

const char* ThreadName(const Thread* thread) { return thread->name.load(); }

void SetThreadName(Thread* thread, absl::string_view name) {
  thread->name = trace::Intern(name);
  if (machine != nullptr) {
    machine->Emit(trace::EventKind::kThreadName, thread->id, 0, 0, thread->name.load());
  }
}

bool OthersAreAtRest() { return machine->OthersAreAtRest(); }

bool ThreadIsBlocked(const Thread* thread) { return thread->wake.load() == host::kBlocked; }

void ThreadJoin(Thread* thread) {
  AssertWait(thread, Interruptible::kUninterruptible, 0,
             {"waits for the end of thread", ThreadName(thread), 0, nullptr});
  // If it has ended already, no wakeup will come.
  if (thread->exited.load()) {
    machine->Wake(thread, host::Machine::Whom::kAll, WaitResult::kAwakened, context.self);
  }
  ThreadBlock();
}

void ThreadYield() {
  ChoicePoint(OperationKind::kYield, 0);
  sched_yield();
}

void ThreadAbort(Thread* thread, bool safely) {
  ChoicePoint(OperationKind::kWakeup, 0);
  (safely ? thread->aborted_safely : thread->aborted).store(true);
  machine->BreakWait(thread, safely);
}

}  // namespace drydock::kernel
