// runner/stream.h
//
// The stream that work belongs to: a logical id which travels with a closure from the thread that
// posts it to the device's thread, so that a service can keep apart what is asked of it on behalf
// of different streams.
#ifndef DRYDOCK_RUNNER_STREAM_H_
#define DRYDOCK_RUNNER_STREAM_H_

#include <cstdint>

#include "scheduler/kernel/thread_locals.h"

namespace drydock {

// A value. Each thread has a stream of its own; a program may name others.
struct StreamId {
  uint32_t value = 0;  // 0: none, as in interrupt context

  // The stream that the program calls `number`; never the stream of a thread.
  static constexpr StreamId Named(uint32_t number) { return {number | kNamed}; }
  static constexpr uint32_t kNamed = 1u << 31;

  friend constexpr bool operator==(const StreamId&, const StreamId&) = default;
};

namespace internal {

// The stream of the thread whose `locals` these are, the calling one: its own from the first
// question on.
uint32_t OwnStream(kernel::ThreadLocals* locals);

inline uint32_t StreamOf(kernel::ThreadLocals* locals) {
  if (locals == nullptr) return 0;
  return locals->stream != 0 ? locals->stream : OwnStream(locals);
}

}  // namespace internal

// The stream of what the calling thread does now: its own; in a StreamScope that scope's; on a
// device's thread, while it runs a closure, the stream of the thread that posted it. A closure that
// was posted where there is no thread (interrupt context, the outside world) runs in the stream of
// the device's thread. Any context.
inline StreamId CurrentStream() { return {internal::StreamOf(kernel::CurrentThreadLocals())}; }

// For as long as it lives, what the calling thread does belongs to `stream`. Scopes nest, and lie
// on the stack of the thread. Thread context only.
class StreamScope {
 public:
  explicit StreamScope(StreamId stream)
      : locals_(kernel::CurrentThreadLocals()), outer_(locals_->stream) {
    locals_->stream = stream.value;
  }
  ~StreamScope() { locals_->stream = outer_; }
  StreamScope(const StreamScope&) = delete;
  StreamScope& operator=(const StreamScope&) = delete;

 private:
  kernel::ThreadLocals* const locals_;
  const uint32_t outer_;
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_STREAM_H_
