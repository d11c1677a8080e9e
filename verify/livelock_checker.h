// verify/livelock_checker.h
//
// Finds livelocks: threads go on and on, and nothing comes of it. The finding `livelock`, with the
// stacks of those who go on, after which the run ends as an endless one.
//
// Something has come of it (the run *progresses*) when a thread begins or ends, a program's call
// does, a transfer brings bytes, a service comes into another phase of its life, is opened or
// closed, or the world outside acts: an interrupt line is raised, the cable is plugged or pulled.
// That a lock was taken, a wakeup sent, memory allocated or an action run is not enough: a livelock
// is full of such.
//
// A thread's *turns* are the locks and gates that it takes and the waits of it that time out; a
// thread call's are the times it begins. It is a livelock when everybody who could do something has
// had kTurns turns since the last progress: every thread that can run or waits for a while only,
// and every thread call that is to begin; and when what the world outside was about to do by then
// has happened. So who is merely slow, or kept off his CPU by an unfair schedule, is waited for,
// and so is the end of whatever time somebody sleeps, and the answer of a slow device.
//
// Not seen is a loop that does not take a lock, wait or touch a gate: that ends the run when it has
// made MachineOptions::max_questions steps.
#ifndef DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_
#define DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "scheduler/kernel/types.h"
#include "symbols/call_stack.h"
#include "trace/observer.h"

namespace drydock {

class LivelockChecker : public trace::Observer {
 public:
  // More than anything that is tried again until it works is tried.
  static constexpr uint32_t kTurns = 10'000;

  // What it has to be shown, all of one run.
  static trace::EventKinds Kinds();

  void OnEvent(const trace::Event& event) override;

 private:
  // Of a thread or a thread call.
  struct Turns {
    uint64_t progress = 0;  // the one since which
    uint32_t number = 0;
  };
  struct Thread {
    const char* name = "";  // interned
    bool goes_on = false;   // by itself: it has not ended, and does not wait to be woken
    Turns turns;
    CallStackId stack = 0;  // at the last of its turns that could have been the one too many
  };
  struct Call {
    bool is_to_begin = false;
    Turns turns;
  };

  Thread& ThreadOf(trace::ThreadId thread);
  // One turn more; whether it is now to be looked for a livelock.
  bool Count(Turns* turns) const;
  bool IsEnough(const Turns& turns) const {
    return turns.progress == progress_ && turns.number >= kTurns;
  }
  void ThreadTurn(const trace::Event& event);
  void Look(kernel::Time now);

  absl::InlinedVector<Thread, 16> threads_;  // by id
  absl::flat_hash_map<trace::ObjectId, Call> calls_;
  uint64_t progress_ = 1;  // how often there was some
  uint64_t progressed_ns_ = 0;
  // Until when the world outside is waited for, and for which progress.
  uint64_t awaited_ = 0;
  kernel::Time outside_until_ = 0;
  bool found_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_
