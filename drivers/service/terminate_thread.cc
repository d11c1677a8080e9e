// The terminate thread: the lists of what is to be terminated, and the passes over them that call
// drivers. (service.md 4)
#include "drivers/service/terminate_thread.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "drivers/service/in_gate.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/relatives.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "drivers/service/termination.h"
#include "drivers/service/user_calls.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

namespace drydock::termination {

using trace::EventKind;

namespace {

constexpr kernel::Time kSynchronousLimit = 15 * kernel::kSecond;

// The lists, and the role of the terminate thread.
struct State {
  State() { kernel::MutexSetPromotes(role, false); }

  kernel::Mutex* lock = kernel::MutexAlloc("termination");
  // Held by the thread that works on the lists, also while it calls drivers. It is a lock so that a
  // deadlock over it is found. (TD-24)
  kernel::Mutex* role = kernel::MutexAlloc("role of the terminate thread");
  kernel::Thread* permanent = nullptr;  // the kernel's own terminate thread
  uint64_t scheduled = 0;               // how many entries were ever put on a list
  uint64_t seen = 0;                    // `scheduled` when the permanent thread last began a pass
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

// While a driver is called: all drivers share the one terminate thread.
class MustNotSleep : public kernel::MustNotSleep {
 public:
  MustNotSleep(const char* call, const IOService* service)
      : kernel::MustNotSleep({"terminate-thread-blocked",
                              "the one terminate thread, which all drivers share, sleeps in", call,
                              service->getName()}) {}
};

void ThreadMain();

// An entry was put on a list. The lock is held.
void Scheduled() {
  ++state->scheduled;
  if (state->permanent == nullptr) {
    state->permanent = kernel::ThreadStart(
        {.name = "IOServiceTerminateThread", .priority = BASEPRI_KERNEL, .daemon = true},
        &ThreadMain);
  }
  kernel::ThreadWakeup(&state->scheduled, /*one_thread=*/false);
}

// Whether the caller is the terminate thread.
bool HasRole() { return kernel::MutexOwner(state->role) == kernel::CurrentThread(); }

// A driver's override of `call` has returned: IOService's version must have run.
void CheckSuper(const IOService* service, const char* call) {
  if (StateOf(service).reached_super) return;
  kernel::Misuse("super-not-called",
                 absl::StrCat(service->getName(), " (", service->getMetaClass()->getClassName(),
                              ") overrides ", call, " and did not call super::", call));
}

// One pass over the lists, by the thread with the role. The lock over the lists is not held.
class Pass {
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

