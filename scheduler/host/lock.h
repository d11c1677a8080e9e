// scheduler/host/lock.h
//
// The host kernel's locks. The run owns their storage.
#ifndef DRYDOCK_SCHEDULER_HOST_LOCK_H_
#define DRYDOCK_SCHEDULER_HOST_LOCK_H_

#include <atomic>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/host/futex.h"
#include "scheduler/kernel/fast_lock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/rw_lock.h"

namespace drydock::kernel {

struct alignas(64) Mutex : FastMutex {
  ObjectId id = 0;
  std::atomic<const char*> name{""};
};

struct RWLock : RWLockState {};

struct SpinLock {
  host::RawLock lock;
  ObjectId id = 0;
  const char* name = "";
};

}  // namespace drydock::kernel

namespace drydock::host {

// Storage whose objects keep their type until the run ends, so that a late read of a freed lock
// still reads a lock.
template <typename T>
class Pool {
 public:
  T* Take() {
    const Locked locked(&lock_);
    if (free_.empty()) return all_.emplace_back(std::make_unique<T>()).get();
    T* taken = free_.back();
    free_.pop_back();
    return taken;
  }
  void GiveBack(T* object) {
    const Locked locked(&lock_);
    free_.push_back(object);
  }

 private:
  RawLock lock_;
  std::vector<std::unique_ptr<T>> all_;
  std::vector<T*> free_;
};

struct Locks {
  Pool<kernel::Mutex> mutexes;
  Pool<kernel::SpinLock> spin_locks;
  Pool<kernel::RWLock> rw_locks;
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_LOCK_H_
