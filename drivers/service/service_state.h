// drivers/service/service_state.h
//
// StateOf: the one way to the private state of a service (kpi/IOKit/IOServicePrivate.h), for the
// parts of this folder that are not methods of IOService: matching, termination, notification,
// interrupts, the calls of programs. Which lock guards a field is said there.
//
// The service may be const, since a caller that only reads may have no other; the state never is.
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
