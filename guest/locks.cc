// Mutexes, condition variables and read-write locks of POSIX.
#include <errno.h>
#include <pthread.h>

#include "guest/clock.h"
#include "guest/guest.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

namespace drydock::guest {
namespace {

// Byte offsets in a pthread_mutex_t: the kind, where the host's static initialisers put it; and our
// fields.
constexpr size_t kKindOffset = 16;
constexpr size_t kLockOffset = 24;
constexpr size_t kDepthOffset = 4;

int KindOf(const pthread_mutex_t* mutex) {
  int kind;
  std::memcpy(&kind, reinterpret_cast<const char*>(mutex) + kKindOffset, sizeof(kind));
  return kind & 3;
}

// How many more times than once the owner of a recursive mutex has locked it.
int& DepthOf(pthread_mutex_t* mutex) {
  return *reinterpret_cast<int*>(reinterpret_cast<char*>(mutex) + kDepthOffset);
}

kernel::Mutex* LockOf(pthread_mutex_t* mutex) {
  auto*& lock = OursIn<kernel::Mutex>(mutex, kLockOffset);
  if (lock == nullptr) lock = kernel::MutexAlloc(NameOf(mutex, "mutex"));
  return lock;
}

kernel::RWLock* LockOf(pthread_rwlock_t* object) {
  auto*& lock = OursIn<kernel::RWLock>(object);
  if (lock == nullptr) lock = kernel::RWLockAlloc(NameOf(object, "rwlock"));
  return lock;
}

bool IsMine(const kernel::Mutex* lock) {
  return kernel::MutexOwner(lock) == kernel::CurrentThread();
}

// A thread that locks a default mutex which it holds: reports the deadlock and blocks for ever.
[[noreturn]] void WaitForSelf(const kernel::Mutex* lock, const char* name) {
  kernel::Thread* self = kernel::CurrentThread();
  kernel::Misuse("deadlock", absl::StrCat(kernel::ThreadName(self), " waits for ", name,
                                          ", which it holds itself"));
  for (;;) {
    kernel::AssertWait(lock, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for lock", name, kernel::MutexId(lock), self, /*for_lock=*/true});
    kernel::ThreadBlock();
  }
}

int Wait(pthread_cond_t* condition, pthread_mutex_t* mutex, kernel::Time deadline) {
  kernel::Mutex* lock = LockOf(mutex);
  if (!IsMine(lock)) return EPERM;
  const int depth = DepthOf(mutex);
  DepthOf(mutex) = 0;
  const kernel::WaitResult result =
      kernel::MutexSleep(lock, condition, kernel::Interruptible::kUninterruptible, deadline,
                         {"waits for condition", NameOf(condition, "variable"), 0, nullptr});
  DepthOf(mutex) = depth;
  return result == kernel::WaitResult::kTimedOut ? ETIMEDOUT : 0;
}

}  // namespace
}  // namespace drydock::guest

using drydock::guest::DepthOf;
using drydock::guest::IsMine;
using drydock::guest::KindOf;
using drydock::guest::LockOf;
using drydock::guest::NameOf;
namespace kernel = drydock::kernel;

extern "C" {

int drydock_guest_pthread_mutex_init(pthread_mutex_t* mutex,
                                     const pthread_mutexattr_t* attributes) {
  int kind = PTHREAD_MUTEX_DEFAULT;
  if (attributes != nullptr) pthread_mutexattr_gettype(attributes, &kind);
  std::memset(mutex, 0, sizeof(*mutex));
  std::memcpy(reinterpret_cast<char*>(mutex) + drydock::guest::kKindOffset, &kind, sizeof(kind));
  return 0;
}

int drydock_guest_pthread_mutex_destroy(pthread_mutex_t* mutex) {
  auto*& lock = drydock::guest::OursIn<kernel::Mutex>(mutex, drydock::guest::kLockOffset);
  if (lock == nullptr) return 0;
  if (kernel::MutexOwner(lock) != nullptr || kernel::MutexWaiters(lock) > 0) return EBUSY;
  kernel::MutexFree(lock);
  lock = nullptr;
  return 0;
}

int drydock_guest_pthread_mutex_lock(pthread_mutex_t* mutex) {
  kernel::Mutex* lock = LockOf(mutex);
  if (IsMine(lock)) {
    switch (KindOf(mutex)) {
      case PTHREAD_MUTEX_RECURSIVE:
        ++DepthOf(mutex);
        return 0;
      case PTHREAD_MUTEX_ERRORCHECK:
        return EDEADLK;
      default:
        drydock::guest::WaitForSelf(lock, NameOf(mutex, "a mutex"));
    }
  }
  kernel::MutexLock(lock);
  return 0;
}

int drydock_guest_pthread_mutex_trylock(pthread_mutex_t* mutex) {
  kernel::Mutex* lock = LockOf(mutex);
  if (IsMine(lock)) {
    if (KindOf(mutex) != PTHREAD_MUTEX_RECURSIVE) return EBUSY;
    ++DepthOf(mutex);
    return 0;
  }
  return kernel::MutexTryLock(lock) ? 0 : EBUSY;
}

// Unlocking a mutex that the calling thread does not hold returns EPERM; for a mutex of the default
// kind, where POSIX leaves it undefined, it is also a finding.
int drydock_guest_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  kernel::Mutex* lock = LockOf(mutex);
  if (!IsMine(lock)) {
    if (KindOf(mutex) == PTHREAD_MUTEX_DEFAULT) {
      kernel::Misuse(
          "mutex-not-held",
          absl::StrCat(NameOf(mutex, "a mutex"), " is unlocked by a thread that does not hold it"));
    }
    return EPERM;
  }
  if (DepthOf(mutex) > 0) {
    --DepthOf(mutex);
    return 0;
  }
  kernel::MutexUnlock(lock);
  return 0;
}

int drydock_guest_pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t*) {
  std::memset(condition, 0, sizeof(*condition));
  return 0;
}

