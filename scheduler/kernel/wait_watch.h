// scheduler/kernel/wait_watch.h
//
// For those who explain why a thread sleeps for ever: told of every wait for an event and of every
// wakeup, with the event. (Events of the trace cannot name it: it is an address.) On simulated
// machines only.
#ifndef DRYDOCK_SCHEDULER_KERNEL_WAIT_WATCH_H_
#define DRYDOCK_SCHEDULER_KERNEL_WAIT_WATCH_H_

namespace drydock::kernel {

// Called where code of the run stands, just after what is told of has happened. Must not call into
// the machine but to ask who and where that is.
class WaitWatch {
 public:
  virtual ~WaitWatch() = default;

  // The calling thread waits for `event` from now on.
  virtual void Waits(const void* event) = 0;
  // `woken` threads that waited for `event` do so no longer; `one`: it was to be no more than one.
  // Any context.
  virtual void Wakes(const void* event, bool one, int woken) = 0;
};

namespace internal {
inline WaitWatch* wait_watch = nullptr;
}  // namespace internal

// Not owned; null for none. Between runs.
inline void SetWaitWatch(WaitWatch* watch) { internal::wait_watch = watch; }

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_WAIT_WATCH_H_
