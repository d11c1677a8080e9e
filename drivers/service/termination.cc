#include "drivers/service/termination.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "drivers/service/in_gate.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/user_calls.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

namespace drydock {

using trace::EventKind;

namespace {

constexpr kernel::Time kSynchronousLimit = 15 * kernel::kSecond;

// The lists, and who has the role of the terminate thread.
struct State {
  State() { kernel::MutexSetPromotes(role, false); }

  kernel::Mutex* lock = kernel::MutexAlloc("termination");
  // Held by who works on the lists, also while it calls drivers. A lock, so that who waits for it
  // in a circle is found out. (TD-24)
  kernel::Mutex* role = kernel::MutexAlloc("role of the terminate thread");
  kernel::Thread* permanent = nullptr;  // the kernel's own terminate thread
  bool naive = false;
  uint64_t scheduled = 0;  // how often anything was put on a list
  uint64_t seen = 0;       // of that, what the permanent thread has been at
  // All retained.
  std::vector<IOService*> phase2;
  std::vector<IOService*> finalize;
  struct Edge {
    IOService* client;
    IOService* provider;
  };
  std::vector<Edge> stop;
};

kernel::PerBoot<State> state;

class StateLock {
 public:
  StateLock() { kernel::MutexLock(state->lock); }
  ~StateLock() { kernel::MutexUnlock(state->lock); }
};

IOService* ServiceAt(const OSArray* array, unsigned index) {
  return static_cast<IOService*>(array->getObject(index));
}

// In order of attachment, as of now.
template <typename Body>
void ForEachClient(IOService* service, Body body) {
  const auto clients = Owned(service->getClientIterator());
  while (OSObject* client = clients->getNextObject()) body(static_cast<IOService*>(client));
}

template <typename Body>
void ForEachProvider(IOService* service, Body body) {
  const auto providers = Owned(service->getProviderIterator());
  while (OSObject* object = providers->getNextObject()) {
    if (IOService* provider = OSDynamicCast(IOService, object)) body(provider);
  }
}

// While a driver is called: there is one terminate thread for all of them.
class MustNotSleep : public kernel::MustNotSleep {
 public:
  MustNotSleep(const char* call, const IOService* service)
      : kernel::MustNotSleep({"terminate-thread-blocked",
                              "the one terminate thread, which all drivers share, sleeps in", call,
                              service->getName()}) {}
};

}  // namespace

void Termination::ReportParked(IOService* service) {
  ForEachClient(service, [service](IOService* client) {
    const bool parked = service->has(IOService::kTermPhase3) &&
                        (!client->isInactive() || client->has(IOService::kFinalized));
    if (parked && service->isOpen(client)) {
      kernel::Misuse("provider-left-open",
                     absl::StrCat(client->getName(), " still has ", service->getName(),
                                  " open, which has terminated: neither will ever be stopped"));
    } else if (parked) {
      kernel::Misuse("did-terminate-never-resumed",
                     absl::StrCat(client->getName(), " deferred the end of ", service->getName(),
                                  " and never went on: neither will ever be stopped"));
    }
    ReportParked(client);
  });
}

bool Termination::ClientsWereTold(const IOService* service) {
  return service->has(IOService::kClientsToldWill);
}

void Termination::SetNaive(bool naive) { state->naive = naive; }

// Nobody is told. Nubs go with what made them; drivers, which matching put there, are left behind.
void Termination::TakeOut(IOService* service) {
  ForEachClient(service, [service](IOService* client) {
    if (Owned(client->copyProperty(kIOMatchCategoryKey)) != nullptr) {
      client->detach(service);
    } else {
      TakeOut(client);
    }
  });
  ForEachProvider(service, [service](IOService* provider) { service->detach(provider); });
}

// --- Phase 1.

bool Termination::Terminate(IOService* root, IOOptionBits options) {
  const OSSharedPtr<IOService> keep(root, OSRetain);
  if (state->naive) {
    TakeOut(root);
    return true;
  }
  if (!root->makeInactive(options)) return true;
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
    victim->fState2 &= ~IOService::kTermPhase1;
    kernel::ThreadWakeup(&victim->fState2, /*one_thread=*/false);
  }
  victims.reset();  // from now on they are kept by who tears them down
  SchedulePhase2(root, options);
  return true;
}

}  // namespace drydock

using drydock::ServiceLock;
using drydock::Termination;
using drydock::TraceEntry;
using drydock::trace::EventKind;

