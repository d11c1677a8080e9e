// A service's life: what it is born with, its links, its work loop.
#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/busy_change.h"
#include "drivers/service/instances.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/power.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/termination.h"
#include "libkern/kernel_heap.h"
#include "libkern/recursive_lock.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

using drydock::Owned;
using drydock::RegistryLock;
using drydock::ServiceLock;
using drydock::TraceEntry;
using drydock::kernel::ChoicePoint;
using drydock::kernel::OperationKind;
using drydock::trace::EventKind;

OSDefineMetaClassAndStructors(IOService, IORegistryEntry)

bool IOService::init(OSDictionary *dictionary) {
  if (!IORegistryEntry::init(dictionary)) return false;
  fArbitrationLock = IORecursiveLockAlloc();
  if (fArbitrationLock == nullptr) return false;
  drydock::SetRecursiveLockName(fArbitrationLock, getMetaClass()->getClassName());
  TraceEntry(EventKind::kServiceInit, this);
  return true;
}

void IOService::free() {
  drydock::Instances::Leave(this);
  drydock::Notifications::DropInterests(this);
  delete fPower;
  fPower = nullptr;
  drydock::HeapFree(fInterruptSources);
  fInterruptSources = nullptr;
  if (fArbitrationLock != nullptr) {
    IORecursiveLockFree(fArbitrationLock);
    fArbitrationLock = nullptr;
  }
  IORegistryEntry::free();
}

bool IOService::lockForArbitration(bool) {
  IORecursiveLockLock(fArbitrationLock);
  return true;
}

void IOService::unlockForArbitration() { IORecursiveLockUnlock(fArbitrationLock); }

bool IOService::isInactive() const {
  ChoicePoint(OperationKind::kService, drydock::ObjectIdOf(this));
  return (fState & kIOServiceInactiveState) != 0;
}

// --- Links.

bool IOService::attach(IOService *provider) {
  if (provider == nullptr) return attachToParent(getRegistryRoot(), gIOServicePlane);
  {
    ServiceLock lock(provider);
    if (provider->isInactive() || !attachToParent(provider, gIOServicePlane)) return false;
  }
  TraceEntry(EventKind::kServiceAttach, this, provider);
  return true;
}

void IOService::detach(IOService *provider) {
  // The link may be the last to hold either.
  const OSSharedPtr<IOService> keep_client(this, OSRetain), keep_provider(provider, OSRetain);
  bool last_client, rematch;
  {
    drydock::BusyChange busy;  // tells of it when the locks are open again
    ServiceLock lock(provider);
    RegistryLock registry;
    if (!isParent(provider, gIOServicePlane)) return;
    const bool was_first = getProvider() == provider;
    detachFromParent(provider, gIOServicePlane);
    // What it contributed to the provider's busy count goes with it, to its next provider if it has
    // one.
    if (fBusy > 0 && was_first) {
      busy.Adjust(provider, -1);
      if (IOService *next = getProvider()) busy.Adjust(next, 1);
    }
    if (has(kTermPhase3) && getProvider() == nullptr) {
      // One is the termination's own, one that of a job that is just over, one that of a driver
      // which never came.
      const UInt32 owed = 1 + (has(kJobBusy) ? 1 : 0) + (has(kModuleStall) ? 1 : 0);
      if (fBusy > owed) {
        drydock::kernel::Misuse("busy-count-not-returned",
                                absl::StrCat(getName(), " goes with a busy count that was raised ",
                                             fBusy - owed, " times more often than lowered"));
      }
      fBusy = 0;
    }
    last_client = provider->has(kTermPhase3) && provider->getChildCount(gIOServicePlane) == 0;
    rematch = has(kRematchOnDetach);
    if ((fState & kIOServiceInactiveState) != 0) drydock::Instances::Leave(this);
  }
  TraceEntry(EventKind::kServiceDetach, this, provider);
  if ((fState & kIOServiceInactiveState) != 0 && getProvider() == nullptr) {
    drydock::Power::CheckStopped(this);
    TraceEntry(EventKind::kTerminateDone, this);
  }
  drydock::kernel::ThreadWakeup(&fBusy, /*one_thread=*/false);
  if (last_client) drydock::Termination::ScheduleFinalize(provider);
  if (rematch) provider->registerService();
}

IOService *IOService::getProvider() const {
  return OSDynamicCast(IOService, getParentEntry(gIOServicePlane));
}

IOService *IOService::getClient() const {
  return OSDynamicCast(IOService, getChildEntry(gIOServicePlane));
}

IOWorkLoop *IOService::getWorkLoop() const {
  IOService *provider = getProvider();
  return provider != nullptr ? provider->getWorkLoop() : nullptr;
}

bool IOService::isBelowRoot() const {
  RegistryLock lock;
  const IORegistryEntry *entry = this;
  while (entry != nullptr && entry != getRegistryRoot()) {
    entry = entry->getParentEntry(gIOServicePlane);
  }
  return entry != nullptr;
}

// --- What a driver overrides.

IOService *IOService::probe(IOService *, SInt32 *) { return this; }

bool IOService::start(IOService *) { return true; }

void IOService::stop(IOService *) { fReachedSuper = true; }

const char *IOService::stringFromReturn(IOReturn code) {
  switch (code) {
    case kIOReturnSuccess:
      return "success";
    case kIOReturnError:
      return "general error";
    case kIOReturnNoMemory:
      return "memory allocation error";
    case kIOReturnNoResources:
      return "resource shortage";
    case kIOReturnNoDevice:
      return "no such device";
    case kIOReturnBadArgument:
      return "invalid argument";
    case kIOReturnExclusiveAccess:
      return "exclusive access and device already open";
    case kIOReturnUnsupported:
      return "unsupported function";
    case kIOReturnNotOpen:
      return "device not open";
    case kIOReturnBusy:
      return "device is busy";
    case kIOReturnTimeout:
      return "I/O timeout";
    case kIOReturnOffline:
      return "device offline";
    case kIOReturnNotReady:
      return "device not ready";
    case kIOReturnNotAttached:
      return "device/channel is not attached";
    case kIOReturnNotPermitted:
      return "operation not permitted";
    case kIOReturnAborted:
      return "operation was aborted";
    case kIOReturnNotResponding:
      return "device is not responding";
    case kIOReturnNotFound:
      return "not found";
    default:
      return "unknown";
  }
}
