// Notification: the lists of handlers, and the calls of them. (service.md 3.7, 3.9)
#include "drivers/service/notification.h"

#include <optional>

#include "drivers/service/instances.h"
#include "drivers/service/owned.h"
#include "drivers/service/passive_matching.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

using drydock::StateOf;

namespace kernel = drydock::kernel;
namespace notifications = drydock::notifications;

OSDefineMetaClassAndAbstractStructors(IONotifier, OSObject)
OSDefineMetaClassAndAbstractStructors(DrydockNotifier, IONotifier)
OSDefineMetaClassAndStructors(DrydockMatchingNotifier, DrydockNotifier)
OSDefineMetaClassAndStructors(DrydockInterestNotifier, DrydockNotifier)

const OSSymbol *gIOPublishNotification;
const OSSymbol *gIOFirstPublishNotification;
const OSSymbol *gIOMatchedNotification;
const OSSymbol *gIOFirstMatchNotification;
const OSSymbol *gIOTerminatedNotification;
const OSSymbol *gIOWillTerminateNotification;
const OSSymbol *gIOGeneralInterest;
const OSSymbol *gIOBusyInterest;
const OSSymbol *gIOAppPowerStateInterest;
const OSSymbol *gIOPriorityPowerStateInterest;

namespace {

struct Name {
  const OSSymbol **symbol;
  const char *text;
};
constexpr Name kNames[] = {
    {&gIOPublishNotification, kIOPublishNotification},
    {&gIOFirstPublishNotification, kIOFirstPublishNotification},
    {&gIOMatchedNotification, kIOMatchedNotification},
    {&gIOFirstMatchNotification, kIOFirstMatchNotification},
    {&gIOTerminatedNotification, kIOTerminatedNotification},
    {&gIOWillTerminateNotification, kIOWillTerminateNotification},
    {&gIOGeneralInterest, kIOGeneralInterest},
    {&gIOBusyInterest, kIOBusyInterest},
    {&gIOAppPowerStateInterest, kIOAppPowerStateInterest},
    {&gIOPriorityPowerStateInterest, kIOPriorityPowerStateInterest},
};

struct State {
  kernel::Mutex *lock = kernel::MutexAlloc("notifications");
  // Retained; highest priority first, the older first among equals.
  std::vector<DrydockMatchingNotifier *> handlers;

  // A run that ended in a failure never shut down: the next run must not see its symbols.
  ~State() {
    for (const Name &name : kNames) *name.symbol = nullptr;
  }
};

kernel::PerBoot<State> state;

// The lock over all lists and visits.
class Lock {
 public:
  Lock() { kernel::MutexLock(state->lock); }
  ~Lock() { kernel::MutexUnlock(state->lock); }
};

}  // namespace

// --- Handlers.

DrydockNotifier::Visit::Visit(DrydockNotifier *notifier)
    : notifier_(notifier), thread_(kernel::CurrentThread()) {
  Lock lock;
  allowed_ = notifier->enabled_;
  if (!allowed_) return;
  next_ = notifier->visits_;
  notifier->visits_ = this;
}

DrydockNotifier::Visit::~Visit() {
  if (!allowed_) return;
  Lock lock;
  Visit **place = &notifier_->visits_;
  while (*place != this) place = &(*place)->next_;
  *place = next_;
  kernel::ThreadWakeup(&notifier_->visits_, /*one_thread=*/false);
}

