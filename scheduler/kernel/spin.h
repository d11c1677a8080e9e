// scheduler/kernel/spin.h
//
// Busy waiting: for what a thread on another CPU is about to do.
#ifndef DRYDOCK_SCHEDULER_KERNEL_SPIN_H_
#define DRYDOCK_SCHEDULER_KERNEL_SPIN_H_

namespace drydock::kernel {

// How often it is worth looking again for what takes another CPU a microsecond or two, before the
// thread yields or blocks; 0 if there is no other CPU. Each look has its choice point, and
// SpinPause follows it.
int SpinLimit();

// The CPU that the calling thread was on a moment ago, or -1 if it makes no difference. It is
// useless to spin for a thread that needs the same CPU.
int CpuHere();

// Moves the calling thread to that CPU, if it may run there: for a thread that is about to block
// and expects to be woken from there. The host wakes a thread where it fell asleep, and before it
// that CPU, if that sleeps too: on a virtual machine this takes longer than all the rest.
void MoveToCpu(int cpu);
// Moves it to any other CPU, if it may: for a thread that works together with one on that CPU.
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
