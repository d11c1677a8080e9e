// scheduler/host/deadlines.h
//
// A host thread that calls functions at their deadlines. Owned by the machine.
#ifndef DRYDOCK_SCHEDULER_HOST_DEADLINES_H_
#define DRYDOCK_SCHEDULER_HOST_DEADLINES_H_

#include <pthread.h>
#include <setjmp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>

#include "scheduler/host/futex.h"
#include "scheduler/kernel/types.h"

namespace drydock::host {

class DeadlineThread {
 public:
  using Handle = uint64_t;
  using Function = std::function<void(Handle)>;

  // Starts the host thread. Each time, before it waits, it calls `also()`, if there is one, until
  // that returns false.
  void Start(const char* name, std::function<bool()> also = nullptr);
  // Makes it leave and waits for that.
  void Stop();

  // Names something to schedule; never 0.
  Handle NewHandle() { return next_handle_.fetch_add(1, std::memory_order_relaxed); }
  // Calls `function(handle)` at `when` by the host's clock, those of one time by their handles.
  void Schedule(Handle handle, kernel::Time when, Function function);
  // False if it has begun, or was cancelled.
  bool Cancel(Handle handle);
  // For the function, first: whether it is still to happen, which it has begun to from then on.
  bool Begin(Handle handle);
  // The earliest that has not been called; 0 if there is none.
  kernel::Time Next();
  // Has it call `also` soon.
  void Kick();

 private:
  static void* HostMain(void* self);
  void Loop();

  RawLock lock_;  // guards the next two
  std::map<std::pair<kernel::Time, Handle>, Function> entries_;
  std::unordered_map<Handle, kernel::Time> times_;
  std::atomic<Handle> next_handle_{1};
  std::atomic<uint32_t> news_{0};
  std::function<bool()> also_;
  const char* name_ = "";
  pthread_t host_ = {};
  jmp_buf leave_;
};

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_DEADLINES_H_
