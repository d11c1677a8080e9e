// drivers/service/matching.h
//
// Matching: finds and starts drivers for services. A service has at most one job at a time;
// matching threads do the jobs, first come, first served. They call drivers without any lock or
// gate. (service.md 3.2 to 3.5)
//
// Both functions may be called on any thread.
#ifndef DRYDOCK_DRIVERS_SERVICE_MATCHING_H_
#define DRYDOCK_DRIVERS_SERVICE_MATCHING_H_

#include <IOKit/IOService.h>
#include <libkern/c++/OSContainers.h>

namespace drydock::matching {

// registerService for a service that is below the root. Starts a job, on a matching thread or on
// this one, or has the running job do another round. Nothing happens if the service is inactive.
void Register(IOService* service, IOOptionBits options);

// Registers again the registered services that one of these personalities may fit.
void MatchAnew(OSOrderedSet* personalities);

}  // namespace drydock::matching

#endif  // DRYDOCK_DRIVERS_SERVICE_MATCHING_H_
