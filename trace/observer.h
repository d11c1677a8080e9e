// trace/observer.h
//
// Observers of the event stream. They stand beside the machine: each is shown the events of the
// kinds that it asks for, in the order in which they happen, and must not call into the machine or
// into simulated code.
#ifndef DRYDOCK_TRACE_OBSERVER_H_
#define DRYDOCK_TRACE_OBSERVER_H_

#include "absl/base/optimization.h"
#include "trace/event.h"
#include "trace/event_kinds.h"

namespace drydock::trace {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnEvent(const Event& event) = 0;
};

// Attaches an observer to the stream / detaches it. Not owned. Observers see events in the order
// they were added. Adding or removing one from inside OnEvent is not allowed.
void AddObserver(Observer* observer, const EventKinds& kinds = EventKinds::All());
void RemoveObserver(Observer* observer);

// Attaches for the life of a scope.
class ScopedObserver {
 public:
  explicit ScopedObserver(Observer* observer, const EventKinds& kinds = EventKinds::All())
      : observer_(observer) {
    AddObserver(observer_, kinds);
  }
  ~ScopedObserver() { RemoveObserver(observer_); }
  ScopedObserver(const ScopedObserver&) = delete;
  ScopedObserver& operator=(const ScopedObserver&) = delete;

 private:
  Observer* const observer_;
};

namespace internal {
extern AtomicEventKinds observed;  // the kinds that some observer asks for
void Publish(const Event& event);
}  // namespace internal

// Whether an observer asks for events of a kind. If not, an event costs this one predictable
// branch.
inline bool Observed(EventKind kind) { return ABSL_PREDICT_FALSE(internal::observed.Has(kind)); }

// Whether there is any observer.
inline bool AnythingObserved() { return ABSL_PREDICT_FALSE(internal::observed.any()); }

// Shows a complete event to the observers of its kind. Layers above the scheduler use
// kernel::Trace (scheduler/kernel/trace.h), which fills in time, CPU and thread.
inline void Publish(const Event& event) {
  if (Observed(event.kind)) internal::Publish(event);
}

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_OBSERVER_H_
