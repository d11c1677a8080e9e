// verify/inversion_checker.h
//
// Finds priority inversions: a thread waits for a lock, and the one that would have to let go of it
// (its owner, or whom that waits for in turn) has no CPU, because a thread between the two in
// priority has it. The finding `priority-inversion`, once for each lock.
//
// Locks push their owners unless told not to (MutexSetPromotes), so that this is about locks that
// do not, and about those whose holders nobody knows: read-write locks held by readers are not
// looked at.
#ifndef DRYDOCK_VERIFY_INVERSION_CHECKER_H_
#define DRYDOCK_VERIFY_INVERSION_CHECKER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "trace/observer.h"

namespace drydock {

class InversionChecker : public trace::Observer {
 public:
  // What it has to be shown, all of one run.
  static trace::EventKinds Kinds();

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
  // `thread`, which has a CPU, goes on.
  void Check(trace::ThreadId thread);

  std::vector<ThreadState> threads_;
  std::vector<trace::ThreadId> waiting_;  // for locks
  absl::flat_hash_map<trace::ObjectId, trace::ThreadId> owners_;
  absl::flat_hash_set<trace::ObjectId> reported_;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_INVERSION_CHECKER_H_
