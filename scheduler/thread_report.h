// scheduler/thread_report.h
//
// What every thread of the run in progress is doing at this moment: "show all stacks".
#ifndef DRYDOCK_SCHEDULER_THREAD_REPORT_H_
#define DRYDOCK_SCHEDULER_THREAD_REPORT_H_

#include <string>
#include <vector>

#include "scheduler/kernel/types.h"
#include "symbols/call_stack.h"

namespace drydock {

struct ThreadReport {
  kernel::ThreadId id;
  std::string name;
  int priority;
  std::string state;               // "sleeps in commandSleep on UsbSerial work loop"
  std::string actions;             // that it runs, innermost first, joined by ", in "; may be empty
  std::vector<std::string> holds;  // the locks, and so gates, that it holds
  CallStack stack;
};

// In order of creation, without those that have ended. Outside world only, so that reporting
// changes nothing in the run.
std::vector<ThreadReport> ReportThreads();

// The call stack of a thread. For a strategy, while it answers a question.
CallStack StackOfThread(kernel::ThreadId id);

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_THREAD_REPORT_H_
