// drivers/service/resources.h
//
// The service that stands for what is not hardware, and waiting for it.
// (service.md 3.3 and 3.5)
#ifndef DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_
#define DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_

#include <IOKit/IOService.h>

namespace drydock {

// Makes and registers it below the platform; lets it go when it has terminated.
void BootResources(IOService* platform);
void ShutdownResources();

// Waits until all that the service's IOResourceMatch names is published. There is no timeout.
void WaitForResources(IOService* service);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_
