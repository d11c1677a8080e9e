// A service's part in a termination: what terminate() does to one service, and what the calls of
// the protocol do in a driver that does not override them. (service.md 4)
#include <IOKit/IOService.h>

#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "drivers/service/terminate_thread.h"
#include "drivers/service/termination.h"

using drydock::StateOf;
using drydock::TraceEntry;
using drydock::trace::EventKind;

namespace termination = drydock::termination;

bool IOService::terminate(IOOptionBits options) {
  // For the client of a victim the walk in termination::Terminate goes on with its clients.
  if ((options & termination::kRecursing) != 0) return termination::MakeInactive(this, options);
  return termination::Terminate(this, options | kIOServiceTerminate);
}

bool IOService::requestTerminate(IOService *provider, IOOptionBits options) {
  // A service with another provider lives on; it is told all the same. (TD-27)
  return isParent(provider, gIOServicePlane, /*onlyParent=*/true) &&
         provider->terminateClient(this, options | termination::kRecursing) && isInactive();
}

bool IOService::terminateClient(IOService *client, IOOptionBits options) {
  return client->terminate(options);
}

bool IOService::willTerminate(IOService *, IOOptionBits) { return true; }

bool IOService::didTerminate(IOService *provider, IOOptionBits, bool *defer) {
  StateOf(this).reached_super = true;
  if (*defer) return true;
  // No lock is held while the client is asked: a thread that waits for the client's lock may hold
  // the provider's.
  bool open = provider->isOpen(this);
  if (open) {
    message(kIOMessageServiceIsRequestingClose, provider);
    open = provider->isOpen(this);
  }
  if (open) {
    TraceEntry(EventKind::kTerminateStopDefer, this, provider);  // until it closes (TD-12)
  } else {
    termination::ScheduleStop(this, provider);
  }
  return true;
}

bool IOService::finalize(IOOptionBits) {
  const bool victim = StateOf(this).Has(drydock::kServicePhase3);
  const auto providers = drydock::Owned(getProviderIterator());
  while (OSObject *object = providers->getNextObject()) {
    IOService *provider = OSDynamicCast(IOService, object);
    if (provider == nullptr) continue;
    if (!victim) {
      // A driver called finalize outside a termination: nothing else will stop the service.
      termination::StopAndDetach(this, provider);
    } else if (!provider->isInactive()) {
      // Only the root victim has a provider that survives. (An inactive provider that has not
      // reached phase 3 was held back by a matching job or an open: its own phase 2 will tell this
      // service, and stop it then.)
      termination::ScheduleStop(this, provider);
    }
  }
  return true;
}
