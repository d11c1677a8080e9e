// workloop/action_scope.h
//
// One action of an event source under way: publishes its begin and end, names it in reports about
// its thread, and notices if the source is freed meanwhile. On the stack of the thread that runs
// the action.
//
// A driver may release the last reference to a source in that source's own action. Upstream then
// touches freed memory (workloop.md 10, trap 11); here the source marks its scopes as it is freed,
// and the code that runs the action checks that before it touches the source again.
#ifndef DRYDOCK_WORKLOOP_ACTION_SCOPE_H_
#define DRYDOCK_WORKLOOP_ACTION_SCOPE_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "scheduler/kernel/thread_frame.h"
#include "scheduler/kernel/types.h"
#include "trace/observer.h"

class IOEventSource;
class IOWorkLoop;

namespace drydock {

class ActionScope final : public kernel::ThreadFrame {
 public:
  // For an action of `source` (null: of the loop itself) under the gate of `loop`. May be made
  // before the gate is closed, to cover the wait for it.
  ActionScope(IOEventSource* source, const IOWorkLoop* loop);
  ~ActionScope();
  ActionScope(const ActionScope&) = delete;
  ActionScope& operator=(const ActionScope&) = delete;

  // Publishes the beginning / the end of the action. Called with the gate held.
  void Begin() {
    begun_ = true;
    if (trace::Observed(trace::EventKind::kActionBegin) ||
        trace::Observed(trace::EventKind::kActionEnd)) {
      PublishBegin();
    }
  }
  void End(uint64_t result) {
    if (name_ != nullptr) PublishEnd(result);
  }

  // "the action of IOCommandGate of UsbSerial", once it has begun.
  std::string Describe() const override;

  // Whether the source has been freed since: it must not be touched any more.
  bool source_freed() const { return source_.load(std::memory_order_relaxed) == nullptr; }

 private:
  friend class ::IOEventSource;

  // Marks all scopes of a source that is being freed. Returns whether there were any.
  static bool Orphan(ActionScope* scopes);

  void PublishBegin();
  void PublishEnd(uint64_t result);

  const bool of_source_;
  std::atomic<IOEventSource*> source_;
  const IOWorkLoop* const loop_;
  bool begun_ = false;
  // The other scopes of the source: actions overlap when one sleeps in the gate.
  ActionScope* next_ = nullptr;
  ActionScope** link_ = nullptr;
  // What Begin published, kept because the source may be gone at the end. Empty without observer.
  kernel::ObjectId loop_id_ = 0;
  kernel::ObjectId source_id_ = 0;
  const char* name_ = nullptr;
  const char* detail_ = "";
};

}  // namespace drydock

#endif  // DRYDOCK_WORKLOOP_ACTION_SCOPE_H_
