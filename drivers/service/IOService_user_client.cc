// How a service makes user clients for programs that open it. (service.md 5.1)
#include <IOKit/IOUserClient.h>
#include <libkern/c++/OSContainers.h>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/terminate_thread.h"
#include "trace/event_values.h"

using drydock::Owned;
using drydock::ServiceLock;
using drydock::TraceEntry;
using drydock::trace::EventKind;

IOReturn IOService::newUserClient(task_t owningTask, void *securityID, UInt32 type,
                                  OSDictionary *properties, IOUserClient **handler) {
  if (properties != nullptr) return kIOReturnUnsupported;
  const IOReturn overridden = newUserClient(owningTask, securityID, type, handler);
  if (overridden != kIOReturnUnsupported) return overridden;

  const auto class_property = Owned(copyProperty(kIOUserClientClassKey));
  const OSString *name = OSDynamicCast(OSString, class_property.get());
  if (name == nullptr) return kIOReturnUnsupported;
  const auto object = Owned(OSMetaClass::allocClassWithName(name));
  if (object == nullptr) return kIOReturnNoMemory;
  auto *client = OSDynamicCast(IOUserClient, object.get());
  if (client == nullptr) return kIOReturnUnsupported;
  if (!client->initWithTask(owningTask, securityID, type, properties)) return kIOReturnBadArgument;
  {
    // Attached and held in one step: a termination of this service waits until the client is open.
    // (TD-36)
    ServiceLock lock(this);
    if (!client->attach(this)) return kIOReturnUnsupported;
    drydock::termination::HoldPhase2(client, this);
  }
  TraceEntry(EventKind::kServiceStart, client, this);
  const bool started = client->start(this);
  TraceEntry(EventKind::kServiceStarted, client, this,
             static_cast<uint64_t>(started ? drydock::trace::StartResult::kUserClient
                                           : drydock::trace::StartResult::kRefused));
  if (!started) {
    client->detach(this);
    drydock::termination::ResumePhase2(client, this);
    return kIOReturnUnsupported;
  }
  client->retain();
  *handler = client;
  return kIOReturnSuccess;
}

IOReturn IOService::newUserClient(task_t, void *, UInt32, IOUserClient **) {
  return kIOReturnUnsupported;
}
