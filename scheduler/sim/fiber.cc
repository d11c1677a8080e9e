#include "scheduler/sim/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <boost/context/detail/fcontext.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define DRYDOCK_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DRYDOCK_ASAN 1
#endif
#endif
#ifdef DRYDOCK_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace drydock::sim {

namespace fcontext = boost::context::detail;

// Where a fiber begins.
struct FiberTrampoline {
  static void Enter(fcontext::transfer_t transfer) {
    FiberPool& pool = FiberPool::Get();
    pool.Arrived(static_cast<Fiber*>(transfer.data), transfer.fctx, nullptr);
    Fiber* self = pool.running_;
    self->entry_(self->argument_);
    std::fputs("drydock: a fiber's entry returned\n", stderr);
    std::abort();
  }
};

FiberPool& FiberPool::Get() {
  static auto* pool = new FiberPool();
  return *pool;
}

Fiber* FiberPool::Acquire(Fiber::Entry entry, void* argument) {
  Fiber* fiber = free_;
  if (fiber != nullptr) {
    free_ = fiber->next_free_;
  } else {
    fiber = new Fiber();
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, kStackBytes + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) {
      std::perror("drydock: no memory for a fiber's stack");
      std::abort();
    }
    fiber->stack_ = static_cast<char*>(memory) + page;
    // Tops of stacks at the same place of every page would compete for the same lines of the cache.
    constexpr size_t kColors = 61;
    constexpr size_t kColorBytes = 192;
    fiber->stack_bytes_ = kStackBytes - (made_ % kColors) * kColorBytes;
    ++made_;
  }
  fiber->entry_ = entry;
  fiber->argument_ = argument;
  fiber->frame_ = nullptr;
  fiber->fake_stack_ = nullptr;
  fiber->context_ = fcontext::make_fcontext(fiber->stack_ + fiber->stack_bytes_,
                                            fiber->stack_bytes_, &FiberTrampoline::Enter);
  return fiber;
}

void FiberPool::Release(Fiber* fiber) {
#ifdef DRYDOCK_ASAN
  // Frames that were never unwound left their redzones poisoned.
  __asan_unpoison_memory_region(fiber->stack_, fiber->stack_bytes_);
#endif
  fiber->next_free_ = free_;
  free_ = fiber;
}

void FiberPool::SwitchTo(Fiber* target) {
  Fiber* self = running_;
  self->frame_ = __builtin_frame_address(0);
  running_ = target;
#ifdef DRYDOCK_ASAN
  // A retiring fiber never comes back: its fake stack is to be destroyed.
  __sanitizer_start_switch_fiber(self == retired_ ? nullptr : &self->fake_stack_, target->stack_,
                                 target->stack_bytes_);
#endif
  const fcontext::transfer_t transfer = fcontext::jump_fcontext(target->context_, self);
  Arrived(static_cast<Fiber*>(transfer.data), transfer.fctx, self->fake_stack_);
}

CallStack FiberPool::StackOf(const Fiber& fiber) const {
  return Walk(fiber, &fiber == running_ ? __builtin_frame_address(0) : fiber.frame_);
}

CallStackId FiberPool::StackIdHere() const {
  return CallStacks::Walk(__builtin_frame_address(0), running_->stack_begin(),
                          running_->stack_end());
}

CallStack FiberPool::StackLeft(const Fiber& fiber) const { return Walk(fiber, fiber.frame_); }

CallStack FiberPool::Walk(const Fiber& fiber, const void* frame, const void* code) {
  if (fiber.entry_ == nullptr) return CallStack();
  return CallStack::Walk(frame, fiber.stack_, fiber.stack_ + fiber.stack_bytes_, code);
}

CallStack FiberPool::StackFrom(const void* code, const void* frame) const {
  return Walk(*running_, frame, code);
}

bool FiberPool::InGuardPage(const void* address) const {
  const auto* stack = static_cast<const void*>(running_->stack_);
  return address < stack && address >= running_->stack_ - sysconf(_SC_PAGESIZE);
}

// On a fiber that was just switched to: notes where the other one stopped, and recycles it if that
// was its end.
void FiberPool::Arrived(Fiber* from, void* from_context, void* own_fake_stack) {
  from->context_ = from_context;
#ifdef DRYDOCK_ASAN
  const void* bottom = nullptr;
  size_t bytes = 0;
  __sanitizer_finish_switch_fiber(own_fake_stack, &bottom, &bytes);
  if (from == &host_) {
    // The host's stack is known only from here; the way back needs it.
    host_.stack_ = const_cast<char*>(static_cast<const char*>(bottom));
    host_.stack_bytes_ = bytes;
  }
#else
  (void)own_fake_stack;
#endif
  if (retired_ != nullptr) {
    Release(retired_);
    retired_ = nullptr;
  }
}

}  // namespace drydock::sim
