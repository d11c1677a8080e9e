// scheduler/kernel/interrupt.h
//
// Interrupt lines, from the pin to the one primary handler the interrupt controller has on each.
// Sharing a line among several drivers is the controller's business
// (drivers/service/IOInterruptController.cc).
//
// Primary-interrupt context is above all threads: a handler runs on some CPU that has interrupts
// enabled, on top of the thread it finds there, and must not block or take a mutex.
#ifndef DRYDOCK_SCHEDULER_KERNEL_INTERRUPT_H_
#define DRYDOCK_SCHEDULER_KERNEL_INTERRUPT_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

inline constexpr int kInterruptLines = 128;

enum class Trigger : uint8_t {
  kEdge,   // a raise is one interrupt; raised again before it is delivered, it is still one
  kLevel,  // delivered as long as the line is raised and unmasked
};

using InterruptHandler = void (*)(void* target, int line);

// Puts `handler` on `line` (0..127), masked. Null takes it away. Any context.
void InterruptInstall(int line, Trigger trigger, InterruptHandler handler, void* target);

// Masking keeps the line from being delivered; a raised line stays pending. Masking does not wait
// for a handler that is running. Any context.
void InterruptMask(int line);
void InterruptUnmask(int line);
bool InterruptIsMasked(int line);

// What hardware does to the line. Any context, usually the outside.
void InterruptRaise(int line);
void InterruptLower(int line);  // level lines only

// Whether a handler of the line is running on some CPU other than the caller's; and a busy wait
// until none is.
bool InterruptActiveElsewhere(int line);
void InterruptWaitInactive(int line);

// From a handler: says whether the interrupt is its own; reads that back. True until set.
void InterruptClaim(bool mine);
bool InterruptClaimed();

// Whether the caller is in primary-interrupt context.
bool InInterruptContext();

// Keeps interrupts off the calling CPU / restores; returns whether they were enabled.
bool SetInterruptsEnabled(bool enabled);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_INTERRUPT_H_
