// Fibers on Boost.Context, and the pool that keeps their stacks.
#include "scheduler/sim/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/base/config.h"
#include <boost/context/detail/fcontext.hpp>

#ifdef ABSL_HAVE_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace drydock::sim {

namespace fcontext = boost::context::detail;

namespace {

// fcontext::jump_fcontext, entered by a jump instead of a call. It does not return by `ret`, so a
// `call` of it would leave an entry too many in the host CPU's stack of predicted returns, and
// after a switch all following returns would be mispredicted.
fcontext::transfer_t Jump(fcontext::fcontext_t to, void* data) {
#ifdef __x86_64__
  fcontext::transfer_t from;
  asm volatile(
      "leaq -128(%%rsp), %%rsp\n\t"  // beyond the red zone
      "leaq 1f(%%rip), %%rax\n\t"
      "pushq %%rax\n\t"
      "jmp jump_fcontext\n"
      "1:\n\t"
      "leaq 128(%%rsp), %%rsp"
      : "=a"(from.fctx), "=d"(from.data), "+D"(to), "+S"(data)
      :
      : "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
        "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc",
        "memory");
  return from;
#else
  return fcontext::jump_fcontext(to, data);
#endif
}

}  // namespace

// The first function on a fiber.
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
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
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
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  // A retiring fiber never comes back: its fake stack is to be destroyed.
  __sanitizer_start_switch_fiber(self == retired_ ? nullptr : &self->fake_stack_, target->stack_,
                                 target->stack_bytes_);
#endif
  const fcontext::transfer_t transfer = Jump(target->context_, self);
  Arrived(static_cast<Fiber*>(transfer.data), transfer.fctx, self->fake_stack_);
}

CallStack FiberPool::StackOf(const Fiber& fiber) const {
  return Walk(fiber, &fiber == running_ ? __builtin_frame_address(0) : fiber.frame_);
}

CallStack FiberPool::StackHere(const void* frame) const {
  return Walk(*running_, frame != nullptr ? frame : __builtin_frame_address(0));
}

CallStackId FiberPool::StackIdHere(const void* frame) const {
  return CallStacks::Walk(frame != nullptr ? frame : __builtin_frame_address(0),
                          running_->stack_begin(), running_->stack_end());
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
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
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
