// The busy count: what is still going on in a service and below it. (service.md 3.10)
#include <IOKit/IOService.h>

#include "drivers/service/busy_change.h"
#include "drivers/service/notification.h"
#include "drivers/service/registry.h"
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
  return fBusy;
}

void IOService::adjustBusy(SInt32 delta) {
  BusyChange change;
  change.Adjust(this, delta);
}

namespace drydock {

void BusyChange::Adjust(IOService *service, SInt32 delta) {
  // Only a change between idle and busy shows one level up. The whole walk is one step: else the -1
  // of one thread could reach the provider before the +1 of another.
  RegistryLock lock;
  while (service != nullptr && delta != 0) {
    const SInt64 wanted = static_cast<SInt64>(service->fBusy) + delta;
    if (wanted < 0 || wanted > kBusyMax) {
      kernel::Log("adjustBusy would take the count out of 0..1023; it is ignored");
      return;
    }
    const bool was_busy = service->fBusy > 0;
    service->fBusy = static_cast<UInt32>(wanted);
    TraceEntry(EventKind::kServiceBusy, service, nullptr, service->fBusy);
    if (was_busy == (service->fBusy > 0)) return;
    kernel::ThreadWakeup(&service->fBusy, /*one_thread=*/false);
    if (service->fInterests != nullptr) {
      changes_.push_back({OSSharedPtr<IOService>(service, OSRetain), !was_busy});
    }
    delta = was_busy ? -1 : 1;
    service = service->getProvider();
  }
}

BusyChange::~BusyChange() {
  for (const Change &change : changes_) {
    Notifications::Tell(gIOBusyInterest, kIOMessageServiceBusyStateChange, change.service.get(),
                        reinterpret_cast<void *>(static_cast<uintptr_t>(change.busy)));
  }
}

}  // namespace drydock

IOReturn IOService::waitQuiet(uint64_t timeout) {
  const drydock::kernel::Time deadline =
      timeout == UINT64_MAX ? 0 : drydock::kernel::SaturatingAdd(drydock::kernel::Now(), timeout);
  for (;;) {
    if (fBusy == 0) return kIOReturnSuccess;
    drydock::kernel::AssertWait(&fBusy, drydock::kernel::Interruptible::kUninterruptible, deadline,
                                {"waits for quiet in", drydock::trace::Intern(getName()),
                                 drydock::ObjectIdOf(this), nullptr});
    if (fBusy == 0) drydock::kernel::ThreadWakeupThread(&fBusy, drydock::kernel::CurrentThread());
    if (drydock::kernel::ThreadBlock() == drydock::kernel::WaitResult::kTimedOut) {
      return fBusy == 0 ? kIOReturnSuccess : kIOReturnTimeout;
    }
  }
}
