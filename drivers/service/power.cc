// Power management: a state machine for each service, and the sleep of the whole system.
// (service.md 3.11)
#include "drivers/service/power.h"

#include <algorithm>

#include <IOKit/pwr_mgt/IOPMpowerState.h>
#include <IOKit/pwr_mgt/RootDomain.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "drivers/service/service_state.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"

OSDefineMetaClassAndStructors(IOPMrootDomain, IOService)

namespace drydock {
namespace {

// The least time a driver has to acknowledge, and the step in which it is measured.
// (service.md 0.5)
constexpr kernel::Time kAcknowledgeFloor = 10 * kernel::kSecond;
constexpr kernel::Time kAcknowledgeTick = 100 * kernel::kMillisecond;

struct State {
  kernel::Mutex* lock = kernel::MutexAlloc("power");
  IOPMrootDomain* root = nullptr;
};

kernel::PerBoot<State> boot;

class StateLock {
 public:
  StateLock() { kernel::MutexLock(boot->lock); }
  ~StateLock() { kernel::MutexUnlock(boot->lock); }
};

}  // namespace

Power::Power(IOService* service) : service_(service) {}

Power::~Power() {
  if (!stopped_) Halt();  // a change must not outlive the service
  if (call_ != nullptr) kernel::ThreadCallFree(call_);
  HeapFree(states_);
  OSSafeReleaseNULL(interested_);
}

void Power::Stop() {
  Halt();
  while (IORegistryEntry* child = service_->copyChildEntry(gIOPowerPlane)) {
    child->detachFromParent(service_, gIOPowerPlane);
    child->release();
  }
  service_->detachAbove(gIOPowerPlane);
}

// A driver that calls PMstop in its own setPowerState waits for itself, as on a Mac.
void Power::Halt() {
  StateLock lock;
  stopped_ = true;
  kernel::ThreadWakeup(this, /*one_thread=*/false);
  if (changing_ && kernel::ThreadCallCancel(call_)) changing_ = false;
  while (changing_) {
    kernel::MutexSleep(boot->lock, this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits in PMstop for a driver's power call", "", 0, calling_out_,
                        /*for_lock=*/true});
  }
}

void CheckPowerStopped(IOService* service) {
  Power* power = StateOf(service).power;
  if (power == nullptr || power->stopped()) return;
  kernel::Misuse(
      "pm-init-without-stop",
      absl::StrCat(service->getName(), " called PMinit and is detached without a call of PMstop"));
  power->Stop();
}

IOReturn Power::Register(IOService* driver, const IOPMPowerState* states, unsigned long count) {
  constexpr unsigned long kNewestVersion = 2;
  if (states == nullptr || count < 2 || driver == nullptr) return kIOReturnBadArgument;
  for (unsigned long i = 0; i < count; ++i) {
    if (states[i].version > kNewestVersion) return kIOReturnBadArgument;
  }
  {
    StateLock lock;
    if (driver_ != nullptr) return IOPMNoErr;
    states_ = static_cast<IOPMPowerState*>(
        HeapAllocate(BlockKind::kInternal, count * sizeof(IOPMPowerState), /*zero=*/false));
    std::copy(states, states + count, states_);
    count_ = count;
    driver_ = driver;
    call_ = kernel::ThreadCallAllocate(
        [](void* self, void*) { static_cast<Power*>(self)->Change(); }, this,
        kernel::ThreadCallPriority::kHigh, kernel::kThreadCallOnce);
  }
  const unsigned long initial = driver->initialPowerStateForDomainState(kIOPMPowerOn);
  StateLock lock;
  initial_ = std::min(initial, count - 1);
  Begin();
  return IOPMNoErr;
}

void Power::Join() {
  StateLock lock;
  joined_ = true;
  Begin();
}

IOReturn Power::Want(Voice voice, unsigned long wanted) {
  StateLock lock;
  if (wanted >= count_) return IOPMParameterError;
  wanted_[static_cast<int>(voice)] = wanted;
  asked_ = true;
  Begin();
  return IOPMNoErr;
}

IOReturn Power::WantHighest() {
  return count_ == 0 ? kIOPMNotYetInitialized : Want(Voice::kDevice, count_ - 1);
}

void Power::SetAsleep(bool asleep) {
  StateLock lock;
  asleep_ = asleep;
  Begin();
}

