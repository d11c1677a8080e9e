// scheduler/kernel/boot.h
//
// For the two kernels: the beginning and end of a boot, between which PerBoot states live.
#ifndef DRYDOCK_SCHEDULER_KERNEL_BOOT_H_
#define DRYDOCK_SCHEDULER_KERNEL_BOOT_H_

namespace drydock::kernel::internal {

// Starts a boot. None may be in progress.
void BeginBoot();

// Destroys this boot's PerBoot states, the last made first, and ends it.
void EndBoot();

}  // namespace drydock::kernel::internal

#endif  // DRYDOCK_SCHEDULER_KERNEL_BOOT_H_
