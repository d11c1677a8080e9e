// scheduler/sim/thread_table.h
//
// All threads of a run, in order of creation. It owns them until the run is over, also those that
// have ended: their ids, names and addresses stay valid.
#ifndef DRYDOCK_SCHEDULER_SIM_THREAD_TABLE_H_
#define DRYDOCK_SCHEDULER_SIM_THREAD_TABLE_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/sim/thread.h"
#include "scheduler/sim/wait_numbers.h"
#include "scheduler/simulation.h"

namespace drydock::sim {

class ThreadTable {
 public:
  // A new thread, which is not runnable yet.
  kernel::Thread* Make(const kernel::ThreadOptions& options, std::function<void()> body);

  // How many threads there are that are not daemons and have not ended.
  int unfinished() const { return unfinished_; }
  // A thread that is not a daemon has ended.
  void CountEnd() { --unfinished_; }
  // The run counts as finished, whatever its threads do.
  void ForgetUnfinished() { unfinished_ = 0; }

  size_t size() const { return threads_.size(); }
  const kernel::Thread& WithId(kernel::ThreadId id) const { return *threads_[id - 1]; }
  auto begin() const { return threads_.begin(); }
  auto end() const { return threads_.end(); }

  // Whether every thread but `self` waits or has ended.
  bool OthersAreAtRest(const kernel::Thread* self) const;
  // Whether an address lies on the stack of a thread.
  bool OnAnyStack(const void* address) const;
  // Those that are not daemons and have not ended, with what they wait for, by its number.
  std::vector<BlockedThread> Blocked(const WaitNumbers& numbers) const;

 private:
  absl::InlinedVector<std::unique_ptr<kernel::Thread>, 8> threads_;  // the one with id 1 first
  int unfinished_ = 0;
};

// What a thread that waits waits for, as reports print it.
std::string WaitText(const kernel::Thread& thread);

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_THREAD_TABLE_H_