void Power::Settle() {
  StateLock lock;
  while (changing_) {
    kernel::MutexSleep(boot->lock, this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for a device's power to change", "", 0, calling_out_});
  }
}

void Power::Acknowledge() {
  StateLock lock;
  acknowledged_ = true;
  kernel::ThreadWakeup(this, /*one_thread=*/false);
}

void Power::AddInterested(IOService* driver) {
  StateLock lock;
  if (interested_ == nullptr) interested_ = OSArray::withCapacity(1);
  interested_->setObject(driver);
}

void Power::RemoveInterested(IOService* driver) {
  const OSSharedPtr<IOService> keep(driver, OSRetain);
  StateLock lock;
  if (interested_ != nullptr) {
    interested_->removeObject(interested_->getNextIndexOfObject(driver, 0));
  }
}

unsigned long Power::HighestFor(IOPMPowerFlags given) const {
  for (unsigned long i = count_; i-- > 1;) {
    if ((states_[i].inputPowerRequirement & ~given) == 0) return i;
  }
  return 0;
}

IOPMPowerFlags Power::capabilities() const {
  return state_ == kUnknown ? 0 : states_[state_].capabilityFlags;
}

// --- Changes. The lock is held unless the comment says otherwise.

// Enters the thread call, if there is a state to go to and it is not entered already.
void Power::Begin() {
  unsigned long next;
  if (changing_ || !Next(&next)) return;
  changing_ = true;
  kernel::ThreadCallEnter(call_, nullptr);
}

// Whether the service is to change to another state, `*next`.
bool Power::Next(unsigned long* next) {
  if (driver_ == nullptr || !joined_ || stopped_) return false;
  *next = asleep_ ? 0 : asked_ ? std::max(wanted_[0], wanted_[1]) : initial_;
  return *next != state_;
}

// The body of the thread call; the lock is not held. The service lives: PMstop waits for its end.
void Power::Change() {
  StateLock lock;
  for (unsigned long next; Next(&next);) {
    calling_out_ = kernel::CurrentThread();
    kernel::MutexUnlock(boot->lock);
    TellInterested(next, /*done=*/false);
    kernel::MutexLock(boot->lock);
    CallDriver(next);
    if (stopped_) break;
    state_ = next;
    kernel::MutexUnlock(boot->lock);
    TellInterested(next, /*done=*/true);
    kernel::MutexLock(boot->lock);
    calling_out_ = nullptr;
  }
  changing_ = false;
  kernel::ThreadWakeup(this, /*one_thread=*/false);
}

// Drops the lock for the call. The driver is not called after PMstop.
void Power::CallDriver(unsigned long next) {
  if (stopped_) return;
  acknowledged_ = false;
  kernel::MutexUnlock(boot->lock);
  const IOReturn answer = driver_->setPowerState(next, service_);
  kernel::MutexLock(boot->lock);
  if (answer <= kIOPMAckImplied || acknowledged_) return;  // (LC-18)
  const kernel::Time allowed =
      std::max(kAcknowledgeFloor, static_cast<kernel::Time>(answer) * kernel::kMicrosecond);
  const kernel::Time ticks = (allowed + kAcknowledgeTick - 1) / kAcknowledgeTick;
  const kernel::Time deadline = kernel::SaturatingAdd(kernel::Now(), ticks * kAcknowledgeTick);
  while (!acknowledged_ && !stopped_) {
    const kernel::WaitResult result =
        kernel::MutexSleep(boot->lock, this, kernel::Interruptible::kUninterruptible, deadline,
                           {"waits for a driver to acknowledge its power state", "", 0, nullptr});
    if (result != kernel::WaitResult::kTimedOut || acknowledged_) continue;
    kernel::MutexUnlock(boot->lock);
    kernel::Log("a driver did not acknowledge its power state in time");
    driver_->setProperty("IOPMTardyAckSetPowerState", true);
    kernel::MutexLock(boot->lock);
    return;  // (LC-17)
  }
}

// The lock is not held.
void Power::TellInterested(unsigned long next, bool done) {
  OSSharedPtr<OSArray> interested;
  {
    StateLock lock;
    if (interested_ == nullptr) return;
    interested = Owned(OSArray::withArray(interested_));
  }
  for (unsigned i = 0; i < interested->getCount(); ++i) {
    auto* driver = static_cast<IOService*>(interested->getObject(i));
    const IOPMPowerFlags flags = states_[next].capabilityFlags;
    if (done) {
      driver->powerStateDidChangeTo(flags, next, service_);
    } else {
      driver->powerStateWillChangeTo(flags, next, service_);
    }
  }
}

// --- The system.

IOPMrootDomain* PowerRootDomain() {
  {
    StateLock lock;
    if (boot->root != nullptr) return boot->root;
  }
  const auto made = Owned(OSTypeAlloc(IOPMrootDomain));
  made->init(nullptr);
  StateLock lock;
  if (boot->root == nullptr) {
    made->attachToParent(IORegistryEntry::getRegistryRoot(), gIOPowerPlane);
    made->retain();
    boot->root = made.get();
  }
  return boot->root;
}

void ShutdownPower() {
  if (boot->root == nullptr) return;
  boot->root->detachAll(gIOPowerPlane);
  OSSafeReleaseNULL(boot->root);
}

namespace {

// The services in the power plane, parents first.
OSSharedPtr<OSArray> Devices(IOPMrootDomain* root) {
  const auto devices = Owned(OSArray::withCapacity(8));
  const auto walk =
      Owned(IORegistryIterator::iterateOver(root, gIOPowerPlane, kIORegistryIterateRecursively));
  do {
    devices->flushCollection();
    walk->reset();
    while (IORegistryEntry* entry = walk->getNextObject()) devices->setObject(entry);
  } while (!walk->isValid());
  return devices;
}

void SetAsleep(OSObject* object, bool asleep) {
  Power* power = StateOf(static_cast<IOService*>(object)).power;
  if (power == nullptr) return;
  power->SetAsleep(asleep);
  power->Settle();
}

}  // namespace
}  // namespace drydock

IOReturn IOPMrootDomain::sleepSystem() {
  messageClients(kIOMessageSystemWillSleep);
  const auto devices = drydock::Devices(this);
  for (unsigned i = devices->getCount(); i-- > 0;) {
    drydock::SetAsleep(devices->getObject(i), true);
  }
  return kIOReturnSuccess;
}

IOReturn IOPMrootDomain::wakeSystem() {
  const auto devices = drydock::Devices(this);
  for (unsigned i = 0; i < devices->getCount(); ++i) {
    drydock::SetAsleep(devices->getObject(i), false);
  }
  messageClients(kIOMessageSystemHasPoweredOn);
  return kIOReturnSuccess;
}
