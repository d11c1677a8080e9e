// scheduler/kernel/funnel.h
//
// The two funnels of the historic profile: locks that the BSD half of the kernel runs under. A
// thread holds at most one; it gives it up whenever it blocks and has it again before it goes on.
// So a thread that calls into BSD, a work loop's too, waits until the thread that runs there
// blocks. (workloop.md 8.3)
#ifndef DRYDOCK_SCHEDULER_KERNEL_FUNNEL_H_
#define DRYDOCK_SCHEDULER_KERNEL_FUNNEL_H_

namespace drydock::kernel {

enum class Funnel : int {
  kNone = 0,
  kKernel = 1,
  kNetwork = 2,
};

// Takes `funnel`, waiting if need be, or gives it back; returns whether the calling thread held it.
// Taking it a second time changes nothing. Panics if the thread holds the other one, if it gives
// back what it does not hold, and in the modern profile, which has none. Thread context only.
bool FunnelSet(Funnel funnel, bool take);

// Which one the calling thread holds.
Funnel CurrentFunnel();

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_FUNNEL_H_
