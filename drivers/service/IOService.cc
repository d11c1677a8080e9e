// The life of a service: what it is made with, its links to providers, its work loop, and the
// methods a driver overrides.
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
#include "drivers/service/service_state.h"
#include "drivers/service/terminate_thread.h"
#include "libkern/kernel_heap.h"
#include "libkern/recursive_lock.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/wait.h"

using drydock::Owned;
using drydock::RegistryLock;
using drydock::ServiceLock;
using drydock::StateOf;
using drydock::TraceEntry;
using drydock::kernel::ChoicePoint;
using drydock::kernel::OperationKind;
using drydock::trace::EventKind;

OSDefineMetaClassAndStructors(IOService, IORegistryEntry)

bool IOService::init(OSDictionary *dictionary) {
  if (!IORegistryEntry::init(dictionary)) return false;
  fState.arbitration_lock = IORecursiveLockAlloc();
  if (fState.arbitration_lock == nullptr) return false;
  drydock::SetRecursiveLockName(fState.arbitration_lock, getMetaClass()->getClassName());
  TraceEntry(EventKind::kServiceInit, this);
  return true;
}

void IOService::free() {
  drydock::instances::Leave(this);
  drydock::notifications::DropInterests(this);
  delete fState.power;
  fState.power = nullptr;
  drydock::HeapFree(fState.interrupt_sources);
  fState.interrupt_sources = nullptr;
  if (fState.arbitration_lock != nullptr) {
    IORecursiveLockFree(fState.arbitration_lock);
    fState.arbitration_lock = nullptr;
  }
  IORegistryEntry::free();
}

bool IOService::lockForArbitration(bool) {
  IORecursiveLockLock(fState.arbitration_lock);
  return true;
}

void IOService::unlockForArbitration() { IORecursiveLockUnlock(fState.arbitration_lock); }

bool IOService::isInactive() const {
  ChoicePoint(OperationKind::kService, drydock::ObjectIdOf(this));
  return (fState.published & kIOServiceInactiveState) != 0;
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
  // The link may hold the last reference to either.
  const OSSharedPtr<IOService> keep_client(this, OSRetain), keep_provider(provider, OSRetain);
  bool last_client, rematch;
  {
    drydock::BusyChange busy;  // notifies after the locks are released
    ServiceLock lock(provider);
    RegistryLock registry;
    if (!isParent(provider, gIOServicePlane)) return;
    const bool was_first = getProvider() == provider;
    detachFromParent(provider, gIOServicePlane);
    // What it contributed to the provider's busy count goes with it, to its next provider if it has
    // one.
    if (fState.busy > 0 && was_first) {
      busy.Adjust(provider, -1);
      if (IOService *next = getProvider()) busy.Adjust(next, 1);
    }
    if (fState.Has(drydock::kServicePhase3) && getProvider() == nullptr) {
      // The termination raised it once, and so did a matching job that is just over, and a driver
      // whose code was never loaded.
      const UInt32 expected = 1 + (fState.Has(drydock::kServiceJobBusy) ? 1 : 0) +
                              (fState.Has(drydock::kServiceModuleStall) ? 1 : 0);
      if (fState.busy > expected) {
        drydock::kernel::Misuse(
            "busy-count-not-returned",
            absl::StrCat(getName(), " is detached with a busy count that was raised ",
                         fState.busy - expected, " times more often than lowered"));
      }
      fState.busy = 0;
    }
    last_client = StateOf(provider).Has(drydock::kServicePhase3) &&
                  provider->getChildCount(gIOServicePlane) == 0;
    rematch = fState.Has(drydock::kServiceRematchOnDetach);
    if ((fState.published & kIOServiceInactiveState) != 0) drydock::instances::Leave(this);
  }
  TraceEntry(EventKind::kServiceDetach, this, provider);
  if ((fState.published & kIOServiceInactiveState) != 0 && getProvider() == nullptr) {
    drydock::CheckPowerStopped(this);
    TraceEntry(EventKind::kTerminateDone, this);
  }
  drydock::kernel::ThreadWakeup(&fState.busy, /*one_thread=*/false);
  if (last_client) drydock::termination::ScheduleFinalize(provider);
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

// --- What a driver overrides.

IOService *IOService::probe(IOService *, SInt32 *) { return this; }

bool IOService::start(IOService *) { return true; }

void IOService::stop(IOService *) { fState.reached_super = true; }

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
