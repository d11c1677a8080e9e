// Command gates: actions, attempts, parking while disabled, sleeping, and removal.
#include <IOKit/IOCommandGate.h>

#include "absl/strings/str_cat.h"
#include "eventsources/action_cast.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"
#include "workloop/action_scope.h"
#include "workloop/gate_at_once.h"

using drydock::ActionCast;
using drydock::ActionScope;
using drydock::ObjectIdOf;
using drydock::kernel::WaitNote;
using drydock::kernel::WaitResult;
namespace kernel = drydock::kernel;

#define super IOEventSource
OSDefineMetaClassAndStructors(IOCommandGate, IOEventSource)

OSPtr<IOCommandGate> IOCommandGate::commandGate(OSObject *owner, Action action) {
  auto *gate = new IOCommandGate;
  if (!gate->init(owner, action)) {
    gate->release();
    return nullptr;
  }
  return gate;
}

bool IOCommandGate::init(OSObject *inOwner, Action inAction) {
  if (!super::init(inOwner, ActionCast<IOEventSource::Action>(inAction))) return false;
  reserved = IOMallocType(ExpansionData);
  return true;
}

void IOCommandGate::free() {
  // With the gate held, because an action that sleeps in it may wake.
  IOWorkLoop *const loop = kernel::IsHistoric() ? nullptr : loopNow();
  if (loop != nullptr) loop->closeGate();
  if (workLoop != nullptr) setWorkLoop(nullptr);
  if (reserved != nullptr && reserved->actions != 0) {
    flags |= kFreedInAction;
    reserved->freed = true;  // the last action frees it
  } else if (reserved != nullptr) {
    IOFreeType(reserved, ExpansionData);
  }
  if (loop != nullptr) loop->openGate();
  super::free();
}

void IOCommandGate::setWorkLoop(IOWorkLoop *newLoop) {
  if (newLoop != nullptr) {
    super::setWorkLoop(newLoop);
    return;
  }
  IOWorkLoop *loop = loopNow();
  if (loop == nullptr) return;
  if (kernel::IsHistoric()) {
    removeAtOnce();
    return;
  }

  loop->closeGate();
  reserved->removed = true;
  reserved->evicting = true;
  while (reserved->parked != 0) {
    kernel::ThreadWakeupWithResult(&enabled, WaitResult::kInterrupted);
    const WaitNote note{"waits for parked callers to leave", className(), ObjectIdOf(this),
                        nullptr};
    sleepNoted(loop, &reserved->parked, 0, THREAD_UNINT, note);
  }
  reserved->evicting = false;
  // Else the last action to leave does it (CG-24).
  if (reserved->actions == 0) completeRemoval();
  loop->openGate();
}

// Removal in 2003: does not wait for actions. (workloop.md 8.2)
void IOCommandGate::removeAtOnce() {
  if (reserved->actions != 0) {
    kernel::Misuse("command-gate-removed-during-action",
                   absl::StrCat("a command gate of ", ownerClassName(),
                                " was removed from its work loop while its action had not "
                                "returned; a kernel of 2003 then opens the gate of no loop"));
  }
  super::setWorkLoop(nullptr);
}

void IOCommandGate::completeRemoval() {
  reserved->removed = false;
  super::setWorkLoop(nullptr);
  if (reserved->parked != 0) {
    // Callers that parked after removal had begun, while it waited for an action. Upstream does not
    // wake them either (CG-28).
    kernel::Misuse(
        "caller-parked-on-removed-gate",
        absl::StrCat("a caller is parked on a disabled command gate of ", ownerClassName(),
                     " that has been removed from its work loop: nothing wakes it"));
  }
}

void IOCommandGate::enable() {
  IOWorkLoop *loop = loopNow();
  if (kernel::IsHistoric()) {
    super::enable();
    return;
  }
  if (loop == nullptr) return;
  loop->closeGate();
  super::enable();
  if (reserved->parked != 0) loop->wakeupGate(&enabled, false);
  loop->openGate();
}

