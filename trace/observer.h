// trace/observer.h
//
// Who watches the event stream. Observers stand beside the machine: they see every event, in the
// order in which it happened, on the host's stack, and must not call into the machine or into
// simulated code.
#ifndef DRYDOCK_TRACE_OBSERVER_H_
#define DRYDOCK_TRACE_OBSERVER_H_

#include "absl/base/optimization.h"
#include "trace/event.h"

namespace drydock::trace {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnEvent(const Event& event) = 0;
};

// Attaches an observer to the stream / detaches it. Not owned. Observers see events in the order
// they were added. Adding or removing one from inside OnEvent is not allowed.
void AddObserver(Observer* observer);
void RemoveObserver(Observer* observer);

// Attaches for the life of a scope.
class ScopedObserver {
 public:
  explicit ScopedObserver(Observer* observer) : observer_(observer) { AddObserver(observer_); }
  ~ScopedObserver() { RemoveObserver(observer_); }
  ScopedObserver(const ScopedObserver&) = delete;
  ScopedObserver& operator=(const ScopedObserver&) = delete;

 private:
  Observer* const observer_;
};

namespace internal {
extern bool observed;  // whether anybody watches
void Publish(const Event& event);
}  // namespace internal

// Whether anybody watches. With nobody watching an event costs this one predictable branch.
inline bool Observed() { return ABSL_PREDICT_FALSE(internal::observed); }

// Shows a complete event to all observers. Layers above the scheduler use kernel::Trace
// (scheduler/kernel/trace.h), which fills in time, CPU and thread.
inline void Publish(const Event& event) {
  if (Observed()) internal::Publish(event);
}

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_OBSERVER_H_
