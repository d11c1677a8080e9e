// Matching: the jobs, the threads that do them, and the rounds of one job. (service.md 3.2 to 3.5)
#include "drivers/service/matching.h"

#include <deque>
#include <utility>

#include <IOKit/IOCatalogue.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/busy_change.h"
#include "drivers/service/instances.h"
#include "drivers/service/notification.h"
#include "drivers/service/owned.h"
#include "drivers/service/passive_matching.h"
#include "drivers/service/registry.h"
#include "drivers/service/resources.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "drivers/service/terminate_thread.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

namespace drydock::matching {

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

// A driver that may be started, and its score.
struct Candidate {
  OSSharedPtr<OSDictionary> personality;
  OSSharedPtr<const OSSymbol> category;
  SInt32 score;
  OSSharedPtr<IOService> driver;  // null before it is probed
};

// Inserts a candidate behind those with the same score or a higher one.
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

// Whether an active client of the nub is of the category.
bool CategoryTaken(IOService* nub, const OSSymbol* category) {
  const auto clients = Owned(nub->getClientIterator());
  while (OSObject* object = clients->getNextObject()) {
    auto* client = static_cast<IOService*>(object);
    const auto taken = Owned(client->copyProperty(kIOMatchCategoryKey));
    if (taken != nullptr && taken->isEqualTo(category) && !client->isInactive()) return true;
  }
  return false;
}

// Allocates, initialises and probes one driver; +1, or null if any of it failed.
IOService* Probe(IOService* nub, OSDictionary* personality, const OSSymbol* category,
                 SInt32* score) {
  OSString* name = OSDynamicCast(OSString, personality->getObject(kIOClassKey));
  const auto object = Owned(name != nullptr ? OSMetaClass::allocClassWithName(name) : nullptr);
  IOService* driver = OSDynamicCast(IOService, object.get());
  if (driver == nullptr) {
    kernel::Log(
        "the IOClass of a personality names no class of services; the personality is passed over");
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

// Attaches and starts a probed driver; detaches it again if that fails.
bool StartCandidate(IOService* nub, IOService* driver) {
  if (!driver->attach(nub)) return false;
  {
    ServiceLock lock(driver);
    if (StateOf(nub).Has(kServiceSynchronous)) StateOf(driver).flags |= kServiceSynchronous;
  }
  WaitForResources(nub);
  WaitForResources(driver);
  TraceEntry(EventKind::kServiceStart, driver, nub);
  const bool started = driver->start(nub);
  TraceEntry(EventKind::kServiceStarted, driver, nub, started ? 1 : 0);
  if (!started) {
    if (nub->isOpen(driver)) {
      kernel::Misuse("start-failed-with-provider-open",
                     absl::StrCat(driver->getName(), " returned false from start and left ",
                                  nub->getName(), " open: later opens will fail"));
    }
    driver->detach(nub);
  }
  return started;
}

// A service is busy while the code of a driver that matches it is not loaded. (MT-24)
void Stall(IOService* nub, bool stalls) {
  {
    ServiceLock lock(nub);
    if (StateOf(nub).Has(kServiceModuleStall) == stalls) return;
    StateOf(nub).flags ^= kServiceModuleStall;
  }
  if (stalls)
    kernel::Log(
        "the code of a driver is not loaded: the service it matches stays busy until it is");
  nub->adjustBusy(stalls ? 1 : -1);
}

SInt32 ProbeCandidates(IOService* nub, const notifications::Handlers& publish) {
  // A: the personalities that match the nub passively. The handlers of gIOPublishNotification are
  // called among them, by their priority as if it were a score.
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
  // B: the drivers that accept the nub in probe. All are probed before the first is started.
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
  // C: of each category, the driver with the highest score that starts.
  for (const auto& category : categories) {
    for (Candidate& candidate : probed) {
      if (candidate.category == category && StartCandidate(nub, candidate.driver.get())) break;
    }
  }
  return generation;
}

// One round of a job. Returns the generation of the personalities it went through.
SInt32 Round(IOService* service) {
  const notifications::Reached published = notifications::Reach(service, notifications::kPublished);
  if (!published.active) return gIOCatalogue->getGenerationCount();
  notifications::Deliver(published.first, service);
  service->getResources();
  return ProbeCandidates(service, published.each);
}

// Takes note of a registerService() during the job. False if there was none.
bool RegisteredAgain(IOService* service) {
  ServiceLock lock(service);
  if (!StateOf(service).Has(kServiceNeedConfig) || service->isInactive()) return false;
  StateOf(service).flags &= ~kServiceNeedConfig;
  return true;
}

// Whether another round is due: the service was registered again, or the personalities have
// changed. (MT-19)
bool NeedsRound(IOService* service, SInt32 generation) {
  return RegisteredAgain(service) ||
         (generation != gIOCatalogue->getGenerationCount() && !service->isInactive());
}

// Ends the job, so that the next registerService() starts another. False if one came meanwhile.
bool EndJob(IOService* service) {
  ServiceLock lock(service);
  if (RegisteredAgain(service)) return false;
  StateOf(service).flags &= ~(kServiceConfig | kServiceNeedConfig);
  return true;
}

void DoServiceMatch(IOService* service) {
  instances::Enter(service);
  do {
    SInt32 generation;
    do {
      generation = Round(service);
    } while (NeedsRound(service, generation));
    // Matching is not finished while code is missing. (MT-24)
    if (StateOf(service).Has(kServiceModuleStall)) continue;
    const notifications::Reached matched = notifications::Reach(service, notifications::kMatched);
    if (matched.active) {
      TraceEntry(EventKind::kServiceMatched, service);
      notifications::Deliver(matched.each, service);
      notifications::Deliver(matched.first, service);
    }
  } while (!EndJob(service));
  // A termination that began meanwhile waits for the end of the job. (TD-25)
  termination::SchedulePhase2(service, 0);
  // Flag and count change in one step: the last detach looks at both.
  BusyChange busy;
  ServiceLock lock(service);
  RegistryLock registry;
  StateOf(service).flags &= ~kServiceJobBusy;
  busy.Adjust(service, -1);
}

void WorkerMain() {
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

void Enqueue(IOService* service) {
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

}  // namespace

void Register(IOService* service, IOOptionBits options) {
  IOService* provider = service->getProvider();
  bool synchronous = (options & kIOServiceSynchronous) != 0 ||
                     (provider != nullptr && StateOf(provider).Has(kServiceSynchronous));
  if ((options & kIOServiceAsynchronous) != 0) synchronous = false;
  {
    ServiceLock lock(service);
    if (service->isInactive()) return;
    if (synchronous) {
      StateOf(service).flags |= kServiceSynchronous;
    } else {
      StateOf(service).flags &= ~kServiceSynchronous;
    }
    if (StateOf(service).Has(kServiceConfig)) {
      StateOf(service).flags |= kServiceNeedConfig;  // one more round of the running job (MT-19)
      return;
    }
    StateOf(service).flags |= kServiceConfig | kServiceJobBusy;
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

void MatchAnew(OSOrderedSet* personalities) {
  if (personalities->getCount() == 0) return;
  for (const auto& service : instances::In(kIOServiceRegisteredState)) {
    bool fits = false;
    for (unsigned i = 0; !fits && i < personalities->getCount(); ++i) {
      auto* personality = static_cast<OSDictionary*>(personalities->getObject(i));
      OSString* provider = OSDynamicCast(OSString, personality->getObject(kIOProviderClassKey));
      fits = provider != nullptr && service->metaCast(provider) != nullptr;
    }
    if (fits) Register(service.get(), kIOServiceAsynchronous);
  }
}

}  // namespace drydock::matching