void IOCommandGate::disable() {
  if (workLoop != nullptr && !workLoop->inGate() && !kernel::IsHistoric()) {
    kernel::Misuse(
        "command-gate-disabled-outside-gate",
        absl::StrCat("a command gate of ", ownerClassName(),
                     " was disabled by a thread that does not hold the work loop's gate"));
  }
  super::disable();
}

// In 2003 a disabled gate refuses every caller before it checks anything else. (HX-1)
bool IOCommandGate::refusesAtOnce() const { return !enabled && kernel::IsHistoric(); }

// The error of runCommand and attemptCommand when no action is set. (CG-3, HX-2)
IOReturn IOCommandGate::noStoredAction() const {
  if (refusesAtOnce()) return kIOReturnNotPermitted;
  return kernel::IsHistoric() ? kIOReturnNoResources : kIOReturnBadArgument;
}

// The error of a call to a gate that is attached to no work loop. (CG-1)
IOReturn IOCommandGate::notAttached() const {
  if (kernel::IsHistoric()) hasLoopFor("gate-of-detached-source", "told to run an action");
  return kIOReturnNotReady;
}

IOReturn IOCommandGate::runCommand(void *arg0, void *arg1, void *arg2, void *arg3) {
  if (action == nullptr) return noStoredAction();
  return runAction(ActionCast<Action>(action), arg0, arg1, arg2, arg3);
}

// Called around each action, with the gate closed. The last action to leave a gate that is being
// removed detaches it. If the gate was freed meanwhile, only `inside` is left, which the last
// action frees.
inline IOCommandGate::ExpansionData *IOCommandGate::enterAction() {
  ++reserved->actions;
  return reserved;
}

inline void IOCommandGate::leaveAction(IOCommandGate *gate, ExpansionData *inside) {
  if (--inside->actions != 0) return;
  if (inside->freed) {
    IOFreeType(inside, ExpansionData);
  } else if (inside->removed && !inside->evicting) {
    gate->completeRemoval();
  }
}

IOReturn IOCommandGate::runAction(Action inAction, void *arg0, void *arg1, void *arg2, void *arg3) {
  if (refusesAtOnce()) return kIOReturnNotPermitted;
  if (inAction == nullptr) return kIOReturnBadArgument;
  IOWorkLoop *loop = loopNow();
  if (loop == nullptr) return notAttached();

  const auto in_scope = [=, this] {
    return runActionInScope(inAction, arg0, arg1, arg2, arg3, loop);
  };
  const auto gated = [=, this] {
    if (!enabled) return in_scope();
    ExpansionData *const inside = enterAction();
    const IOReturn result = inAction(owner, arg0, arg1, arg2, arg3);
    leaveAction(this, inside);
    return result;
  };
  return loop->runAtOnce(gated, in_scope);
}

// A function of its own: its stack frame would slow down the inline path too. The scope covers the
// wait for the gate.
[[gnu::noinline]] IOReturn IOCommandGate::runActionInScope(Action inAction, void *arg0, void *arg1,
                                                           void *arg2, void *arg3,
                                                           IOWorkLoop *loop) {
  ActionScope scope(this, loop);
  loop->closeGate();
  // A disabled gate never stalls the loop's own thread (CG-9).
  if (scope.source_freed() || (!loop->onThread() && !parkUntilEnabled(loop))) {
    loop->openGate();
    return kIOReturnAborted;
  }
  ExpansionData *const inside = enterAction();
  scope.Begin();
  const IOReturn result = inAction(owner, arg0, arg1, arg2, arg3);
  scope.End(static_cast<uint32_t>(result));
  leaveAction(this, inside);
  loop->openGate();
  return result;
}

// For a caller that finds the gate disabled: removal may have done that unnoticed.
void IOCommandGate::adviseIfForgotten() const {
  if (!disabledByRemoval) return;
  kernel::Advise("source-not-enabled-after-re-add", "a command gate of ", ownerClassName(),
                 " has callers, and its removal from a work loop had disabled it; adding it again "
                 "does not enable it");
}

