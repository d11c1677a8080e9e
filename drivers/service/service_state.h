// drivers/service/service_state.h
//
// The one way to what Drydock keeps about a service (kpi/IOKit/IOServicePrivate.h), for the stories
// in this folder that are told about services from outside: matching, termination, notification,
// power, interrupts, the calls of programs.
//
// The state belongs to the service and is const with it in no sense: a caller that only looks may
// have a const service.
#ifndef DRYDOCK_DRIVERS_SERVICE_SERVICE_STATE_H_
#define DRYDOCK_DRIVERS_SERVICE_SERVICE_STATE_H_

#include <IOKit/IOService.h>
#include <IOKit/IOUserClient.h>

namespace drydock {

inline ServiceState& StateOf(const IOService* service) {
  return const_cast<IOService*>(service)->fState;
}

inline UserClientState& StateOfClient(const IOUserClient* client) {
  return const_cast<IOUserClient*>(client)->fClientState;
}

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_SERVICE_STATE_H_
