// Phase 1 of a termination, and what a report says of one that has not ended. (service.md 4)
#include "drivers/service/termination.h"

#include "absl/strings/str_cat.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/relatives.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "drivers/service/terminate_thread.h"
#include "drivers/service/user_calls.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/wait.h"

namespace drydock::termination {

using trace::EventKind;

namespace {

struct State {
  bool naive = false;
};

kernel::PerBoot<State> state;

IOService* ServiceAt(const OSArray* array, unsigned index) {
  return static_cast<IOService*>(array->getObject(index));
}

// The naive teardown: no driver is told. Nubs go with the driver that made them; drivers that
// matching attached are left behind.
void TakeOut(IOService* service) {
  ForEachClient(service, [service](IOService* client) {
    if (Owned(client->copyProperty(kIOMatchCategoryKey)) != nullptr) {
      client->detach(service);
    } else {
      TakeOut(client);
    }
  });
  ForEachProvider(service, [service](IOService* provider) { service->detach(provider); });
}

}  // namespace

bool Terminate(IOService* root, IOOptionBits options) {
  const OSSharedPtr<IOService> keep(root, OSRetain);
  if (state->naive) {
    TakeOut(root);
    return true;
  }
  if (!MakeInactive(root, options)) return true;
  // Breadth first, in order of attachment.
  auto victims = Owned(OSArray::withCapacity(8));
  victims->setObject(root);
  for (unsigned i = 0; i < victims->getCount(); ++i) {
    IOService* victim = ServiceAt(victims.get(), i);
    ForEachClient(victim, [&](IOService* client) {
      if (client->requestTerminate(victim, options)) victims->setObject(client);
    });
  }
  for (unsigned i = victims->getCount(); i-- > 0;) {
    IOService* victim = ServiceAt(victims.get(), i);
    ServiceLock lock(victim);
    StateOf(victim).flags &= ~kServicePhase1;
    kernel::ThreadWakeup(&StateOf(victim).flags, /*one_thread=*/false);
  }
  victims.reset();  // from here on the lists of the terminate thread keep them alive
  SchedulePhase2(root, options);
  return true;
}

bool MakeInactive(IOService* service, IOOptionBits options) {
  ServiceState& its = StateOf(service);
  {
    ServiceLock lock(service);
    if (service->isInactive()) {
      // (A terminate from a terminate of its own does not wait for itself.)
      while (its.Has(kServicePhase1) && its.phase1_thread != IOThreadSelf()) {
        IORecursiveLockSleep(its.arbitration_lock, &its.flags, THREAD_UNINT);
      }
      return false;
    }
    its.published |= kIOServiceInactiveState;
    its.published &= ~(kIOServiceRegisteredState | kIOServiceMatchedState |
                       kIOServiceFirstPublishState | kIOServiceFirstMatchState);
    its.flags |= kServicePhase1;
    its.phase1_thread = IOThreadSelf();
    if ((options & kRecursing) == 0) {
      if ((options & kIOServiceTerminateWithRematch) != 0) its.flags |= kServiceRematchOnDetach;
      if ((options & kNeedWillTerminate) != 0) its.flags |= kServiceNeedWillTerminate;
    }
    service->adjustBusy(1);
  }
  TraceEntry(EventKind::kTerminatePhase1, service);
  notifications::Deliver(gIOTerminatedNotification, service);
  user_calls::Revoke(service);
  return true;
}

void ReportParked(IOService* service) {
  ForEachClient(service, [service](IOService* client) {
    const bool parked = StateOf(service).Has(kServicePhase3) &&
                        (!client->isInactive() || StateOf(client).Has(kServiceFinalized));
    if (parked && service->isOpen(client)) {
      kernel::Misuse("provider-left-open",
                     absl::StrCat(client->getName(), " still has ", service->getName(),
                                  " open, which was terminated: neither will ever be stopped"),
                     ObjectIdOf(client), ObjectIdOf(service));
    } else if (parked) {
      kernel::Misuse(
          "did-terminate-never-resumed",
          absl::StrCat(client->getName(), " deferred the end of its provider ", service->getName(),
                       " in didTerminate and never resumed it: neither will ever be stopped"));
    }
    ReportParked(client);
  });
}

bool ClientsWereTold(const IOService* service) {
  return StateOf(service).Has(kServiceClientsToldWill);
}

void SetNaive(bool naive) { state->naive = naive; }

}  // namespace drydock::termination
