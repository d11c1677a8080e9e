// drivers/service/platform.h
//
// The platform a kernel boots on: the registry's root, the platform service at the top of all
// providers with the system work loop, and the interrupt controller.
#ifndef DRYDOCK_DRIVERS_SERVICE_PLATFORM_H_
#define DRYDOCK_DRIVERS_SERVICE_PLATFORM_H_

#include <IOKit/IOInterruptController.h>
#include <IOKit/IOService.h>

namespace drydock {

struct PlatformOptions {
  // terminate() takes the service out of the registry at once, and so frees it, whoever still uses
  // it: what the talk of 2003 begins with, to show why there are two phases.
  bool naive_teardown = false;
};

// Boots it: registry, catalogue with the personalities of all kexts linked in, interrupt
// controller. Returns the platform service, below which nubs attach; it lives until shutdown. Once
// per run, on a thread.
IOService* BootPlatform(const PlatformOptions& options = {});

// Terminates what is left below the platform, waits until it has gone and the system work loop has
// ended, and lets go of all the platform held. Objects that live on after this have leaked. If
// something parks its termination for ever, gives up after a simulated minute and returns false;
// the platform is then left as it is.
bool ShutdownPlatform();

// Gives a nub one interrupt, number `source` of its own being the next free: line `line` of the
// platform's controller.
void AddInterrupt(IOService* nub, int line);

// The controller of that name, or null. Not retained.
IOInterruptController* FindInterruptController(const OSString* name);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_PLATFORM_H_