// Waits until no other thread is inside the handler. The lock is held.
void DrydockNotifier::waitForOthers() {
  for (;;) {
    kernel::Thread *other = nullptr;
    for (Visit *visit = visits_; visit != nullptr; visit = visit->next_) {
      if (visit->thread_ != kernel::CurrentThread()) other = visit->thread_;
    }
    if (other == nullptr) return;
    kernel::MutexSleep(state->lock, &visits_, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for a notification handler to return", "", 0, other});
  }
}

void DrydockNotifier::remove() {
  bool listed;
  {
    Lock lock;
    enabled_ = false;
    listed = leaveList();
    waitForOthers();
  }
  if (listed) release();
  release();
}

bool DrydockNotifier::disable() {
  Lock lock;
  const bool was = enabled_;
  enabled_ = false;
  waitForOthers();
  return was;
}

void DrydockNotifier::enable(bool was) {
  Lock lock;
  enabled_ = was;
}

DrydockMatchingNotifier *DrydockMatchingNotifier::Make(const OSSymbol *type, OSDictionary *table,
                                                       IOServiceMatchingNotificationHandler handler,
                                                       void *target, void *ref, SInt32 priority) {
  DrydockMatchingNotifier *notifier = OSTypeAlloc(DrydockMatchingNotifier);
  notifier->init();
  notifier->type_ = type;
  type->retain();
  notifier->table_ = table;
  table->retain();
  notifier->handler_ = handler;
  notifier->target_ = target;
  notifier->ref_ = ref;
  notifier->priority_ = priority;
  notifier->enabled_ = true;
  return notifier;
}

void DrydockMatchingNotifier::free() {
  OSSafeReleaseNULL(type_);
  OSSafeReleaseNULL(table_);
  DrydockNotifier::free();
}

bool DrydockMatchingNotifier::Wants(IOService *service) const {
  return enabled_ && drydock::MatchesTable(service, table_);
}

void DrydockMatchingNotifier::Call(IOService *service) {
  Visit visit(this);
  if (visit.allowed()) handler_(target_, ref_, service, this);
}

void DrydockMatchingNotifier::EnterList() {
  auto place = state->handlers.begin();
  while (place != state->handlers.end() && (*place)->priority_ >= priority_) ++place;
  retain();
  listed_ = true;
  state->handlers.insert(place, this);
}

bool DrydockMatchingNotifier::leaveList() {
  if (!listed_) return false;
  listed_ = false;
  std::erase(state->handlers, this);
  return true;
}

DrydockInterestNotifier *DrydockInterestNotifier::Make(const OSSymbol *type, IOService *service,
                                                       IOServiceInterestHandler handler,
                                                       void *target, void *ref) {
  DrydockInterestNotifier *notifier = OSTypeAlloc(DrydockInterestNotifier);
  notifier->init();
  notifier->type_ = type;
  notifier->service_ = service;
  notifier->handler_ = handler;
  notifier->target_ = target;
  notifier->ref_ = ref;
  notifier->enabled_ = true;
  return notifier;
}

IOReturn DrydockInterestNotifier::Call(UInt32 message, IOService *provider, void *argument,
                                       vm_size_t size) {
  Visit visit(this);
  return visit.allowed() ? handler_(target_, ref_, message, provider, argument, size)
                         : kIOReturnSuccess;
}

bool DrydockInterestNotifier::leaveList() {
  if (service_ == nullptr) return false;
  OSArray *list = StateOf(service_).interests;
  list->removeObject(list->getNextIndexOfObject(this, 0));
  service_ = nullptr;
  return false;  // removeObject has dropped the list's reference
}

namespace drydock::notifications {

// --- The lists.

void Boot() {
  for (const Name &name : kNames) *name.symbol = OSSymbol::withCString(name.text);
}

void Shutdown() {
  for (const Name &name : kNames) OSSafeReleaseNULL(*name.symbol);
}

const Stage kPublished = {kIOServiceRegisteredState, kIOServiceFirstPublishState,
                          gIOPublishNotification, gIOFirstPublishNotification};
const Stage kMatched = {kIOServiceMatchedState, kIOServiceFirstMatchState, gIOMatchedNotification,
                        gIOFirstMatchNotification};

namespace {

Handlers ListedFor(const OSSymbol *type) {
  Handlers handlers;
  for (DrydockMatchingNotifier *handler : state->handlers) {
    if (handler->type() == type) handlers.emplace_back(handler, OSRetain);
  }
  return handlers;
}

// Matching may call the family: no lock is held.
void KeepThoseThatWant(IOService *service, Handlers *handlers) {
  std::erase_if(*handlers, [service](const auto &handler) { return !handler->Wants(service); });
}

}  // namespace

Reached Reach(IOService *service, const Stage &stage) {
  Reached reached;
  {
    ServiceLock service_lock(service);
    if (service->isInactive()) return reached;
    // Most of the time there are no handlers: then the rest is one step without the lock.
    std::optional<Lock> lock;
    if (kernel::kParallel || !state->handlers.empty()) lock.emplace();
    reached.active = true;
    reached.each = ListedFor(stage.each);
    if ((StateOf(service).published & stage.first_state) == 0)
      reached.first = ListedFor(stage.first);
    StateOf(service).published |= stage.state | stage.first_state;
  }
  KeepThoseThatWant(service, &reached.each);
  KeepThoseThatWant(service, &reached.first);
  return reached;
}

void Deliver(const Handlers &handlers, IOService *service) {
  for (const auto &handler : handlers) handler->Call(service);
}

void Deliver(const OSSymbol *type, IOService *service) {
  if (state->handlers.empty()) return;  // the usual case
  Handlers handlers;
  {
    Lock lock;
    handlers = ListedFor(type);
  }
  KeepThoseThatWant(service, &handlers);
  Deliver(handlers, service);
}

IONotifier *Add(DrydockMatchingNotifier *notifier) {
  UInt32 wanted = 0;
  for (const Stage *stage : {&kPublished, &kMatched}) {
    if (notifier->type() == stage->each || notifier->type() == stage->first) wanted = stage->state;
  }
  std::vector<OSSharedPtr<IOService>> existing;
  const OSSharedPtr<DrydockMatchingNotifier> keep(notifier, OSRetain);
  {
    Lock lock;
    notifier->EnterList();
    if (wanted != 0) existing = drydock::instances::In(wanted);
  }
  for (const auto &service : existing) {
    if (notifier->Wants(service.get())) notifier->Call(service.get());
  }
  Lock lock;
  return notifier->listed() ? notifier : nullptr;
}

IOReturn Tell(const OSSymbol *type, UInt32 message, IOService *service, void *argument,
              vm_size_t size) {
  if (StateOf(service).interests == nullptr) return kIOReturnSuccess;
  std::vector<OSSharedPtr<DrydockInterestNotifier>> interested;
  {
    Lock lock;
    for (unsigned i = 0; i < StateOf(service).interests->getCount(); ++i) {
      auto *notifier =
          static_cast<DrydockInterestNotifier *>(StateOf(service).interests->getObject(i));
      if (notifier->type() == type) interested.emplace_back(notifier, OSRetain);
    }
  }
  IOReturn result = kIOReturnSuccess;
  for (const auto &notifier : interested) {
    const IOReturn answer = notifier->Call(message, service, argument, size);
    if (answer != kIOReturnSuccess) result = answer;
  }
  return result;
}

IONotifier *AddInterest(IOService *service, DrydockInterestNotifier *notifier) {
  Lock lock;
  if (StateOf(service).interests == nullptr) StateOf(service).interests = OSArray::withCapacity(2);
  StateOf(service).interests->setObject(notifier);
  return notifier;
}

void DropInterests(IOService *service) {
  if (StateOf(service).interests == nullptr) return;
  OSArray *list;
  {
    Lock lock;
    list = StateOf(service).interests;
    StateOf(service).interests = nullptr;
    for (unsigned i = 0; i < list->getCount(); ++i) {
      static_cast<DrydockInterestNotifier *>(list->getObject(i))->ServiceIsFreed();
    }
  }
  list->release();
}

}  // namespace drydock::notifications

// --- What drivers and clients call.

using drydock::Owned;

IONotifier *IOService::addMatchingNotification(const OSSymbol *type, OSDictionary *matching,
                                               IOServiceMatchingNotificationHandler handler,
                                               void *target, void *ref, SInt32 priority) {
  if (type == nullptr || matching == nullptr || handler == nullptr) return nullptr;
  return notifications::Add(
      DrydockMatchingNotifier::Make(type, matching, handler, target, ref, priority));
}

namespace {

// Shared by the handler and the waiting thread of waitForMatchingService.
struct Awaited {
  IOService *service = nullptr;  // retained
};

bool Found(void *target, void *, IOService *service, IONotifier *) {
  auto *awaited = static_cast<Awaited *>(target);
  Lock lock;
  if (awaited->service == nullptr) {
    service->retain();
    awaited->service = service;
    kernel::ThreadWakeup(awaited, /*one_thread=*/false);
  }
  return true;
}

}  // namespace

OSPtr<IOService> IOService::waitForMatchingService(OSDictionary *matching, uint64_t timeout) {
  const kernel::Time deadline =
      timeout == UINT64_MAX ? 0 : kernel::SaturatingAdd(kernel::Now(), timeout);
  Awaited awaited;
  IONotifier *notifier =
      addMatchingNotification(gIOMatchedNotification, matching, &Found, &awaited);
  if (notifier == nullptr) return nullptr;
  {
    Lock lock;
    while (awaited.service == nullptr) {
      if (kernel::MutexSleep(state->lock, &awaited, kernel::Interruptible::kUninterruptible,
                             deadline, {"waits for a matching service", "", 0, nullptr}) ==
          kernel::WaitResult::kTimedOut) {
        break;
      }
    }
  }
  notifier->remove();
  return awaited.service;
}

OSPtr<IOService> IOService::copyMatchingService(OSDictionary *matching) {
  for (const auto &service : drydock::instances::In(kIOServiceRegisteredState)) {
    if (!drydock::MatchesTable(service.get(), matching)) continue;
    service->retain();
    return service.get();
  }
  return nullptr;
}

OSPtr<OSIterator> IOService::getMatchingServices(OSDictionary *matching) {
  const auto found = Owned(OSArray::withCapacity(4));
  for (const auto &service : drydock::instances::In(kIOServiceRegisteredState)) {
    if (drydock::MatchesTable(service.get(), matching)) found->setObject(service.get());
  }
  return OSCollectionIterator::withCollection(found.get());
}

IONotifier *IOService::registerInterest(const OSSymbol *type, IOServiceInterestHandler handler,
                                        void *target, void *ref) {
  if (type == nullptr || handler == nullptr || isInactive()) return nullptr;
  if (type != gIOGeneralInterest && type != gIOBusyInterest && type != gIOAppPowerStateInterest &&
      type != gIOPriorityPowerStateInterest) {
    return nullptr;
  }
  return notifications::AddInterest(
      this, DrydockInterestNotifier::Make(type, this, handler, target, ref));
}
