// verify/livelock_checker.h
//
// Finds livelocks: threads go on for ever without progress. The finding `livelock`, with the
// stacks of these threads, after which the run ends as an endless one.
//
// Something has come of it (the run *progresses*) when a thread begins or ends, a program's call
// does, a transfer brings bytes, a service comes into another phase of its life, is opened or
// closed, or the world outside acts: an interrupt line is raised, the cable is plugged or pulled.
// That a lock was taken, a wakeup sent, memory allocated or an action run is not enough: a livelock
// is full of such.
//
// A thread's *repetitions* are the locks and gates that it takes and its waits that time out; a
// thread call's are the times it begins. It is a livelock when each thread that can run or waits
// with a timeout, and each thread call that is to begin, has had kRepetitions of them since the
// last progress; and when what the world outside was about to do by then has happened. So a thread
// that is merely slow, or kept off its CPU by an unfair schedule, is waited for, and so is the end
// of any timeout, and the answer of a slow device.
//
// Not seen is a loop that does not take a lock, wait or touch a gate: that ends the run when it has
// made MachineOptions::max_questions steps.
#ifndef DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_
#define DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "trace/facts.h"
#include "verify/checker.h"

namespace drydock::verify {

class LivelockChecker : public Checker {
 public:
  // Larger than any legitimate retry count.
  static constexpr uint32_t kRepetitions = 10'000;

  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

 private:
  // Of a thread or a thread call.
  struct Repetitions {
    uint64_t progress = 0;  // since that progress_
    uint32_t number = 0;
  };
  struct Thread {
    const char* name = "";  // interned
    bool goes_on = false;   // by itself: it has not ended, and does not wait to be woken
    Repetitions repetitions;
    trace::StackId stack =
        0;  // when the number of its repetitions last was a multiple of the limit
  };
  struct Call {
    bool is_to_begin = false;
    Repetitions repetitions;
  };

  Thread& ThreadOf(trace::ThreadId thread);
  // Counts one more; returns whether it is time to look for a livelock.
  bool Count(Repetitions* repetitions) const;
  bool IsEnough(const Repetitions& repetitions) const {
    return repetitions.progress == progress_ && repetitions.number >= kRepetitions;
  }
  void ThreadRepeats(const trace::Event& event);
  void Look(const trace::Event& event);
  // When the last of what is planned outside will happen; 0 if nothing is, trace::kAtChoicePoint
  // if nothing tells.
  uint64_t OutsideUntil() const;

  absl::InlinedVector<Thread, 16> threads_;  // by id
  absl::flat_hash_map<trace::ObjectId, Call> calls_;
  uint64_t progress_ = 1;  // how often there was some
  uint64_t progressed_ns_ = 0;
  absl::flat_hash_map<uint32_t, uint64_t> outside_plans_;  // by number: when
  // Until when the world outside is waited for, and since which progress.
  uint64_t awaited_ = 0;
  uint64_t outside_until_ = 0;
  bool found_ = false;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_LIVELOCK_CHECKER_H_
