// scheduler/run_end.h
//
// What a run came to, as plain values: findings, threads that stayed blocked, how it ended. The
// machine fills them in, checkers (verify/) add to them, and a recorded trace holds them.
#ifndef DRYDOCK_SCHEDULER_RUN_END_H_
#define DRYDOCK_SCHEDULER_RUN_END_H_

#include <cstdint>
#include <string>
#include <vector>

#include "symbols/call_stack.h"
#include "trace/event.h"

namespace drydock {

// Something earlier that led to a finding.
struct Evidence {
  std::string what;  // "freed on thread main at 1200 ns"
  CallStack stack;
};

// A rule of the API that was broken where a Mac would go on, hang, or fault later.
struct Finding {
  std::string name = "";  // "gate-held-too-long"
  std::string sentence = "";
  std::string thread = "";  // on which, or which an interrupt came upon; empty outside of threads
  uint64_t time_ns = 0;
  CallStack stack = {};                 // of the code that broke it; empty in the outside world
  std::vector<Evidence> evidence = {};  // what led to it, the earliest first
  // If not empty, the run ends with this finding, as an endless one, and this is its text.
  std::string ends_run = "";
  bool by_checker = false;  // not by the machine or the framework
};

// A thread that was still blocked when nothing could happen any more, daemons excepted.
struct BlockedThread {
  trace::ThreadId id = 0;
  std::string name = "";
  int priority = 0;
  std::string reason = "";  // "waits for lock «gate of X», held by thread Y"
  CallStack stack = {};
  // The number of the event it sleeps for (EventKind::kWaitFor); 0 if it waits for a lock or for
  // the end of a thread, or if waits were not observed.
  uint32_t sleeps_for = 0;
  std::vector<Evidence> evidence = {};  // what led to it, as far as checkers know
};

struct RunEnd {
  enum class Kind {
    kQuiet,    // every thread that must end has ended
    kBlocked,  // nothing could happen any more, yet threads were blocked
    kPanic,    // the kernel panicked
    kRefused,  // the strategy's schedule does not fit this run
    kEndless,  // more questions than MachineOptions::max_questions, or a finding ended the run
  };
  Kind kind = Kind::kQuiet;
  std::string text = "";  // one line on what went wrong; empty when quiet
  CallStack stack = {};   // of the code that panicked
  std::vector<BlockedThread> blocked = {};
  std::vector<Finding> findings = {};  // in the order in which they were made, also when quiet
  uint64_t end_ns = 0;
  bool at_full_speed = true;  // no CPU was held up: the strategy chose 0 always

  bool ok() const { return kind == Kind::kQuiet; }
};

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_RUN_END_H_
