// The busy count of a service: the work that goes on in it and in the services below it.
// (service.md 3.10)
#include <IOKit/IOService.h>

#include "drivers/service/busy_change.h"
#include "drivers/service/notification.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_state.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"

using drydock::BusyChange;
using drydock::RegistryLock;
using drydock::trace::EventKind;

namespace {

constexpr UInt32 kBusyMax = 1023;

}  // namespace

UInt32 IOService::getBusyState() {
  RegistryLock lock;
  return fState.busy;
}

void IOService::adjustBusy(SInt32 delta) {
  BusyChange change;
  change.Adjust(this, delta);
}

namespace drydock {

void BusyChange::Adjust(IOService *service, SInt32 delta) {
  // A provider counts a busy client once, so the walk ends where a service stays busy or idle. The
  // whole walk is one step: else the -1 of one thread could reach the provider before the +1 of
  // another.
  RegistryLock lock;
  while (service != nullptr && delta != 0) {
    std::atomic<UInt32> &busy = StateOf(service).busy;
    const SInt64 wanted = static_cast<SInt64>(busy) + delta;
    if (wanted < 0 || wanted > kBusyMax) {
      kernel::Log("adjustBusy would take the busy count out of 0..1023; the call is ignored");
      return;
    }
    const bool was_busy = busy > 0;
    busy = static_cast<UInt32>(wanted);
    TraceEntry(EventKind::kServiceBusy, service, nullptr, busy);
    if (was_busy == (busy > 0)) return;
    kernel::ThreadWakeup(&busy, /*one_thread=*/false);
    if (StateOf(service).interests != nullptr) {
      changes_.push_back({OSSharedPtr<IOService>(service, OSRetain), !was_busy});
    }
    delta = was_busy ? -1 : 1;
    service = service->getProvider();
  }
}

BusyChange::~BusyChange() {
  for (const Change &change : changes_) {
    notifications::Tell(gIOBusyInterest, kIOMessageServiceBusyStateChange, change.service.get(),
                        reinterpret_cast<void *>(static_cast<uintptr_t>(change.busy)));
  }
}

}  // namespace drydock

IOReturn IOService::waitQuiet(uint64_t timeout) {
  const drydock::kernel::Time deadline =
      timeout == UINT64_MAX ? 0 : drydock::kernel::SaturatingAdd(drydock::kernel::Now(), timeout);
  for (;;) {
    if (fState.busy == 0) return kIOReturnSuccess;
    drydock::kernel::AssertWait(&fState.busy, drydock::kernel::Interruptible::kUninterruptible,
                                deadline,
                                {"waits for quiet in", drydock::trace::Intern(getName()),
                                 drydock::ObjectIdOf(this), nullptr});
    if (fState.busy == 0)
      drydock::kernel::ThreadWakeupThread(&fState.busy, drydock::kernel::CurrentThread());
    if (drydock::kernel::ThreadBlock() == drydock::kernel::WaitResult::kTimedOut) {
      return fState.busy == 0 ? kIOReturnSuccess : kIOReturnTimeout;
    }
  }
}
