#include "trace/observer.h"

#include <algorithm>
#include <vector>

namespace drydock::trace {

namespace internal {

EventKinds observed;

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

}  // namespace

void AddObserver(Observer* observer, const EventKinds& kinds) {
  Observers().push_back({observer, kinds});
  internal::observed.Add(kinds);
}

void RemoveObserver(Observer* observer) {
  std::erase_if(Observers(),
                [observer](const Attached& attached) { return attached.observer == observer; });
  internal::observed = EventKinds();
  for (const Attached& attached : Observers()) internal::observed.Add(attached.kinds);
}

void internal::Publish(const Event& event) {
  for (const Attached& attached : Observers()) {
    if (attached.kinds.Has(event.kind)) attached.observer->OnEvent(event);
  }
}

}  // namespace drydock::trace
