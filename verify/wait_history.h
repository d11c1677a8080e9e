// verify/wait_history.h
//
// Explains a thread that sleeps for ever: since when it has, and who woke the event that it sleeps
// for, when, from where, and whom that woke: just before it slept, when nobody was there (a lost
// wakeup: wakeups are not remembered); since then, but another thread; or never.
#ifndef DRYDOCK_VERIFY_WAIT_HISTORY_H_
#define DRYDOCK_VERIFY_WAIT_HISTORY_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "scheduler/kernel/types.h"
#include "scheduler/kernel/wait_watch.h"
#include "scheduler/simulation.h"
#include "symbols/call_stack.h"

namespace drydock {

// Of one run, which must begin and end while it exists. There is one at a time.
class WaitHistory : private kernel::WaitWatch {
 public:
  WaitHistory() { kernel::SetWaitWatch(this); }
  ~WaitHistory() override { kernel::SetWaitWatch(nullptr); }
  WaitHistory(const WaitHistory&) = delete;
  WaitHistory& operator=(const WaitHistory&) = delete;

  // Says it of each thread that the run left blocked, as its first evidence.
  void Explain(Outcome* outcome) const;

 private:
  struct Wakeup {
    const char* name = nullptr;  // of who did it, interned; null: there was none
    kernel::ThreadId thread = 0;
    kernel::Time time_ns = 0;
    CallStackId stack = 0;
    int woken = 0;
    uint64_t number = 0;  // of all wakeups; tells them apart
  };
  struct Sleep {
    const void* event = nullptr;
    kernel::Time since_ns = 0;
    Wakeup before;  // the last wakeup of that event until then
  };

  void Waits(const void* event) override;
  void Wakes(const void* event, bool one, int woken) override;

  kernel::Evidence Describe(const Sleep& sleep) const;

  // By address; compared only, and never gone through.
  absl::flat_hash_map<const void*, Wakeup> last_wakeups_;
  absl::flat_hash_map<kernel::ThreadId, Sleep> sleeps_;  // each thread's last
  uint64_t wakeups_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_WAIT_HISTORY_H_
