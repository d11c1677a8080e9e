// drivers/service/relatives.h
//
// Loops over the clients and the providers of a service, over a copy of the links as they are when
// the loop begins: the body may change them. Any thread.
#ifndef DRYDOCK_DRIVERS_SERVICE_RELATIVES_H_
#define DRYDOCK_DRIVERS_SERVICE_RELATIVES_H_

#include <IOKit/IOService.h>

#include "drivers/service/owned.h"

namespace drydock {

// In order of attachment.
template <typename Body>
void ForEachClient(IOService* service, Body body) {
  const auto clients = Owned(service->getClientIterator());
  while (OSObject* client = clients->getNextObject()) body(static_cast<IOService*>(client));
}

// In order of attachment, without parents that are no services (the registry root).
template <typename Body>
void ForEachProvider(IOService* service, Body body) {
  const auto providers = Owned(service->getProviderIterator());
  while (OSObject* object = providers->getNextObject()) {
    if (IOService* provider = OSDynamicCast(IOService, object)) body(provider);
  }
}

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_RELATIVES_H_
