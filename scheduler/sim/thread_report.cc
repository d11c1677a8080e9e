// What every thread is doing (scheduler/thread_report.h).
#include "scheduler/thread_report.h"

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread_frame.h"
#include "scheduler/sim/machine.h"
#include "trace/microseconds.h"

namespace drydock {

namespace sim {

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
}  // namespace sim

CallStack StackOfThread(kernel::ThreadId id) {
  return sim::machine->StackOfThread(sim::machine->threads().WithId(id));
}

std::vector<ThreadReport> ReportThreads() {
  sim::Machine* const machine = sim::machine;
  if (machine == nullptr || machine->cpu() != nullptr) {
    kernel::Panic("threads are reported from the outside world of a run only");
  }
  sim::Pool<kernel::Mutex>& mutexes = machine->locks().mutexes;
  std::vector<ThreadReport> reports;
  for (const std::unique_ptr<kernel::Thread>& thread : machine->threads()) {
    if (thread->state == kernel::Thread::State::kExited) continue;
    ThreadReport report;
    report.id = thread->id;
    report.name = thread->name;
    report.priority = thread->priority;
    report.state = sim::StateText(*thread);
    report.actions = kernel::DescribeFrames(thread.get());
    for (size_t i = 0; i < mutexes.made(); ++i) {
      const kernel::Mutex& mutex = *mutexes.nth(i);
      if (mutex.held && mutex.owner == thread.get()) report.holds.emplace_back(mutex.name);
    }
    report.stack = machine->StackOfThread(*thread);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace drydock
