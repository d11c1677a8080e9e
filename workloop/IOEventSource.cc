// The abstract half of event sources: state, the loop they are attached to, misuse while detached.
#include <IOKit/IOEventSource.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/trace.h"
#include "workloop/action_scope.h"

using drydock::ActionScope;
using drydock::ObjectIdOf;
using drydock::kernel::OperationKind;
using drydock::trace::EventKind;
namespace kernel = drydock::kernel;

#define super OSObject
OSDefineMetaClassAndAbstractStructors(IOEventSource, OSObject)

bool IOEventSource::init(OSObject *inOwner, Action inAction) {
  if (inOwner == nullptr) return false;
  if (!super::init()) return false;
  owner = inOwner;
  ownerMetaClass = inOwner->getMetaClass();
  ownerObjectId = ObjectIdOf(inOwner);
  action = inAction;
  enabled = true;
  return true;
}

void IOEventSource::free() {
  if (ActionScope::Orphan(scopes) || (flags & kFreedInAction) != 0) {
    kernel::Misuse(
        "event-source-freed-in-action",
        absl::StrCat(
            className(), " of ", ownerClassName(),
            " was freed while an action of its was under way; retain it until that has returned"));
  }
  // A loop retains the sources on its chain, so one that is freed there was released once too
  // often.
  if (workLoop != nullptr && workLoop->forgetFreedSource(this)) {
    kernel::Misuse(
        "event-source-freed-while-attached",
        absl::StrCat(className(), " of ", ownerClassName(),
                     " was freed while attached to a work loop: it was released once too often"));
  }
  super::free();
}

void IOEventSource::setAction(Action inAction) { action = inAction; }

IOEventSource::Action IOEventSource::getAction() const { return action; }

void IOEventSource::setRefcon(void *newRefcon) { refcon = newRefcon; }

void *IOEventSource::getRefcon() const { return refcon; }

bool IOEventSource::checkForWork() { return false; }

void IOEventSource::enable() {
  setEnabled(true);
  if (loopNow() != nullptr) signalWorkAvailable();
}

void IOEventSource::disable() { setEnabled(false); }

void IOEventSource::setEnabled(bool on) {
  kernel::ChoicePoint(OperationKind::kWrite, ObjectIdOf(this));
  enabled = on;
  if (on) disabledByRemoval = false;
  publish(on ? EventKind::kSourceEnable : EventKind::kSourceDisable);
}

bool IOEventSource::isEnabled() const { return enabled; }

void IOEventSource::setWorkLoop(IOWorkLoop *newLoop) {
  if (newLoop == nullptr) {
    disable();
    disabledByRemoval = true;
  }
  std::atomic_ref<IOWorkLoop *>(workLoop).store(newLoop);
}

IOWorkLoop *IOEventSource::getWorkLoop() const { return loopNow(); }

void IOEventSource::setNext(IOEventSource *next) { eventChainNext = next; }

IOEventSource *IOEventSource::getNext() const { return eventChainNext; }

bool IOEventSource::onThread() const { return workLoop != nullptr && workLoop->onThread(); }

void IOEventSource::signalWorkAvailable() {
  if (!hasLoopFor("signal-on-detached-source", "signalled")) return;
  publish(EventKind::kWorkSignal);
  loopNow()->signalWorkAvailable();
}

void IOEventSource::openGate() {
  if (hasLoopFor("gate-of-detached-source", "told to open the gate")) workLoop->openGate();
}

void IOEventSource::closeGate() {
  if (hasLoopFor("gate-of-detached-source", "told to close the gate")) workLoop->closeGate();
}

bool IOEventSource::tryCloseGate() {
  return hasLoopFor("gate-of-detached-source", "told to close the gate") &&
         workLoop->tryCloseGate();
}

int IOEventSource::sleepGate(void *event, UInt32 type) {
  if (!hasLoopFor("sleep-on-detached-source", "told to sleep in the gate"))
    return THREAD_INTERRUPTED;
  return workLoop->sleepGate(event, type);
}

int IOEventSource::sleepGate(void *event, AbsoluteTime deadline, UInt32 type) {
  if (!hasLoopFor("sleep-on-detached-source", "told to sleep in the gate"))
    return THREAD_INTERRUPTED;
  return workLoop->sleepGate(event, deadline, type);
}

void IOEventSource::wakeupGate(void *event, bool oneThread) {
  if (hasLoopFor("wakeup-on-detached-source", "told to wake sleepers"))
    workLoop->wakeupGate(event, oneThread);
}

bool IOEventSource::hasLoopFor(const char *finding, const char *what) const {
  if (loopNow() != nullptr) return true;
  kernel::Misuse(finding, absl::StrCat(className(), " of ", ownerClassName(), " was ", what,
                                       " while attached to no work loop"));
  return false;
}

void IOEventSource::publish(EventKind kind, uint64_t value) const {
  if (!drydock::trace::Observed(kind)) return;
  kernel::Trace(kind, ObjectIdOf(loopNow()), ObjectIdOf(this), value, className());
}

const char *IOEventSource::className() const { return getMetaClass()->getClassName(); }

const char *IOEventSource::ownerClassName() const {
  // (Without an owner the source has not been initialised.)
  return ownerMetaClass != nullptr ? ownerMetaClass->getClassName() : "no owner";
}
