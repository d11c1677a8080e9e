// How the waiters of a mutex push the thread that is to release it.
#include "scheduler/sim/turnstiles.h"

#include <algorithm>

#include "scheduler/sim/dispatcher.h"

namespace drydock::sim {

using kernel::Mutex;
using kernel::Thread;

void Turnstiles::Push(Mutex* mutex, Thread* inheritor) {
  if (!mutex->promotes) return;
  Thread* before = mutex->inheritor;
  if (before != inheritor && before != nullptr) {
    Mutex** link = &before->pushers;
    while (*link != mutex) link = &(*link)->next_pusher;
    *link = mutex->next_pusher;
  }
  if (before != inheritor && inheritor != nullptr) {
    mutex->next_pusher = inheritor->pushers;
    inheritor->pushers = mutex;
  }
  mutex->inheritor = inheritor;
  const Thread* strongest = waits_.Find(mutex, /*by_priority=*/true);
  mutex->push = strongest != nullptr ? dispatcher_.scheduler().PushOf(*strongest) : 0;
  if (before != inheritor && before != nullptr) Update(before);
  if (inheritor != nullptr) Update(inheritor);
}

void Turnstiles::Update(Thread* thread) {
  int push = 0;
  if (dispatcher_.scheduler().CanBePushed(*thread)) {
    for (const Mutex* mutex = thread->pushers; mutex != nullptr; mutex = mutex->next_pusher) {
      push = std::max(push, mutex->push);
    }
  }
  if (push == thread->push) return;
  thread->push = push;
  dispatcher_.Reprioritize(thread);
}

}  // namespace drydock::sim