  // Moves a list into taken_. False if it was empty.
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
      if (StateOf(victim).Has(kServiceNeedWillTerminate)) {
        InGate(victim, [&] {
          ForEachProvider(victim, [&](IOService* provider) { TellWill(victim, provider); });
        });
      }
      notifications::Deliver(gIOWillTerminateNotification, victim);
      InGate(victim, [&] {
        ForEachClient(victim, [&](IOService* client) {
          TellWill(client, victim);
          victims_->setObject(client);
        });
        StateOf(victim).flags |= kServiceClientsToldWill;
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
    StateOf(client).reached_super = false;
    client->didTerminate(provider, options_, &defer);
    if (!defer) CheckSuper(client, "didTerminate");
  }

  // Whether phase 2 may begin for the victim now. If not, the thread that ends the hindrance
  // schedules it again.
  static bool Begin(IOService* victim) {
    ServiceLock lock(victim);
    if (!victim->isInactive() ||
        StateOf(victim).Has(kServicePhase1 | kServicePhase2 | kServiceConfig) ||
        StateOf(victim).clients_opening > 0) {
      return false;
    }
    StateOf(victim).flags |= kServicePhase2;
    return true;
  }

  // Phase 2b: from the last client that was told in phase 2a back to the provider.
  void DidTerminate() {
    for (unsigned i = victims_->getCount(); i-- > 0;) {
      IOService* victim = ServiceAt(victims_.get(), i);
      bool has_clients;
      {
        ServiceLock lock(victim);
        StateOf(victim).flags |= kServicePhase3;
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
      if (StateOf(victim).Has(kServiceNeedWillTerminate)) {
        InGate(victim, [&] {
          ForEachProvider(victim, [&](IOService* provider) { TellDid(victim, provider); });
        });
      }
      if (!has_clients) ScheduleFinalize(victim);
    }
  }

  // Phase 3, its first half. False if there was nothing to finalize.
  bool FinalizeAll() {
    if (!Take(&State::finalize)) return false;
    for (unsigned i = 0; i < taken_->getCount(); ++i) {
      IOService* victim = ServiceAt(taken_.get(), i);
      {
        ServiceLock lock(victim);
        if (StateOf(victim).Has(kServiceFinalized)) continue;  // (TD-41)
        StateOf(victim).flags |= kServiceFinalized;
      }
      InGate(victim, [&] {
        TraceEntry(EventKind::kTerminateFinalize, victim);
        const MustNotSleep calling("finalize", victim);
        victim->finalize(options_);
      });
    }
    return true;
  }

  // Phase 3, its second half: ends the first edge on the list that can end now. False if there is
  // none.
  bool StopOne() {
    OSSharedPtr<IOService> client, provider;
    {
      StateLock lock;
      for (size_t i = 0; i < state->stop.size() && client == nullptr;) {
        const State::Edge edge = state->stop[i];
        const bool attached = edge.provider->isChild(edge.client, gIOServicePlane);
        // A victim that still has clients of its own stays on the list: its last client's detach
        // finalizes it.
        if (attached && edge.client->isInactive() && !StateOf(edge.client).Has(kServiceFinalized)) {
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
  // Every service of the pass, so that none is freed before the pass is over.
  const OSSharedPtr<OSArray> kept_ = Owned(OSArray::withCapacity(16));
};

// What other threads put on the lists meanwhile is the permanent thread's work.
void GiveUpRole() {
  kernel::MutexUnlock(state->role);
  StateLock lock;
  Scheduled();
}

void ThreadMain() {
  // A pass leaves edges on the stop list whose client is not finalized yet. They are no work until
  // an entry is added.
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

}  // namespace

void BootTerminateThread() { state.get(); }

void SchedulePhase2(IOService* victim, IOOptionBits options) {
  {
    ServiceLock lock(victim);
    if (!victim->isInactive() || StateOf(victim).Has(kServicePhase1)) return;
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
      (options | kIOServiceRequired) &
      (kIOServiceRequired | kIOServiceSynchronous | kIOServiceTerminate | kNeedWillTerminate);
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
    // A client, a job or a call holds the victim up; meanwhile the permanent thread serves other
    // terminations. The wait for the role afterwards has no limit. (TD-24)
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

void HoldPhase2(IOService* client, IOService* provider) {
  ServiceLock lock(provider);
  ServiceState& its = StateOf(client);
  if (its.Has(kServiceStarting)) return;
  its.flags |= kServiceStarting;
  ++StateOf(provider).clients_opening;
}

void ResumePhase2(IOService* client, IOService* provider) {
  {
    ServiceLock lock(provider);
    ServiceState& its = StateOf(client);
    if (!its.Has(kServiceStarting)) return;
    its.flags &= ~kServiceStarting;
    --StateOf(provider).clients_opening;
  }
  SchedulePhase2(provider, 0);
}

void ScheduleStop(IOService* client, IOService* provider) {
  StateLock lock;
  client->retain();
  provider->retain();
  state->stop.push_back({client, provider});
  Scheduled();
}

void ScheduleFinalize(IOService* victim) {
  if (!user_calls::MayFinalize(victim)) return;
  StateLock lock;
  victim->retain();
  state->finalize.push_back(victim);
  Scheduled();
}

void StopAndDetach(IOService* client, IOService* provider) {
  TraceEntry(EventKind::kTerminateStop, client, provider);
  {
    const MustNotSleep calling("stop", client);
    StateOf(client).reached_super = false;
    client->stop(provider);
    CheckSuper(client, "stop");
  }
  if (provider->isOpen(client)) provider->close(client);
  client->detach(provider);
}

}  // namespace drydock::termination
