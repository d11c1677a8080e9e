#include "drivers/service/matching.h"

#include <deque>
#include <utility>

#include <IOKit/IOCatalogue.h>

#include "drivers/service/busy_change.h"
#include "drivers/service/instances.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/passive_matching.h"
#include "drivers/service/registry.h"
#include "drivers/service/resources.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/termination.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

namespace drydock {

using trace::EventKind;

namespace {

constexpr int kMaxThreads = 500;  // (service.md 0.5)

// The jobs that wait for a thread, and the threads.
struct State {
  kernel::Mutex* lock = kernel::MutexAlloc("matching");
  std::deque<IOService*> jobs;  // retained; first come, first served
  int threads = 0;
  int idle = 0;
};

kernel::PerBoot<State> state;

SInt32 ScoreOf(const OSDictionary* personality) {
  OSNumber* score = OSDynamicCast(OSNumber, personality->getObject(kIOProbeScoreKey));
  return score != nullptr ? static_cast<SInt32>(score->unsigned32BitValue()) : 0;
}

// A driver and what it scored.
struct Candidate {
  OSSharedPtr<OSDictionary> personality;
  OSSharedPtr<const OSSymbol> category;
  SInt32 score;
  OSSharedPtr<IOService> driver;  // once probed
};

// Puts a candidate behind all that score as much or more.
void Insert(std::deque<Candidate>* candidates, Candidate candidate) {
  auto at = candidates->begin();
  while (at != candidates->end() && at->score >= candidate.score) ++at;
  candidates->insert(at, std::move(candidate));
}

OSSharedPtr<const OSSymbol> CategoryOf(const OSDictionary* personality) {
  OSString* text = OSDynamicCast(OSString, personality->getObject(kIOMatchCategoryKey));
  return Owned(text != nullptr ? OSSymbol::withString(text)
                               : OSSymbol::withCString(kIODefaultMatchCategoryKey));
}

}  // namespace

void Matching::Register(IOService* service, IOOptionBits options) {
  IOService* provider = service->getProvider();
  bool synchronous = (options & kIOServiceSynchronous) != 0 ||
                     (provider != nullptr && provider->has(IOService::kSynchronous));
  if ((options & kIOServiceAsynchronous) != 0) synchronous = false;
  {
    ServiceLock lock(service);
    if (service->isInactive()) return;
    if (synchronous) {
      service->fState2 |= IOService::kSynchronous;
    } else {
      service->fState2 &= ~IOService::kSynchronous;
    }
    if (service->has(IOService::kConfig)) {
      service->fState2 |= IOService::kNeedConfig;  // one more round of the job there is (MT-19)
      return;
    }
    service->fState2 |= IOService::kConfig | IOService::kJobBusy;
    service->adjustBusy(1);
  }
  TraceEntry(EventKind::kServiceRegister, service);
  if (synchronous) {
    DoServiceMatch(service);
    service->waitQuiet();
  } else {
    Enqueue(service);
  }
}

void Matching::Enqueue(IOService* service) {
  kernel::MutexLock(state->lock);
  service->retain();
  state->jobs.push_back(service);
  const bool start =
      static_cast<int>(state->jobs.size()) > state->idle && state->threads < kMaxThreads;
  if (start) {
    ++state->threads;
    kernel::ThreadStart({.name = "IOConfigThread", .priority = MINPRI_KERNEL, .daemon = true},
                        &WorkerMain);
  } else {
    kernel::ThreadWakeup(&state->jobs, /*one_thread=*/true);
  }
  kernel::MutexUnlock(state->lock);
}

void Matching::WorkerMain() {
  kernel::MutexLock(state->lock);
  for (;;) {
    while (state->jobs.empty()) {
      ++state->idle;
      kernel::MutexSleep(state->lock, &state->jobs, kernel::Interruptible::kUninterruptible, 0,
                         {"waits for services to match", "", 0, nullptr});
      --state->idle;
    }
    IOService* service = state->jobs.front();
    state->jobs.pop_front();
    kernel::MutexUnlock(state->lock);
    DoServiceMatch(service);
    service->release();
    kernel::MutexLock(state->lock);
  }
}

void Matching::DoServiceMatch(IOService* service) {
  Instances::Enter(service);
  do {
    SInt32 generation;
    do {
      generation = Round(service);
    } while (NeedsRound(service, generation));
    // While code is missing, matching is not finished. (MT-24)
    if (service->has(IOService::kModuleStall)) continue;
    const Notifications::Reached matched = Notifications::Reach(service, Notifications::kMatched);
    if (matched.active) {
      TraceEntry(EventKind::kServiceMatched, service);
      Notifications::Deliver(matched.each, service);
      Notifications::Deliver(matched.first, service);
    }
  } while (!EndJob(service));
  // A termination that came meanwhile has waited for the job to end. (TD-25)
  Termination::SchedulePhase2(service, 0);
  // One step for who looks at both, as the last detach does.
  BusyChange busy;
  ServiceLock lock(service);
  RegistryLock registry;
  service->fState2 &= ~IOService::kJobBusy;
  busy.Adjust(service, -1);
}

// Returns the generation of the personalities it saw.
SInt32 Matching::Round(IOService* service) {
  const Notifications::Reached published = Notifications::Reach(service, Notifications::kPublished);
  if (!published.active) return gIOCatalogue->getGenerationCount();
  Notifications::Deliver(published.first, service);
  service->getResources();
  return ProbeCandidates(service, published.each);
}

// Whether it was registered again, or there are other personalities. (MT-19)
bool Matching::NeedsRound(IOService* service, SInt32 generation) {
  return RegisteredAgain(service) ||
         (generation != gIOCatalogue->getGenerationCount() && !service->isInactive());
}

bool Matching::RegisteredAgain(IOService* service) {
  ServiceLock lock(service);
  if (!service->has(IOService::kNeedConfig) || service->isInactive()) return false;
  service->fState2 &= ~IOService::kNeedConfig;
  return true;
}

// Whether the job is over: whoever registers the service from now on starts another.
bool Matching::EndJob(IOService* service) {
  ServiceLock lock(service);
  if (RegisteredAgain(service)) return false;
  service->fState2 &= ~(IOService::kConfig | IOService::kNeedConfig);
  return true;
}

bool Matching::CategoryTaken(IOService* nub, const OSSymbol* category) {
  const auto clients = Owned(nub->getClientIterator());
  while (OSObject* object = clients->getNextObject()) {
    auto* client = static_cast<IOService*>(object);
    const auto taken = Owned(client->copyProperty(kIOMatchCategoryKey));
    if (taken != nullptr && taken->isEqualTo(category) && !client->isInactive()) return true;
  }
  return false;
}

// Allocates, initialises and probes one driver; +1, or null if any of it failed.
IOService* Matching::Probe(IOService* nub, OSDictionary* personality, const OSSymbol* category,
                           SInt32* score) {
  OSString* name = OSDynamicCast(OSString, personality->getObject(kIOClassKey));
  const auto object = Owned(name != nullptr ? OSMetaClass::allocClassWithName(name) : nullptr);
  IOService* driver = OSDynamicCast(IOService, object.get());
  if (driver == nullptr) {
    kernel::Log("a personality's IOClass names no service class; it is passed over");
    return nullptr;
  }
  personality->setObject(kIOMatchCategoryKey, category);
  if (!driver->init(personality)) return nullptr;
  if (!driver->attach(nub)) return nullptr;
  IOService* candidate = driver->probe(nub, score);
  TraceEntry(EventKind::kServiceProbe, driver, nub, candidate != nullptr ? 1 : 0);
  if (candidate != nullptr) {
    candidate->retain();
    const auto final_score = Owned(OSNumber::withNumber(static_cast<uint32_t>(*score), 32));
    candidate->setProperty(kIOProbeScoreKey, final_score.get());
  }
  driver->detach(nub);
  return candidate;
}

bool Matching::StartCandidate(IOService* nub, IOService* driver) {
  if (!driver->attach(nub)) return false;
  {
    ServiceLock lock(driver);
    if (nub->has(IOService::kSynchronous)) driver->fState2 |= IOService::kSynchronous;
  }
  WaitForResources(nub);
  WaitForResources(driver);
  TraceEntry(EventKind::kServiceStart, driver, nub);
  const bool started = driver->start(nub);
  TraceEntry(EventKind::kServiceStarted, driver, nub, started ? 1 : 0);
  if (!started) {
    if (nub->isOpen(driver)) {
      kernel::Misuse("start-failed-with-provider-open",
                     "start() returned false but left its provider open: later opens will fail");
    }
    driver->detach(nub);
  }
  return started;
}

SInt32 Matching::ProbeCandidates(IOService* nub, const Notifications::Handlers& publish) {
  // A: who matches by what is written. Who only wants to know is among them, by priority as if it
  // were a score.
  SInt32 generation;
  const auto personalities = Owned(gIOCatalogue->findDrivers(nub, &generation));
  bool stalled = false;
  std::deque<Candidate> passive;
  auto handler = publish.begin();
  for (unsigned i = 0; i < personalities->getCount(); ++i) {
    auto* original = static_cast<OSDictionary*>(personalities->getObject(i));
    for (; handler != publish.end() && (*handler)->priority() > ScoreOf(original); ++handler) {
      (*handler)->Call(nub);
    }
    auto category = CategoryOf(original);
    if (CategoryTaken(nub, category.get())) continue;
    auto copy = Owned(OSDictionary::withDictionary(original));
    SInt32 score = ScoreOf(copy.get());
    if (!MatchesPersonality(nub, copy.get(), &score)) continue;
    if (!gIOCatalogue->isModuleLoaded(copy.get())) {
      stalled = true;
      break;
    }
    Insert(&passive, {std::move(copy), std::move(category), score, nullptr});
  }
  for (; handler != publish.end(); ++handler) (*handler)->Call(nub);
  Stall(nub, stalled);
  if (stalled) return generation;
  // B: who accepts by looking. All are probed before the first is started.
  std::deque<Candidate> probed;
  std::deque<OSSharedPtr<const OSSymbol>> categories;  // in the order in which they were first seen
  for (Candidate& candidate : passive) {
    candidate.driver =
        Owned(Probe(nub, candidate.personality.get(), candidate.category.get(), &candidate.score));
    if (candidate.driver == nullptr) continue;
    bool known = false;
    for (const auto& category : categories) known |= category == candidate.category;
    if (!known) categories.push_back(candidate.category);
    Insert(&probed, std::move(candidate));
  }
  // C: the best of each category that starts.
  for (const auto& category : categories) {
    for (Candidate& candidate : probed) {
      if (candidate.category == category && StartCandidate(nub, candidate.driver.get())) break;
    }
  }
  return generation;
}

// A service that needs code which is not loaded is busy until it has it. (MT-24)
void Matching::Stall(IOService* nub, bool stalls) {
  {
    ServiceLock lock(nub);
    if (nub->has(IOService::kModuleStall) == stalls) return;
    nub->fState2 ^= IOService::kModuleStall;
  }
  if (stalls) kernel::Log("a driver's code is not loaded: its service waits for it");
  nub->adjustBusy(stalls ? 1 : -1);
}

void Matching::MatchAnew(OSOrderedSet* personalities) {
  if (personalities->getCount() == 0) return;
  for (const auto& service : Instances::In(kIOServiceRegisteredState)) {
    bool fits = false;
    for (unsigned i = 0; !fits && i < personalities->getCount(); ++i) {
      auto* personality = static_cast<OSDictionary*>(personalities->getObject(i));
      OSString* provider = OSDynamicCast(OSString, personality->getObject(kIOProviderClassKey));
      fits = provider != nullptr && service->metaCast(provider) != nullptr;
    }
    if (fits) Register(service.get(), kIOServiceAsynchronous);
  }
}

}  // namespace drydock