int drydock_guest_pthread_cond_destroy(pthread_cond_t*) { return 0; }

// Has no spurious wakeups.
int drydock_guest_pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return drydock::guest::Wait(condition, mutex, 0);
}

int drydock_guest_pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                         const timespec* until) {
  return drydock::guest::Wait(condition, mutex, drydock::guest::DeadlineAt(*until));
}

int drydock_guest_pthread_cond_signal(pthread_cond_t* condition) {
  kernel::ThreadWakeup(condition, /*one_thread=*/true);
  return 0;
}

int drydock_guest_pthread_cond_broadcast(pthread_cond_t* condition) {
  kernel::ThreadWakeup(condition, /*one_thread=*/false);
  return 0;
}

// A waiting writer goes before later readers.
int drydock_guest_pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t*) {
  std::memset(lock, 0, sizeof(*lock));
  return 0;
}

int drydock_guest_pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  auto*& ours = drydock::guest::OursIn<kernel::RWLock>(lock);
  if (ours != nullptr) kernel::RWLockFree(ours);
  ours = nullptr;
  return 0;
}

int drydock_guest_pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  kernel::RWLockLockShared(LockOf(lock));
  return 0;
}

int drydock_guest_pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) {
  return kernel::RWLockTryLockShared(LockOf(lock)) ? 0 : EBUSY;
}

int drydock_guest_pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  kernel::RWLockLockExclusive(LockOf(lock));
  return 0;
}

int drydock_guest_pthread_rwlock_trywrlock(pthread_rwlock_t* lock) {
  return kernel::RWLockTryLockExclusive(LockOf(lock)) ? 0 : EBUSY;
}

int drydock_guest_pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  kernel::RWLockUnlock(LockOf(lock));
  return 0;
}

}  // extern "C"
