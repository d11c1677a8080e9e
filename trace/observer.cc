// The list of attached observers, and the dispatch of events to them.
#include "trace/observer.h"

#include <algorithm>
#include <vector>

#include "trace/parallel_lock.h"

namespace drydock::trace {

namespace internal {

AtomicEventKinds observed;

}  // namespace internal

namespace {

struct Attached {
  Observer* observer;
  EventKinds kinds;
};

// Leaked on purpose: observers may be static objects.
std::vector<Attached>& Observers() {
  static auto* observers = new std::vector<Attached>();
  return *observers;
}

// Guards the observers, and what they keep: they see one event at a time.
ParallelLock& Lock() {
  static auto* lock = new ParallelLock();
  return *lock;
}

void UpdateObserved() {
  EventKinds kinds;
  for (const Attached& attached : Observers()) kinds.Add(attached.kinds);
  internal::observed.Set(kinds);
}

}  // namespace

void AddObserver(Observer* observer, const EventKinds& kinds) {
  const std::lock_guard locked(Lock());
  Observers().push_back({observer, kinds});
  UpdateObserved();
}

void RemoveObserver(Observer* observer) {
  const std::lock_guard locked(Lock());
  std::erase_if(Observers(),
                [observer](const Attached& attached) { return attached.observer == observer; });
  UpdateObserved();
}

void internal::Publish(const Event& event) {
  const std::lock_guard locked(Lock());
  for (const Attached& attached : Observers()) {
    if (attached.kinds.Has(event.kind)) attached.observer->OnEvent(event);
  }
}

}  // namespace drydock::trace
