// Opening, calling and closing user clients for programs. (service.md 5)
#include "drivers/service/user_calls.h"

#include <libkern/OSAtomic.h>
#include <libkern/c++/OSContainers.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_state.h"
#include "drivers/service/terminate_thread.h"
#include "libkern/task.h"

namespace drydock::user_calls {

// --- Opening.

namespace {

IOReturn SetUpLocking(IOUserClient* client) {
  const auto locking = Owned(client->copyProperty(kIOUserClientDefaultLockingKey));
  const auto locking_set = Owned(client->copyProperty(kIOUserClientDefaultLockingSetPropertiesKey));
  const auto single =
      Owned(client->copyProperty(kIOUserClientDefaultLockingSingleThreadExternalMethodKey));
  if (OSDynamicCast(IOUserClient2022, client) != nullptr &&
      (locking == nullptr || locking_set == nullptr || single == nullptr)) {
    return kIOReturnError;
  }
  if (locking.get() != kOSBooleanTrue) return kIOReturnSuccess;
  StateOfClient(client).call_lock = IORWLockAlloc();
  StateOfClient(client).single_threaded = single.get() == kOSBooleanTrue;
  return StateOfClient(client).call_lock != nullptr ? kIOReturnSuccess : kIOReturnNoMemory;
}

// The property names the entitlement that the program must have. False or absent: none.
IOReturn CheckEntitlements(IOUserClient* client, task_t task) {
  const auto wanted = Owned(client->copyProperty(kIOUserClientEntitlementsKey));
  if (wanted == nullptr || wanted.get() == kOSBooleanFalse) return kIOReturnSuccess;
  const OSString* name = OSDynamicCast(OSString, wanted.get());
  if (name == nullptr) return kIOReturnNotPrivileged;
  const auto value = Owned(IOUserClient::copyClientEntitlement(task, name->getCStringNoCopy()));
  return value.get() == kOSBooleanTrue ? kIOReturnSuccess : kIOReturnNotPrivileged;
}

}  // namespace

IOReturn Open(IOService* service, task_t task, UInt32 type, mach_port_t* connection) {
  IOUserClient* made = nullptr;
  const IOReturn result = service->newUserClient(task, task, type, nullptr, &made);
  if (result != kIOReturnSuccess) return result;
  const auto client = Owned(made);
  IOReturn refused = SetUpLocking(client.get());
  if (refused == kIOReturnSuccess) refused = CheckEntitlements(client.get(), task);
  if (refused == kIOReturnSuccess) {
    const std::string creator = absl::StrCat("pid ", task->pid, ", ", task->name);
    client->setProperty(kIOUserClientCreatorKey, creator.c_str());
    *connection = PortGive(client.get(), PortKind::kConnect, task);
    // A termination before the port existed had nothing to revoke.
    if (client->isInactive()) Revoke(client.get());
  } else {
    IOReturn ignored;
    CloseOnce(client.get(), &ignored);
  }
  termination::ResumePhase2(client.get(), service);
  return refused;
}

// --- Calls.

Inside::Inside(mach_port_t connection, task_t task) {
  const OSSharedPtr<OSObject> object =
      PortCopyObject(connection, PortKind::kConnect, task, [](OSObject* object) {
        if (auto* client = OSDynamicCast(IOUserClient, object))
          ++StateOfClient(client).calls_inside;
      });
  client_.reset(OSDynamicCast(IOUserClient, object.get()), OSRetain);
  // The port of a revoked connection with live mappings stands for these, not for a client. (UC-10)
  failure_ = object == nullptr    ? MACH_SEND_INVALID_DEST
             : client_ == nullptr ? kIOReturnBadArgument
                                  : kIOReturnSuccess;
}

Inside::~Inside() {
  if (client_ == nullptr) return;
  bool finalize;
  {
    PortLock lock;
    UserClientState& its = StateOfClient(client_.get());
    finalize = --its.calls_inside == 0 && its.finalize_after_calls;
  }
  if (finalize) termination::ScheduleFinalize(client_.get());
}

IOReturn ExternalMethod(IOUserClient* client, IOExternalMethodArguments* arguments) {
  IORWLock* lock = StateOfClient(client).call_lock;
  if (lock != nullptr)
    StateOfClient(client).single_threaded ? IORWLockWrite(lock) : IORWLockRead(lock);
  IOReturn result;
  if (auto* modern = OSDynamicCast(IOUserClient2022, client)) {
    result = modern->externalMethod(arguments->selector,
                                    reinterpret_cast<IOExternalMethodArgumentsOpaque*>(arguments));
  } else {
    result = client->externalMethod(arguments->selector, arguments);
  }
  if (lock != nullptr) IORWLockUnlock(lock);
  return result;
}

bool CloseOnce(IOUserClient* client, IOReturn* result) {
  if (!OSCompareAndSwap8(0, 1, &StateOfClient(client).closed)) return false;
  IORWLock* lock = StateOfClient(client).call_lock;
  if (lock != nullptr) IORWLockWrite(lock);
  *result = client->clientClose();
  if (lock != nullptr) IORWLockUnlock(lock);
  return true;
}

// --- Memory.

IOReturn MapMemory(IOUserClient* client, UInt32 type, IOOptionBits options, IOMemoryMap** map) {
  IOMemoryDescriptor* shared = nullptr;
  const IOReturn result = client->clientMemoryForType(type, &options, &shared);
  const auto memory = Owned(shared);
  if (result != kIOReturnSuccess) return result;
  if (memory == nullptr) return kIOReturnBadArgument;
  const auto mapped = Owned(memory->map(options));
  if (mapped == nullptr) return kIOReturnNoMemory;
  {
    PortLock lock;
    OSArray*& mappings = StateOfClient(client).mappings;
    if (mappings == nullptr) mappings = OSArray::withCapacity(2);
    mappings->setObject(mapped.get());
  }
  *map = mapped.get();  // the client has a reference
  return kIOReturnSuccess;
}

IOReturn UnmapMemory(IOUserClient* client, UInt32 type, mach_vm_address_t address) {
  IOOptionBits options = 0;
  IOMemoryDescriptor* shared = nullptr;
  const IOReturn result = client->clientMemoryForType(type, &options, &shared);
  const auto memory = Owned(shared);
  if (result != kIOReturnSuccess) return result;
  OSSharedPtr<IOMemoryMap> gone;
  PortLock lock;
  OSArray* mappings = StateOfClient(client).mappings;
  for (unsigned i = 0; mappings != nullptr && i < mappings->getCount(); ++i) {
    auto* map = static_cast<IOMemoryMap*>(mappings->getObject(i));
    if (map->getMemoryDescriptor() != memory.get() || map->getAddress() != address) continue;
    gone.reset(map, OSRetain);
    mappings->removeObject(i);
    return kIOReturnSuccess;
  }
  return kIOReturnBadArgument;
}

// --- Terminations.

void Revoke(IOService* victim) {
  auto* client = OSDynamicCast(IOUserClient, victim);
  OSArray* mappings = client != nullptr ? StateOfClient(client).mappings : nullptr;
  PortRevoke(victim, mappings != nullptr && mappings->getCount() > 0 ? mappings : nullptr);
}

bool MayFinalize(IOService* victim) {
  auto* client = OSDynamicCast(IOUserClient, victim);
  if (client == nullptr) return true;
  PortLock lock;
  UserClientState& its = StateOfClient(client);
  its.finalize_after_calls = its.calls_inside > 0;
  return !its.finalize_after_calls;
}

}  // namespace drydock::user_calls
