// The futex system calls, the barrier on all CPUs, and the slow path of RawLock.
#include "scheduler/host/futex.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

#include "scheduler/kernel/clock.h"

namespace drydock::host {

kernel::Time HostNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<kernel::Time>(now.tv_sec) * kernel::kSecond +
         static_cast<kernel::Time>(now.tv_nsec);
}

void FutexWait(std::atomic<uint32_t>* word, uint32_t expected, kernel::Time deadline) {
  timespec until;
  until.tv_sec = static_cast<time_t>(deadline / kernel::kSecond);
  until.tv_nsec = static_cast<long>(deadline % kernel::kSecond);
  syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline != 0 ? &until : nullptr,
          nullptr, FUTEX_BITSET_MATCH_ANY);
}

void FutexWake(std::atomic<uint32_t>* word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

bool BarrierOnAllCpus() {
  static const bool registered =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return registered && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void RawLock::LockSlow() {
  constexpr int kLooks = 100;
  const int looks = kernel::SpinLimit() > 0 ? kLooks : 0;
  for (int i = 0; i < looks; ++i) {
    if (word_.load(std::memory_order_relaxed) == kFree && TryLock()) return;
    kernel::SpinPause();
  }
  while (word_.exchange(kWaited, std::memory_order_acquire) != kFree) FutexWait(&word_, kWaited);
}

}  // namespace drydock::host