// Makes this one service inactive; whether it was this call that did it. If another thread is at
// it, waits until that thread's phase 1 is over.
bool IOService::makeInactive(IOOptionBits options) {
  {
    ServiceLock lock(this);
    if (isInactive()) {
      // (A terminate from a terminate of its own does not wait for itself.)
      while (has(kTermPhase1) && fPhase1Thread != IOThreadSelf()) {
        IORecursiveLockSleep(fArbitrationLock, &fState2, THREAD_UNINT);
      }
      return false;
    }
    fState |= kIOServiceInactiveState;
    fState &= ~(kIOServiceRegisteredState | kIOServiceMatchedState | kIOServiceFirstPublishState |
                kIOServiceFirstMatchState);
    fState2 |= kTermPhase1;
    fPhase1Thread = IOThreadSelf();
    if ((options & kRecursing) == 0) {
      if ((options & kIOServiceTerminateWithRematch) != 0) fState2 |= kRematchOnDetach;
      if ((options & kNeedWillTerminateOption) != 0) fState2 |= kNeedWillTerminate;
    }
    adjustBusy(1);
  }
  TraceEntry(EventKind::kTerminatePhase1, this);
  drydock::Notifications::Deliver(gIOTerminatedNotification, this);
  drydock::UserCalls::Revoke(this);
  return true;
}

bool IOService::terminate(IOOptionBits options) {
  // As the client of a victim: the walk that asked goes on with our clients.
  if ((options & kRecursing) != 0) return makeInactive(options);
  return Termination::Terminate(this, options | kIOServiceTerminate);
}

bool IOService::requestTerminate(IOService* provider, IOOptionBits options) {
  // Who has another provider lives on; it is told all the same. (TD-27)
  return isParent(provider, gIOServicePlane, /*onlyParent=*/true) &&
         provider->terminateClient(this, options | kRecursing) && isInactive();
}

bool IOService::terminateClient(IOService* client, IOOptionBits options) {
  return client->terminate(options);
}

bool IOService::willTerminate(IOService*, IOOptionBits) { return true; }

bool IOService::didTerminate(IOService* provider, IOOptionBits, bool* defer) {
  fReachedSuper = true;
  if (*defer) return true;
  // No lock is held meanwhile: the provider's may be held by who waits for ours.
  bool open = provider->isOpen(this);
  if (open) {
    message(kIOMessageServiceIsRequestingClose, provider);
    open = provider->isOpen(this);
  }
  if (open) {
    TraceEntry(EventKind::kTerminateStopDefer, this, provider);  // until it closes (TD-12)
  } else {
    Termination::ScheduleStop(this, provider);
  }
  return true;
}

bool IOService::finalize(IOOptionBits) {
  const bool victim = has(kTermPhase3);
  drydock::ForEachProvider(this, [this, victim](IOService* provider) {
    if (!victim) {
      // Not by way of terminate: then this is all there is.
      Termination::StopAndDetach(this, provider);
    } else if (!provider->isInactive()) {
      // Only the root victim has a provider that survives. (One that is going but has not come to
      // phase 3 may be met when a matching job or an open held us back and is over: it will tell
      // us, and stop us then.)
      Termination::ScheduleStop(this, provider);
    }
  });
  return true;
}

