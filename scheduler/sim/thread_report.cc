#include "scheduler/thread_report.h"

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread_frame.h"
#include "scheduler/sim/machine.h"
#include "trace/microseconds.h"

namespace drydock {

namespace sim {

// Of a thread that waits for something.
std::string WaitText(const Thread& thread) {
  std::string text =
      absl::StrCat(thread.note.verb, *thread.note.name != '\0' ? " " : "", thread.note.name);
  if (thread.note.owner != nullptr) {
    absl::StrAppend(&text, ", held by thread ", thread.note.owner->name);
  }
  return text;
}

namespace {

std::string StateText(const Thread& thread) {
  switch (thread.state) {
    case Thread::State::kRunning: {
      const Cpu& cpu = *thread.cpu;
      std::string text = absl::StrCat(cpu.stalled_on != nullptr ? "spins" : "runs", " on CPU ",
                                      cpu.index, thread.user_mode ? ", in user mode" : "");
      if (cpu.in_interrupt) {
        absl::StrAppend(&text, ", interrupted by the handler of line ", cpu.line);
      }
      return text;
    }
    case Thread::State::kRunnable:
      return "waits for a CPU";
    case Thread::State::kWaiting:
      break;
    case Thread::State::kExited:
      return "has ended";
  }
  std::string text = WaitText(thread);
  if (thread.timeout.queued()) {
    absl::StrAppend(&text, ", until ", trace::Microseconds(thread.timeout.when));
  }
  return text;
}

}  // namespace

std::vector<ThreadReport> Machine::ReportThreads() {
  std::vector<ThreadReport> reports;
  for (const std::unique_ptr<Thread>& thread : threads_) {
    if (thread->state == Thread::State::kExited) continue;
    ThreadReport report;
    report.id = thread->id;
    report.name = thread->name;
    report.priority = thread->priority;
    report.state = StateText(*thread);
    report.actions = kernel::DescribeFrames(thread.get());
    for (size_t i = 0; i < locks_.mutexes.made(); ++i) {
      const kernel::Mutex& mutex = *locks_.mutexes.nth(i);
      if (mutex.held && mutex.owner == thread.get()) report.holds.emplace_back(mutex.name);
    }
    if (thread->fiber != nullptr) report.stack = fibers_.StackLeft(*thread->fiber);
    reports.push_back(std::move(report));
  }
  return reports;
}

CallStack Machine::StackOfThread(kernel::ThreadId id) const {
  const Fiber* fiber = threads_[id - 1]->fiber;
  return fiber != nullptr ? fibers_.StackLeft(*fiber) : CallStack();
}

}  // namespace sim

CallStack StackOfThread(kernel::ThreadId id) { return sim::machine->StackOfThread(id); }

std::vector<ThreadReport> ReportThreads() {
  if (sim::machine == nullptr || sim::machine->cpu() != nullptr) {
    kernel::Panic("threads are reported from the outside world of a run only");
  }
  return sim::machine->ReportThreads();
}

}  // namespace drydock
