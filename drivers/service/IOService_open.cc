// Opening and closing a service, and the messages services send each other. (service.md 3.8, 3.9)
#include <IOKit/IOService.h>

#include "drivers/service/io_rules.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/terminate_thread.h"
#include "scheduler/kernel/panic.h"

using drydock::Owned;
using drydock::ServiceLock;
using drydock::TraceEntry;
using drydock::trace::EventKind;

namespace notifications = drydock::notifications;

namespace {

// Sends the message to every client but one, and to the handlers of registerInterest.
void MessageOthers(IOService *service, IOService *but, UInt32 type) {
  const auto clients = Owned(service->getClientIterator());
  while (OSObject *client = clients->getNextObject()) {
    if (client != but) service->messageClient(type, client);
  }
  notifications::Tell(gIOGeneralInterest, type, service, nullptr);
}

}  // namespace

bool IOService::open(IOService *forClient, IOOptionBits options, void *arg) {
  MessageOthers(this, forClient, kIOMessageServiceIsAttemptingOpen);
  bool granted;
  {
    ServiceLock lock(this);
    granted = !isInactive() && handleOpen(forClient, options, arg);
  }
  TraceEntry(EventKind::kServiceOpen, this, forClient, granted ? 1 : 0);
  return granted;
}

void IOService::close(IOService *forClient, IOOptionBits options) {
  bool was_open, last = false;
  {
    ServiceLock lock(this);
    was_open = handleIsOpen(forClient);
    if (was_open) {
      drydock::IoClientCloses(this, forClient);
      handleClose(forClient, options);
      last = fState.Has(drydock::kServicePhase3);
    }
  }
  if (!was_open) {
    drydock::kernel::Advise("close-without-open", forClient->getName(), " closes ", getName(),
                            ", which it does not have open");
    return;
  }
  TraceEntry(EventKind::kServiceClose, this, forClient);
  if (last) {
    // The termination that waited for this close goes on. (TD-13)
    drydock::termination::ScheduleStop(forClient, this);
  } else {
    MessageOthers(this, forClient, kIOMessageServiceWasClosed);
  }
}

bool IOService::isOpen(const IOService *forClient) const {
  auto *self = const_cast<IOService *>(this);
  ServiceLock lock(self);
  return handleIsOpen(forClient);
}

bool IOService::handleOpen(IOService *forClient, IOOptionBits options, void *) {
  if (fState.owner == nullptr) {
    fState.owner = forClient;
    return true;
  }
  if ((options & kIOServiceSeize) == 0) return false;
  if (messageClient(kIOMessageServiceIsRequestingClose, fState.owner) != kIOReturnSuccess ||
      fState.owner != nullptr) {
    return false;
  }
  fState.owner = forClient;
  return true;
}

void IOService::handleClose(IOService *forClient, IOOptionBits) {
  if (fState.owner == forClient) fState.owner = nullptr;
}

bool IOService::handleIsOpen(const IOService *forClient) const {
  return forClient != nullptr ? fState.owner == forClient : fState.owner != nullptr;
}

IOReturn IOService::message(UInt32, IOService *, void *) { return kIOReturnUnsupported; }

IOReturn IOService::messageClient(UInt32 type, OSObject *client, void *argument,
                                  vm_size_t argSize) {
  if (auto *notifier = OSDynamicCast(DrydockInterestNotifier, client)) {
    return notifier->Call(type, this, argument, argSize);
  }
  IOService *service = OSDynamicCast(IOService, client);
  if (service == nullptr) return kIOReturnBadArgument;
  TraceEntry(EventKind::kServiceMessage, service, this, type);
  return service->message(type, this, argument);
}

IOReturn IOService::messageClients(UInt32 type, void *argument, vm_size_t argSize) {
  IOReturn result = kIOReturnSuccess;
  const auto clients = Owned(getClientIterator());
  while (OSObject *client = clients->getNextObject()) {
    const IOReturn answer = messageClient(type, client, argument, argSize);
    if (answer != kIOReturnSuccess) result = answer;
  }
  const IOReturn answer = notifications::Tell(gIOGeneralInterest, type, this, argument, argSize);
  if (answer != kIOReturnSuccess) result = answer;
  return result;
}