namespace drydock {

// --- The lists and the role.

// With the lock held: something was put on a list.
void Termination::Scheduled() {
  ++state->scheduled;
  if (state->permanent == nullptr) {
    state->permanent = kernel::ThreadStart(
        {.name = "IOServiceTerminateThread", .priority = BASEPRI_KERNEL, .daemon = true},
        &ThreadMain);
  }
  kernel::ThreadWakeup(&state->scheduled, /*one_thread=*/false);
}

void Termination::ScheduleStop(IOService* client, IOService* provider) {
  StateLock lock;
  client->retain();
  provider->retain();
  state->stop.push_back({client, provider});
  Scheduled();
}

void Termination::ScheduleFinalize(IOService* victim) {
  if (!UserCalls::MayFinalize(victim)) return;
  StateLock lock;
  victim->retain();
  state->finalize.push_back(victim);
  Scheduled();
}

// Whether the caller is the terminate thread.
bool Termination::HasRole() { return kernel::MutexOwner(state->role) == kernel::CurrentThread(); }

// After a call of a driver whose superclass must have its turn.
void Termination::CheckSuper(const IOService* service, const char* call) {
  if (service->fReachedSuper) return;
  kernel::Misuse("super-not-called",
                 absl::StrCat(service->getName(), " (", service->getMetaClass()->getClassName(),
                              ") overrides ", call, " and did not call super::", call));
}

void Termination::StopAndDetach(IOService* client, IOService* provider) {
  TraceEntry(EventKind::kTerminateStop, client, provider);
  {
    const MustNotSleep calling("stop", client);
    client->fReachedSuper = false;
    client->stop(provider);
    CheckSuper(client, "stop");
  }
  if (provider->isOpen(client)) provider->close(client);
  client->detach(provider);
}

// One go at the lists, without the lock.
class Termination::Pass {
 public:
  explicit Pass(IOOptionBits options) : options_(options | kIOServiceRequired) {}
  // Leaves are freed first. (TD-10)
  ~Pass() {
    taken_.reset();
    victims_.reset();
    for (unsigned i = kept_->getCount(); i-- > 0;) kept_->removeObject(i);
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  void Run() {
    while (Take(&State::phase2)) {
      WillTerminate();
      DidTerminate();
    }
    while (FinalizeAll() || StopOne()) {
    }
  }

  // Moves a list into taken_; whether there was anything on it.
  bool Take(std::vector<IOService*> State::*list) {
    taken_ = Owned(OSArray::withCapacity(4));
    std::vector<IOService*> services;
    {
      StateLock lock;
      services.swap((*state).*list);
    }
    for (IOService* service : services) {
      taken_->setObject(service);
      kept_->setObject(service);
      service->release();
    }
    return !services.empty();
  }

  // Phase 2a: from the provider to its clients.
  void WillTerminate() {
    victims_ = Owned(OSArray::withCapacity(8));
    victims_->merge(taken_.get());
    for (unsigned i = 0; i < victims_->getCount();) {
      IOService* victim = ServiceAt(victims_.get(), i);
      if (!Begin(victim)) {
        victims_->removeObject(i);
        continue;
      }
      kept_->setObject(victim);
      if (victim->has(IOService::kNeedWillTerminate)) {
        InGate(victim, [&] {
          ForEachProvider(victim, [&](IOService* provider) { TellWill(victim, provider); });
        });
      }
      Notifications::Deliver(gIOWillTerminateNotification, victim);
      InGate(victim, [&] {
        ForEachClient(victim, [&](IOService* client) {
          TellWill(client, victim);
          victims_->setObject(client);
        });
        victim->fState2 |= IOService::kClientsToldWill;
      });
      ++i;
    }
  }

  void TellWill(IOService* client, IOService* provider) {
    TraceEntry(EventKind::kTerminateWill, client, provider);
    const MustNotSleep calling("willTerminate", client);
    client->willTerminate(provider, options_);
  }

  void TellDid(IOService* client, IOService* provider) {
    TraceEntry(EventKind::kTerminateDid, client, provider);
    const MustNotSleep calling("didTerminate", client);
    bool defer = false;
    client->fReachedSuper = false;
    client->didTerminate(provider, options_, &defer);
    if (!defer) CheckSuper(client, "didTerminate");
  }

  // Whether phase 2 may begin for it now. If not, whoever is in the way schedules it again.
  static bool Begin(IOService* victim) {
    ServiceLock lock(victim);
    if (!victim->isInactive() ||
        victim->has(IOService::kTermPhase1 | IOService::kTermPhase2 | IOService::kConfig) ||
        victim->fClientsOpening > 0) {
      return false;
    }
    victim->fState2 |= IOService::kTermPhase2;
    return true;
  }

  // Phase 2b: from the last that heard it back to the provider.
  void DidTerminate() {
    for (unsigned i = victims_->getCount(); i-- > 0;) {
      IOService* victim = ServiceAt(victims_.get(), i);
      bool has_clients;
      {
        ServiceLock lock(victim);
        victim->fState2 |= IOService::kTermPhase3;
        has_clients = victim->getChildCount(gIOServicePlane) > 0;
      }
      InGate(victim, [&] {
        {
          const MustNotSleep calling("message", victim);
          victim->messageClients(kIOMessageServiceIsTerminated,
                                 reinterpret_cast<void*>(static_cast<uintptr_t>(options_)));
        }
        ForEachClient(victim, [&](IOService* client) { TellDid(client, victim); });
      });
      if (victim->has(IOService::kNeedWillTerminate)) {
        InGate(victim, [&] {
          ForEachProvider(victim, [&](IOService* provider) { TellDid(victim, provider); });
        });
      }
      if (!has_clients) ScheduleFinalize(victim);
    }
  }

  // Phase 3: whether anything was done.
  bool FinalizeAll() {
    if (!Take(&State::finalize)) return false;
    for (unsigned i = 0; i < taken_->getCount(); ++i) {
      IOService* victim = ServiceAt(taken_.get(), i);
      {
        ServiceLock lock(victim);
        if (victim->has(IOService::kFinalized)) continue;  // (TD-41)
        victim->fState2 |= IOService::kFinalized;
      }
      InGate(victim, [&] {
        TraceEntry(EventKind::kTerminateFinalize, victim);
        const MustNotSleep calling("finalize", victim);
        victim->finalize(options_);
      });
    }
    return true;
  }

  bool StopOne() {
    OSSharedPtr<IOService> client, provider;  // of the first edge that can end now
    {
      StateLock lock;
      for (size_t i = 0; i < state->stop.size() && client == nullptr;) {
        const State::Edge edge = state->stop[i];
        const bool attached = edge.provider->isChild(edge.client, gIOServicePlane);
        // A victim that still has clients of its own comes later: its last client's detach
        // finalizes it.
        if (attached && edge.client->isInactive() && !edge.client->has(IOService::kFinalized)) {
          ++i;
          continue;
        }
        state->stop.erase(state->stop.begin() + static_cast<ptrdiff_t>(i));
        // The list's reference goes at the end of the pass, not under the lock.
        kept_->setObject(edge.client);
        kept_->setObject(edge.provider);
        edge.client->release();
        edge.provider->release();
        if (attached) {
          client.reset(edge.client, OSRetain);
          provider.reset(edge.provider, OSRetain);
        }
      }
    }
    if (client == nullptr) return false;
    InGate(provider.get(), [&] { StopAndDetach(client.get(), provider.get()); });
    return true;
  }

  const IOOptionBits options_;
  OSSharedPtr<OSArray> taken_;
  OSSharedPtr<OSArray> victims_;
  // Nobody is freed before the pass is over.
  const OSSharedPtr<OSArray> kept_ = Owned(OSArray::withCapacity(16));
};

void Termination::SchedulePhase2(IOService* victim, IOOptionBits options) {
  {
    ServiceLock lock(victim);
    if (!victim->isInactive() || victim->has(IOService::kTermPhase1)) return;
  }
  const OSSharedPtr<IOService> keep(victim, OSRetain);
  const auto enqueue = [victim] {
    victim->retain();
    state->phase2.push_back(victim);
  };
  if ((options & kIOServiceSynchronous) == 0 || HasRole()) {
    StateLock lock;
    enqueue();
    Scheduled();
    return;
  }

  const IOOptionBits pass_options =
      (options | kIOServiceRequired) & (kIOServiceRequired | kIOServiceSynchronous |
                                        kIOServiceTerminate | IOService::kNeedWillTerminateOption);
  kernel::Time deadline = 0;
  bool timed_out = false;
  kernel::MutexLock(state->role);
  {
    StateLock lock;
    enqueue();
  }
  for (;;) {
    Pass(pass_options).Run();
    if (victim->getBusyState() == 0 || timed_out) break;
    // Somebody is in the way; while that lasts the terminate thread serves others. There is no
    // limit to the wait for the role afterwards. (TD-24)
    if (deadline == 0) deadline = kernel::SaturatingAdd(kernel::Now(), kSynchronousLimit);
    GiveUpRole();
    const kernel::Time now = kernel::Now();
    timed_out = victim->waitQuiet(deadline > now ? deadline - now : 0) != kIOReturnSuccess;
    kernel::MutexLock(state->role);
  }
  if (timed_out) {
    kernel::Log("a synchronous terminate gave up waiting; termination goes on by itself");
  }
  GiveUpRole();
}

// What others put on the lists meanwhile is the terminate thread's.
void Termination::GiveUpRole() {
  kernel::MutexUnlock(state->role);
  StateLock lock;
  Scheduled();
}

void Termination::ThreadMain() {
  // A pass leaves on the stop list what waits for somebody's finalization. That is no work before
  // something is added.
  for (;;) {
    kernel::MutexLock(state->lock);
    while (state->scheduled == state->seen) {
      kernel::MutexSleep(state->lock, &state->scheduled, kernel::Interruptible::kUninterruptible, 0,
                         {"waits for victims", "", 0, nullptr});
    }
    kernel::MutexUnlock(state->lock);
    kernel::MutexLock(state->role);
    {
      StateLock lock;
      state->seen = state->scheduled;
    }
    Pass(0).Run();
    kernel::MutexUnlock(state->role);
  }
}

}  // namespace drydock
