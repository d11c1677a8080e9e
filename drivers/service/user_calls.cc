#include "drivers/service/user_calls.h"

#include <libkern/OSAtomic.h>
#include <libkern/c++/OSContainers.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/termination.h"
#include "libkern/task.h"

namespace drydock {

// --- Opening.

IOReturn UserCalls::Open(IOService* service, task_t task, UInt32 type, mach_port_t* connection) {
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
    // A termination that came meanwhile found no port to revoke.
    if (client->isInactive()) Revoke(client.get());
  } else {
    IOReturn ignored;
    CloseOnce(client.get(), &ignored);
  }
  client->setTerminateDefer(service, false);
  return refused;
}

IOReturn UserCalls::SetUpLocking(IOUserClient* client) {
  const auto locking = Owned(client->copyProperty(kIOUserClientDefaultLockingKey));
  const auto locking_set = Owned(client->copyProperty(kIOUserClientDefaultLockingSetPropertiesKey));
  const auto single =
      Owned(client->copyProperty(kIOUserClientDefaultLockingSingleThreadExternalMethodKey));
  if (OSDynamicCast(IOUserClient2022, client) != nullptr &&
      (locking == nullptr || locking_set == nullptr || single == nullptr)) {
    return kIOReturnError;
  }
  if (locking.get() != kOSBooleanTrue) return kIOReturnSuccess;
  client->fCallLock = IORWLockAlloc();
  client->fSingleThreaded = single.get() == kOSBooleanTrue;
  return client->fCallLock != nullptr ? kIOReturnSuccess : kIOReturnNoMemory;
}

// A string: the entitlement that the program must have. False: none. Not there: an older client.
IOReturn UserCalls::CheckEntitlements(IOUserClient* client, task_t task) {
  const auto wanted = Owned(client->copyProperty(kIOUserClientEntitlementsKey));
  if (wanted == nullptr || wanted.get() == kOSBooleanFalse) return kIOReturnSuccess;
  const OSString* name = OSDynamicCast(OSString, wanted.get());
  if (name == nullptr) return kIOReturnNotPrivileged;
  const auto value = Owned(IOUserClient::copyClientEntitlement(task, name->getCStringNoCopy()));
  return value.get() == kOSBooleanTrue ? kIOReturnSuccess : kIOReturnNotPrivileged;
}

// --- Calls.

UserCalls::Inside::Inside(mach_port_t connection, task_t task) {
  const OSSharedPtr<OSObject> object =
      PortCopyObject(connection, PortKind::kConnect, task, [](OSObject* object) {
        if (auto* client = OSDynamicCast(IOUserClient, object)) ++client->fCallsInside;
      });
  client_.reset(OSDynamicCast(IOUserClient, object.get()), OSRetain);
  // What a revoked connection with live mappings stands for is no client. (UC-10)
  failure_ = object == nullptr    ? MACH_SEND_INVALID_DEST
             : client_ == nullptr ? kIOReturnBadArgument
                                  : kIOReturnSuccess;
}

UserCalls::Inside::~Inside() {
  if (client_ == nullptr) return;
  bool finalize;
  {
    PortLock lock;
    finalize = --client_->fCallsInside == 0 && client_->fFinalizeAfterCalls;
  }
  if (finalize) Termination::ScheduleFinalize(client_.get());
}

IOReturn UserCalls::ExternalMethod(IOUserClient* client, IOExternalMethodArguments* arguments) {
  IORWLock* lock = client->fCallLock;
  if (lock != nullptr) client->fSingleThreaded ? IORWLockWrite(lock) : IORWLockRead(lock);
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

bool UserCalls::CloseOnce(IOUserClient* client, IOReturn* result) {
  if (!OSCompareAndSwap8(0, 1, &client->fClosed)) return false;
  IORWLock* lock = client->fCallLock;
  if (lock != nullptr) IORWLockWrite(lock);
  *result = client->clientClose();
  if (lock != nullptr) IORWLockUnlock(lock);
  return true;
}

// --- Memory.

IOReturn UserCalls::MapMemory(IOUserClient* client, UInt32 type, IOOptionBits options,
                              IOMemoryMap** map) {
  IOMemoryDescriptor* shared = nullptr;
  const IOReturn result = client->clientMemoryForType(type, &options, &shared);
  const auto memory = Owned(shared);
  if (result != kIOReturnSuccess) return result;
  if (memory == nullptr) return kIOReturnBadArgument;
  const auto mapped = Owned(memory->map(options));
  if (mapped == nullptr) return kIOReturnNoMemory;
  {
    PortLock lock;
    if (client->fMappings == nullptr) client->fMappings = OSArray::withCapacity(2);
    client->fMappings->setObject(mapped.get());
  }
  *map = mapped.get();  // the client keeps it
  return kIOReturnSuccess;
}

IOReturn UserCalls::UnmapMemory(IOUserClient* client, UInt32 type, mach_vm_address_t address) {
  IOOptionBits options = 0;
  IOMemoryDescriptor* shared = nullptr;
  const IOReturn result = client->clientMemoryForType(type, &options, &shared);
  const auto memory = Owned(shared);
  if (result != kIOReturnSuccess) return result;
  OSSharedPtr<IOMemoryMap> gone;
  PortLock lock;
  OSArray* mappings = client->fMappings;
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

void UserCalls::Revoke(IOService* victim) {
  auto* client = OSDynamicCast(IOUserClient, victim);
  OSArray* mappings = client != nullptr ? client->fMappings : nullptr;
  PortRevoke(victim, mappings != nullptr && mappings->getCount() > 0 ? mappings : nullptr);
}

bool UserCalls::MayFinalize(IOService* victim) {
  auto* client = OSDynamicCast(IOUserClient, victim);
  if (client == nullptr) return true;
  PortLock lock;
  client->fFinalizeAfterCalls = client->fCallsInside > 0;
  return !client->fFinalizeAfterCalls;
}

}  // namespace drydock
