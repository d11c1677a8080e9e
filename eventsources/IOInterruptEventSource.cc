// Interrupt sources: registration with the provider, counting, delivery on the loop's thread.
#include <cstdlib>

#include <IOKit/IOInterruptEventSource.h>

#include "absl/strings/str_cat.h"
#include "eventsources/action_cast.h"
#include "eventsources/interrupt_provider.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/profile.h"
#include "workloop/action_scope.h"

using drydock::ActionCast;
using drydock::ActionScope;
using drydock::GetInterruptProvider;
using drydock::ObjectIdOf;
using drydock::kernel::OperationKind;
namespace kernel = drydock::kernel;

#define super IOEventSource
OSDefineMetaClassAndStructors(IOInterruptEventSource, IOEventSource)

OSPtr<IOInterruptEventSource> IOInterruptEventSource::interruptEventSource(OSObject *owner,
                                                                           Action action,
                                                                           IOService *provider,
                                                                           int intIndex) {
  auto *source = new IOInterruptEventSource;
  if (!source->init(owner, action, provider, intIndex)) {
    source->release();
    return nullptr;
  }
  return source;
}

bool IOInterruptEventSource::init(OSObject *inOwner, Action inAction, IOService *inProvider,
                                  int index) {
  intIndex = -1;  // nothing for free() to unregister
  if (index < 0 && !kernel::IsHistoric()) return false;
  if (!super::init(inOwner, ActionCast<IOEventSource::Action>(inAction))) return false;
  if (index < 0) return true;  // in 2003: a source of no interrupt (workloop.md 8.2)
  provider = inProvider;
  intIndex = ~index;
  return provider == nullptr || registerHandler() == kIOReturnSuccess;
}

void IOInterruptEventSource::free() {
  unregisterHandler();
  super::free();
}

IOReturn IOInterruptEventSource::registerHandler() {
  const int index = ~intIndex;
  int type = kIOInterruptTypeEdge;
  IOReturn result = GetInterruptProvider().get_type(provider, index, &type);
  if (result != kIOReturnSuccess) return result;
  autoDisable = type == kIOInterruptTypeLevel;
  result = GetInterruptProvider().register_interrupt(
      provider, index, this, autoDisable ? &handleDisabling : &handleNormally, this);
  if (result == kIOReturnSuccess) intIndex = index;
  return result;
}

void IOInterruptEventSource::unregisterHandler() {
  if (!isRegistered()) return;
  GetInterruptProvider().unregister_interrupt(provider, intIndex);
  intIndex = ~intIndex;
}

bool IOInterruptEventSource::isRegistered() const { return provider != nullptr && intIndex >= 0; }

void IOInterruptEventSource::setWorkLoop(IOWorkLoop *newLoop) {
  // In 2003 the source stays registered, masked, until it is freed. (workloop.md 8.2)
  if (newLoop == nullptr && !kernel::IsHistoric()) unregisterHandler();
  super::setWorkLoop(newLoop);
  // If that fails the index stays negative, which is not reported (IN-11).
  if (newLoop != nullptr && provider != nullptr && !isRegistered()) registerHandler();
}

void IOInterruptEventSource::enable() {
  if (!isRegistered()) return;
  if (workLoop == nullptr) {
    kernel::Misuse("interrupt-enabled-before-attach",
                   absl::StrCat("an interrupt source of ", ownerClassName(),
                                " was enabled before it was added to a work loop: an interrupt now "
                                "has no loop to signal"));
  }
  GetInterruptProvider().enable_interrupt(provider, intIndex);
  explicitDisable = false;
  setEnabled(true);
}

void IOInterruptEventSource::disable() {
  if (!isRegistered()) return;
  GetInterruptProvider().disable_interrupt(provider, intIndex);
  explicitDisable = true;
  setEnabled(false);
}

const IOService *IOInterruptEventSource::getProvider() const { return provider; }

int IOInterruptEventSource::getIntIndex() const { return intIndex; }

bool IOInterruptEventSource::getAutoDisable() const { return autoDisable; }

bool IOInterruptEventSource::checkForWork() {
  const unsigned int produced = producerCount;
  const auto count = static_cast<int>(produced - consumerCount);
  if (count == 0) return false;

  if (!enabled) {
    kernel::Advise("interrupt-delivered-after-disable", "an interrupt source of ", ownerClassName(),
                   " was disabled, and its action is called for ", count,
                   " interrupts that came before");
  }
  ActionScope scope(this, workLoop);
  if (action != nullptr) {
    scope.Begin();
    ActionCast<Action>(action)(owner, this, kernel::IsHistoric() ? std::abs(count) : count);
    scope.End(0);
  }
  if (scope.source_freed()) return false;
  consumerCount = produced;
  if (autoDisable && !explicitDisable) enable();
  return false;
}

void IOInterruptEventSource::interruptOccurred(void *refcon, IOService *nub, int ind) {
  if (autoDisable && nub != nullptr) {
    disableInterruptOccurred(refcon, nub, ind);
  } else {
    normalInterruptOccurred(refcon, nub, ind);
  }
}

void IOInterruptEventSource::normalInterruptOccurred(void *, IOService *, int) { countInterrupt(); }

void IOInterruptEventSource::disableInterruptOccurred(void *, IOService *nub, int ind) {
  GetInterruptProvider().disable_interrupt(nub, ind);
  countInterrupt();
}

void IOInterruptEventSource::countInterrupt() {
  kernel::ChoicePoint(OperationKind::kWrite, ObjectIdOf(this));
  ++producerCount;
  signalWorkAvailable();
}

void IOInterruptEventSource::handleNormally(OSObject *target, void *refcon, IOService *nub,
                                            int source) {
  auto *self = static_cast<IOInterruptEventSource *>(target);
  self->stampPrimaryInterrupt();
  self->normalInterruptOccurred(refcon, nub, source);
}

void IOInterruptEventSource::handleDisabling(OSObject *target, void *refcon, IOService *nub,
                                             int source) {
  auto *self = static_cast<IOInterruptEventSource *>(target);
  self->stampPrimaryInterrupt();
  self->disableInterruptOccurred(refcon, nub, source);
}

IOReturn IOInterruptEventSource::warmCPU(uint64_t) { return kIOReturnSuccess; }

void IOInterruptEventSource::stampPrimaryInterrupt() {
  if (timestampEnabled) primaryTimestamp = kernel::Now();
}

void IOInterruptEventSource::enablePrimaryInterruptTimestamp(bool enable) {
  timestampEnabled = enable;
}

uint64_t IOInterruptEventSource::getPrimaryInterruptTimestamp() {
  return timestampEnabled && provider != nullptr ? primaryTimestamp : ~uint64_t{0};
}
