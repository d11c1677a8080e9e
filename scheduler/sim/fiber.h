// scheduler/sim/fiber.h
//
// Fibers: the stacks of simulated threads, all on the one host thread. Built on Boost.Context's
// fcontext: a switch is a handful of instructions. AddressSanitizer is told of every switch.
#ifndef DRYDOCK_SCHEDULER_SIM_FIBER_H_
#define DRYDOCK_SCHEDULER_SIM_FIBER_H_

#include <cstddef>

#include "symbols/call_stack.h"

namespace drydock::sim {

// A stack and a place in it. Made and recycled by FiberPool; the host's own stack is a Fiber too
// (FiberPool::host()).
class Fiber {
 public:
  using Entry = void (*)(void* argument);

  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Its stack. Not of the host's.
  const char* stack_begin() const { return stack_; }
  const char* stack_end() const { return stack_ + stack_bytes_; }
  bool OnStack(const void* address) const {
    return static_cast<size_t>(static_cast<const char*>(address) - stack_) < stack_bytes_;
  }

  // Fetches the end of its stack into the host's cache.
  void WarmUp() const {
    const auto* line = static_cast<const char*>(context_);
    for (int i = 0; i < 6; ++i) __builtin_prefetch(line + 64 * i);
  }

 private:
  friend class FiberPool;
  friend struct FiberTrampoline;
  Fiber() = default;

  void* context_ = nullptr;      // where to go on; stale while the fiber runs
  const void* frame_ = nullptr;  // of the SwitchTo that left it; null before the first
  char* stack_ = nullptr;        // lowest usable byte; null for the host
  size_t stack_bytes_ = 0;
  Entry entry_ = nullptr;
  void* argument_ = nullptr;
  void* fake_stack_ = nullptr;  // AddressSanitizer's, while the fiber does not run
  Fiber* next_free_ = nullptr;
};

// The process's fibers, kept for reuse: a campaign of runs makes no system calls. Stacks are mapped
// lazily by the host's kernel and end in a guard page, so that an overflow is a fault and not a
// corruption.
class FiberPool {
 public:
  static constexpr size_t kStackBytes = 256 * 1024;

  // The one pool. Leaked on purpose.
  static FiberPool& Get();

  // The stack the program was started on.
  Fiber* host() { return &host_; }
  Fiber* running() { return running_; }

  // A fiber that will call entry(argument) when first switched to. entry must not return: it ends
  // by retiring its fiber and switching away.
  Fiber* Acquire(Fiber::Entry entry, void* argument);

  // Gives a fiber that is not running back; whatever its stack held is forgotten without unwinding.
  void Release(Fiber* fiber);

  // Gives the running fiber back as soon as it has switched away, which must be its next and last
  // act.
  void RetireRunning() { retired_ = running_; }

  // Runs `target`, which must not be running; returns when another fiber switches back.
  void SwitchTo(Fiber* target);

  // Where a fiber's code stands: the caller's, if it is the running one. Empty for the host's.
  CallStack StackOf(const Fiber& fiber) const;

  // The running fiber's, from the frame record at `frame` outwards; from the caller if that is
  // null.
  CallStack StackHere(const void* frame) const;
  // The same as an id.
  CallStackId StackIdHere(const void* frame) const;

  // Where a fiber's code was left: when it last switched away, or for the running one at MarkLeft,
  // called with the machine's frame when that decides on it what comes next.
  CallStack StackLeft(const Fiber& fiber) const;
  void MarkLeft(const void* frame) { running_->frame_ = frame; }

  // The same of the running fiber from `code`, in the frame at `frame`, on.
  CallStack StackFrom(const void* code, const void* frame) const;

  // Whether an address lies in the guard page of the running fiber's stack.
  bool InGuardPage(const void* address) const;

  // Whether an address lies on the running fiber's stack.
  bool OnRunningStack(const void* address) const { return running_->OnStack(address); }

  // Whether it lies on the host's, in a frame that was there when that was left.
  bool OnHostStack(const void* address) const {
    constexpr size_t kDeepest = 8 * 1024 * 1024;
    const auto* const left = static_cast<const char*>(host_.frame_);
    return static_cast<size_t>(static_cast<const char*>(address) - left) < kDeepest;
  }

  // How many fibers were ever made.
  size_t made() const { return made_; }

 private:
  FiberPool() = default;
  // From that frame on, in which the code stands at `code` if that is not null.
  static CallStack Walk(const Fiber& fiber, const void* frame, const void* code = nullptr);
  void Arrived(Fiber* from, void* from_context, void* own_fake_stack);
  friend struct FiberTrampoline;

  Fiber host_;
  Fiber* running_ = &host_;
  Fiber* retired_ = nullptr;
  Fiber* free_ = nullptr;
  size_t made_ = 0;
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_FIBER_H_