// With the gate closed, waits until the gate is enabled. False if the caller must leave instead,
// because it was interrupted or the gate removed (CG-11, CG-12).
bool IOCommandGate::parkUntilEnabled(IOWorkLoop *loop) {
  while (!enabled) {
    if (kernel::IsHistoric()) return true;  // it was enabled when the caller came, which is enough
    int result = THREAD_AWAKENED;
    if (workLoop != nullptr) {
      adviseIfForgotten();
      const WaitNote note{
          disabledByRemoval
              ? "is parked on a gate that was removed, added again and never enabled, of"
              : "is parked on disabled gate of",
          ownerClassName(), ObjectIdOf(this), nullptr};
      ++reserved->parked;
      result = sleepNoted(loop, &enabled, 0, THREAD_INTERRUPTIBLE, note);
      --reserved->parked;
    }
    const bool leaving = workLoop == nullptr || reserved->removed;
    if (leaving && reserved->evicting) loop->wakeupGate(&reserved->parked, false);
    if (leaving || result != THREAD_AWAKENED) return false;
  }
  return true;
}

IOReturn IOCommandGate::attemptCommand(void *arg0, void *arg1, void *arg2, void *arg3) {
  if (action == nullptr) return noStoredAction();
  return attemptAction(ActionCast<Action>(action), arg0, arg1, arg2, arg3);
}

IOReturn IOCommandGate::attemptAction(Action inAction, void *arg0, void *arg1, void *arg2,
                                      void *arg3) {
  if (refusesAtOnce()) return kIOReturnNotPermitted;
  if (inAction == nullptr) return kIOReturnBadArgument;
  IOWorkLoop *loop = loopNow();
  if (loop == nullptr) return notAttached();

  ActionScope scope(this, loop);
  if (!loop->tryCloseGate()) return kIOReturnCannotLock;
  IOReturn result = kIOReturnNotPermitted;
  if (!scope.source_freed()) {
    if (enabled || loop->onThread() || kernel::IsHistoric()) {
      scope.Begin();
      result = inAction(owner, arg0, arg1, arg2, arg3);
      scope.End(static_cast<uint32_t>(result));
    } else {
      adviseIfForgotten();
    }
  }
  loop->openGate();
  return result;
}

IOReturn IOCommandGate::commandSleep(void *event, UInt32 interruptible) {
  return sleepInCommand(event, 0, interruptible);
}

IOReturn IOCommandGate::commandSleep(void *event, AbsoluteTime deadline, UInt32 interruptible) {
  return sleepInCommand(event, deadline, interruptible);
}

IOReturn IOCommandGate::sleepInCommand(void *event, AbsoluteTime deadline, UInt32 interruptible) {
  if (!hasLoopFor("sleep-on-detached-source", "told to sleep")) return kIOReturnNotReady;
  IOWorkLoop *loop = loopNow();
  if (!loop->inGate()) {
    if (kernel::IsHistoric()) return kIOReturnNotPermitted;
    // Interned, because a panic does not unwind the stack and would leak a string.
    const char *text = drydock::trace::Intern(
        absl::StrCat("invalid commandSleep while not holding the gate of ", loop->displayName()));
    kernel::Panic(text);
  }
  const WaitNote note{"sleeps in commandSleep on", loop->displayName(), ObjectIdOf(loop), nullptr};
  return sleepNoted(loop, event, deadline, interruptible, note);
}

int IOCommandGate::sleepNoted(IOWorkLoop *loop, void *event, AbsoluteTime deadline,
                              UInt32 interruptible, const WaitNote &note) {
  loop->reserved->sleepNote = &note;
  const int result = loop->sleepGate(event, deadline, interruptible);
  loop->reserved->sleepNote = nullptr;  // a subclass may not have used it
  return result;
}

void IOCommandGate::commandWakeup(void *event, bool oneThread) { wakeupGate(event, oneThread); }