using drydock::Owned;

void IOService::registerService(IOOptionBits options) {
  if (!isBelowRoot()) {
    drydock::kernel::Log("registerService of a service that is not below the registry root");
    return;
  }
  drydock::Matching::Register(this, options);
}

bool IOService::matchPropertyTable(OSDictionary* table, SInt32*) {
  return matchPropertyTable(table);
}

bool IOService::matchPropertyTable(OSDictionary*) { return true; }

bool IOService::compareProperty(OSDictionary* matching, const char* key) {
  OSObject* wanted = matching->getObject(key);
  if (wanted == nullptr) return true;
  const auto value = Owned(copyProperty(key));
  return wanted->isEqualTo(value.get());
}

OSPtr<OSDictionary> IOService::serviceMatching(const char* className, OSDictionary* table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto name = Owned(OSString::withCString(className));
  table->setObject(kIOProviderClassKey, name.get());
  return table;
}

OSPtr<OSDictionary> IOService::nameMatching(const char* name, OSDictionary* table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto text = Owned(OSString::withCString(name));
  table->setObject(kIONameMatchKey, text.get());
  return table;
}

OSPtr<OSDictionary> IOService::propertyMatching(const OSSymbol* key, const OSObject* value,
                                                OSDictionary* table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto properties = Owned(OSDictionary::withCapacity(1));
  properties->setObject(key, value);
  table->setObject(kIOPropertyMatchKey, properties.get());
  return table;
}

OSPtr<OSDictionary> IOService::registryEntryIDMatching(uint64_t entryID, OSDictionary* table) {
  if (table == nullptr) table = OSDictionary::withCapacity(2);
  const auto number = Owned(OSNumber::withNumber(entryID, 64));
  table->setObject(kIORegistryEntryIDKey, number.get());
  return table;
}
