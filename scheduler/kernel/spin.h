// scheduler/kernel/spin.h
//
// Waiting without giving up the CPU, for what another CPU is about to do.
#ifndef DRYDOCK_SCHEDULER_KERNEL_SPIN_H_
#define DRYDOCK_SCHEDULER_KERNEL_SPIN_H_

namespace drydock::kernel {

// How often it is worth looking again for what takes another CPU a microsecond or two, before the
// thread yields or blocks; 0 if there is no other CPU. Each look has its choice point, and
// SpinPause follows it.
int SpinLimit();

// The CPU that the calling thread was on a moment ago, or -1 if it makes no difference: to look for
// what a thread of the same CPU is about to do is in vain.
int CpuHere();

// Has the calling thread go on on that CPU, if it may: for who is about to block and expects to be
// woken from there. The host wakes a thread where it fell asleep, and before it that CPU, if that
// sleeps too: on a virtual machine this takes longer than all the rest.
void MoveToCpu(int cpu);
// Has it go on on any other, if it may: for who is to work together with a thread of that CPU.
void MoveFromCpu(int cpu);

// Tells the CPU that it spins. Costs no virtual time.
inline void SpinPause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_SPIN_H_
