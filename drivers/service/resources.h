// drivers/service/resources.h
//
// The resources service, whose properties are the resources that are no hardware, and the wait for
// them. Thread context. (service.md 3.3, 3.5)
#ifndef DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_
#define DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_

#include <IOKit/IOService.h>

namespace drydock {

// Makes and registers the resources service below the platform; releases it after its termination.
void BootResources(IOService* platform);
void ShutdownResources();

// Blocks until the resources that the service's IOResourceMatch names are published; no timeout.
void WaitForResources(IOService* service);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_RESOURCES_H_
