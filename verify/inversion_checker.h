// verify/inversion_checker.h
//
// Finds priority inversions: a thread waits for a lock, and the thread that has to release it (its
// owner, or the thread that the owner waits for in turn) has no CPU, because a thread between the
// two in priority has it. The finding `priority-inversion`, once for each lock.
//
// Locks promote their owners unless told not to (MutexSetPromotes), so this is about locks that do
// not. Read-write locks held by readers are not looked at: their holders are not known.
#ifndef DRYDOCK_VERIFY_INVERSION_CHECKER_H_
#define DRYDOCK_VERIFY_INVERSION_CHECKER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "verify/checker.h"

namespace drydock::verify {

class InversionChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

 private:
  struct ThreadState {
    const char* name = "";  // interned
    int priority = 0;
    bool queued = false;              // runnable without a CPU
    trace::ObjectId waits_for = 0;    // lock
    const char* waits_for_name = "";  // interned
  };

  ThreadState& StateOf(trace::ThreadId thread) {
    if (thread >= threads_.size()) threads_.resize(thread + 1);
    return threads_[thread];
  }
  // `thread` gets a CPU.
  void Check(const trace::Event& event, trace::ThreadId thread);

  std::vector<ThreadState> threads_;
  std::vector<trace::ThreadId> waiting_;  // for locks
  absl::flat_hash_map<trace::ObjectId, trace::ThreadId> owners_;
  absl::flat_hash_set<trace::ObjectId> reported_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_INVERSION_CHECKER_H_
