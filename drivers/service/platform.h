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
  // terminate() takes the service out of the registry at once, and so frees it while drivers still
  // use it: the naive design with which the talk of 2003 explains the need for two phases.
  bool naive_teardown = false;
};

// Boots the platform: registry, catalogue with the personalities of all kexts linked in, interrupt
// controller. Returns the platform service, below which nubs attach; it lives until shutdown. Once
// per run, on a thread.
IOService* BootPlatform(const PlatformOptions& options = {});

// Terminates the services below the platform, waits until they are gone and the system work loop
// has ended, and releases all the platform held. Objects that live on after this have leaked. If a
// termination never ends, gives up after a simulated minute, reports the clients it waits for, and
// returns false; the platform is then left as it is.
bool ShutdownPlatform();

// Adds an interrupt to a nub, with the nub's next free index: line `line` of the platform's
// controller.
void AddInterrupt(IOService* nub, int line);

// The controller of that name, or null. Not retained. Thread context.
IOInterruptController* FindInterruptController(const OSString* name);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_PLATFORM_H_
