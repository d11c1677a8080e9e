// scheduler/host/futex.h
//
// Waiting for a word to change, as the host's kernel offers it, and the lock under the rest of this
// folder.
#ifndef DRYDOCK_SCHEDULER_HOST_FUTEX_H_
#define DRYDOCK_SCHEDULER_HOST_FUTEX_H_

#include <atomic>
#include <cstdint>

#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/types.h"

namespace drydock::host {

// Nanoseconds of the host's clock.
kernel::Time HostNow();

// Blocks the calling host thread while `*word` is `expected`, until woken or, if `deadline` is not
// 0, the host's clock has reached that. May return early.
void FutexWait(std::atomic<uint32_t>* word, uint32_t expected, kernel::Time deadline = 0);
// Wakes up to `count` of those. Touches no memory: the word may be gone.
void FutexWake(std::atomic<uint32_t>* word, int count = 1);

// Has every other thread of the process that is on a CPU pass a memory barrier, and the caller too:
// what it wrote before they see from then on, and what they wrote before it sees. False, and does
// nothing, if the host's kernel cannot.
bool BarrierOnAllCpus();

// Mutual exclusion for moments: spins a little, then blocks, so that a holder that lost its CPU
// gets it back whatever the priorities. Not recursive.
class RawLock {
 public:
  void Lock() {
    if (!TryLock()) LockSlow();
  }
  bool TryLock() {
    uint32_t expected = kFree;
    return word_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }
  void Unlock() {
    if (word_.exchange(kFree, std::memory_order_seq_cst) == kWaited) FutexWake(&word_);
  }
  bool held() const { return word_.load(std::memory_order_relaxed) != kFree; }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kHeld = 1;
  static constexpr uint32_t kWaited = 2;  // held, and perhaps waited for

  void LockSlow();

  std::atomic<uint32_t> word_{kFree};
};

class Locked {
 public:
  explicit Locked(RawLock* lock) : lock_(lock) { lock_->Lock(); }
  ~Locked() { lock_->Unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  RawLock* const lock_;
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_FUTEX_H_
