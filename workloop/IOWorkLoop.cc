// Work loops: chains of sources, the gate, the thread that polls, and how a loop frees itself.
#include <atomic>
#include <cstring>

#include <IOKit/IOEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_id.h"
#include "libkern/recursive_lock.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"
#include "workloop/action_scope.h"
#include "workloop/control_gate.h"
#include "workloop/gate_at_once.h"
#include "workloop/work_loop_name.h"

using drydock::ActionScope;
using drydock::ObjectIdOf;
using drydock::kernel::WaitNote;
using drydock::trace::EventKind;
namespace kernel = drydock::kernel;

#define super OSObject
OSDefineMetaClassAndStructors(IOWorkLoop, OSObject)

// The vtable of IOWorkLoop itself, once an object of that class has been made.
static std::atomic<const void *> plainTable;

static const void *tableOf(const IOWorkLoop *loop) {
  const void *table;
  std::memcpy(&table, static_cast<const void *>(loop), sizeof(table));
  return table;
}

OSPtr<IOWorkLoop> IOWorkLoop::workLoop() { return workLoopWithOptions(0); }

OSPtr<IOWorkLoop> IOWorkLoop::workLoopWithOptions(IOOptionBits options) {
  auto *loop = new IOWorkLoop;
  plainTable.store(tableOf(loop), std::memory_order_relaxed);
  if (options != 0) {
    loop->reserved = IOMallocType(ExpansionData);
    loop->reserved->options = options;
  }
  if (!loop->init()) {
    loop->release();
    return nullptr;
  }
  return loop;
}

bool IOWorkLoop::init() {
  if (!super::init()) return false;
  if (reserved == nullptr) reserved = IOMallocType(ExpansionData);
  if (gateLock == nullptr) {
    gateLock = IORecursiveLockAlloc();
    if (gateLock == nullptr) return false;
  }
  if (workToDoLock == nullptr) {
    workToDoLock = IOSimpleLockAlloc();
    if (workToDoLock == nullptr) return false;
    IOSimpleLockInit(workToDoLock);
    workToDo = false;
  }
  if (controlG == nullptr) {
    controlG = drydock::WorkLoopControlGate::Make(this);
    if (controlG == nullptr || addEventSource(controlG) != kIOReturnSuccess) return false;
  }
  noteWhetherBare();
  if (workThread == nullptr) {
    kernel::ThreadOptions options;
    options.name = "IOWorkLoop";
    options.priority = drydock::BASEPRI_KERNEL;
    options.daemon = true;
    workThread = kernel::ThreadStart(options, [this] {
      workThread = kernel::CurrentThread();  // it may run before ThreadStart returns
      threadMain();
    });
  }
  return true;
}

void IOWorkLoop::noteWhetherBare() {
  bare.store(kernel::kParallel && reserved->lockInterval == 0 &&
                 tableOf(this) == plainTable.load(std::memory_order_relaxed),
             std::memory_order_relaxed);
}

void IOWorkLoop::free() {
  if (workThread != nullptr) {
    // The last reference has gone: the thread finishes what it is in and frees the rest.
    closeGate();
    disableAllEventSources();
    const IOInterruptState state = IOSimpleLockLockDisableInterrupt(workToDoLock);
    loopRestart |= kLoopTerminate;
    kernel::ThreadWakeupThread(const_cast<bool *>(&workToDo), workThread);
    IOSimpleLockUnlockEnableInterrupt(workToDoLock, state);
    openGate();
    return;
  }

  // On the loop's thread, at its end; or on a thread whose init failed.
  if (reserved != nullptr) {
    adviseOfSources();
    releaseChain(eventChain);
    releaseChain(reserved->passiveEventChain);
  }
  OSSafeReleaseNULL(controlG);
  if (reserved != nullptr && reserved->sleepers != 0) {
    // Upstream frees the gate that the sleepers take when they wake. Here the object stays.
    kernel::Misuse(
        "work-loop-freed-with-sleeper",
        absl::StrCat(
            "the last reference to ", displayName(),
            " was released while a thread slept in its gate, or an expired timer waited for it"));
    return;
  }
  if (workToDoLock != nullptr) IOSimpleLockFree(workToDoLock);
  if (gateLock != nullptr) IORecursiveLockFree(gateLock);
  if (reserved != nullptr) IOFreeType(reserved, ExpansionData);
  super::free();
}

void IOWorkLoop::adviseOfSources() const {
  for (const IOEventSource *chain : {eventChain, reserved->passiveEventChain}) {
    for (const IOEventSource *source = chain; source != nullptr; source = source->getNext()) {
      if (source == controlG) continue;
      kernel::Advise("work-loop-freed-with-sources", displayName(), " is freed with a source of ",
                     source->ownerClassName(), " attached, which that detaches and disables");
      return;
    }
  }
}

void IOWorkLoop::releaseChain(IOEventSource *&chain) {
  while (chain != nullptr) {
    IOEventSource *source = chain;
    chain = source->getNext();
    source->setWorkLoop(nullptr);
    source->setNext(nullptr);
    source->release();
  }
}

IOThread IOWorkLoop::getThread() const { return workThread; }

bool IOWorkLoop::onThread() const { return workThread != nullptr && IOThreadSelf() == workThread; }

bool IOWorkLoop::inGate() const { return IORecursiveLockHaveLock(gateLock); }

IOReturn IOWorkLoop::addEventSource(IOEventSource *newEvent) {
  return controlG->runCommand(reinterpret_cast<void *>(mAddEvent), newEvent);
}

IOReturn IOWorkLoop::removeEventSource(IOEventSource *toRemove) {
  return controlG->runCommand(reinterpret_cast<void *>(mRemoveEvent), toRemove);
}

IOReturn IOWorkLoop::_maintRequest(void *command, void *data, void *, void *) {
  auto *source = static_cast<IOEventSource *>(data);
  if (source == nullptr) kernel::Panic("a null event source was handed to a work loop");
  switch (reinterpret_cast<uintptr_t>(command)) {
    case mAddEvent:
      if (source->getWorkLoop() == nullptr) {
        attach(source);
      } else if (source->getWorkLoop() != this) {
        kernel::Misuse("event-source-added-to-second-loop",
                       "addEventSource succeeded and did nothing: the source is attached to "
                       "another work loop");
      }
      return kIOReturnSuccess;
    case mRemoveEvent:
      return detach(source);
    default:
      return kIOReturnUnsupported;
  }
}

void IOWorkLoop::attach(IOEventSource *source) {
  loopRestart |= kLoopRestart;
  nameAfterOwnerOf(source);
  source->retain();
  source->setWorkLoop(this);
  source->setNext(nullptr);

  IOEventSource **chain = isPolled(source) ? &eventChain : &reserved->passiveEventChain;
  if (*chain == nullptr) {
    *chain = source;
  } else {
    IOEventSource *last = *chain;
    while (last->getNext() != nullptr) last = last->getNext();
    last->setNext(source);
  }
  publish(EventKind::kSourceAdd, source);
}

IOReturn IOWorkLoop::detach(IOEventSource *source) {
  if (source->getWorkLoop() == nullptr) return kIOReturnSuccess;
  // Not on a chain of this loop: on another's, or a command gate on its way out (CG-23).
  if (!unlink(source)) return kIOReturnBadArgument;
  source->setWorkLoop(nullptr);
  source->setNext(nullptr);
  publish(EventKind::kSourceRemove, source);
  source->release();
  loopRestart |= kLoopRestart;
  return kIOReturnSuccess;
}

bool IOWorkLoop::unlink(IOEventSource *source) {
  for (IOEventSource **chain : {&eventChain, &reserved->passiveEventChain}) {
    if (*chain == source) {
      *chain = source->getNext();
      return true;
    }
    for (IOEventSource *before = *chain; before != nullptr; before = before->getNext()) {
      if (before->getNext() == source) {
        before->setNext(source->getNext());
        return true;
      }
    }
  }
  return false;
}

bool IOWorkLoop::forgetFreedSource(IOEventSource *source) {
  closeGate();
  const bool found = unlink(source);
  if (found) loopRestart |= kLoopRestart;
  openGate();
  return found;
}

bool IOWorkLoop::isPolled(IOEventSource *source) const {
  if (kernel::IsHistoric()) return true;
  if ((source->flags & IOEventSource::kPassive) != 0) return false;
  if ((source->flags & IOEventSource::kActive) != 0) return true;
  // Whether the source's class overrides checkForWork: the control gate's does not (WL-26).
  using CheckForWork = bool (*)(IOEventSource *);
  return OSMemberFunctionCast(CheckForWork, source, &IOEventSource::checkForWork) !=
         OSMemberFunctionCast(CheckForWork, controlG, &IOEventSource::checkForWork);
}

void IOWorkLoop::nameAfterOwnerOf(IOEventSource *source) {
  // The owner of a command pool's gate is the pool, whose class names no driver (workloop.md 1.5).
  if (workThread == nullptr || reserved->name != nullptr ||
      source->owner->metaCast("IOCommandPool") != nullptr) {
    return;
  }
  drydock::NameWorkLoop(this, source->ownerClassName());
}

void drydock::NameWorkLoop(IOWorkLoop *loop, const char *name) {
  kernel::SetThreadName(loop->workThread, name);
  loop->reserved->name = trace::Intern(absl::StrCat(name, " work loop"));
  SetRecursiveLockName(loop->gateLock, absl::StrCat(name, " gate"));
}

const char *IOWorkLoop::displayName() const {
  const char *name = reserved->name;
  return name != nullptr ? name : "unnamed work loop";
}

// The chains may change while a thread without the gate walks them.
void IOWorkLoop::adviseOfUngatedChange() const {
  if (inGate()) return;
  kernel::Advise("bulk-change-outside-gate", "the sources of ", displayName(),
                 " were enabled or disabled all at once by a thread that does not hold the gate");
}

void IOWorkLoop::enableAllEventSources() const {
  adviseOfUngatedChange();
  for (IOEventSource *chain : {eventChain, reserved->passiveEventChain}) {
    for (IOEventSource *source = chain; source != nullptr; source = source->getNext())
      source->enable();
  }
}

void IOWorkLoop::disableAllEventSources() const {
  adviseOfUngatedChange();
  for (IOEventSource *chain : {eventChain, reserved->passiveEventChain}) {
    for (IOEventSource *source = chain; source != nullptr; source = source->getNext()) {
      if (source != controlG) source->disable();
    }
  }
}

// By its name, since interrupt sources belong to the layer above.
static bool isInterruptSource(const IOEventSource *source) {
  return source->metaCast("IOInterruptEventSource") != nullptr;
}

void IOWorkLoop::enableAllInterrupts() const {
  adviseOfUngatedChange();
  for (IOEventSource *source = eventChain; source != nullptr; source = source->getNext()) {
    if (isInterruptSource(source)) source->enable();
  }
}

void IOWorkLoop::disableAllInterrupts() const {
  adviseOfUngatedChange();
  for (IOEventSource *source = eventChain; source != nullptr; source = source->getNext()) {
    if (isInterruptSource(source)) source->disable();
  }
}

IOReturn IOWorkLoop::runAction(Action action, OSObject *target, void *arg0, void *arg1, void *arg2,
                               void *arg3) {
  if (action == nullptr) kernel::Panic("IOWorkLoop::runAction of a null action");
  return runAtOnce([=] { return action(target, arg0, arg1, arg2, arg3); },
                   [=, this] { return runActionInScope(action, target, arg0, arg1, arg2, arg3); });
}

// A function of its own: its stack frame would slow down the inline path too.
[[gnu::noinline]] IOReturn IOWorkLoop::runActionInScope(Action action, OSObject *target, void *arg0,
                                                        void *arg1, void *arg2, void *arg3) {
  closeGate();
  ActionScope scope(nullptr, this);
  scope.Begin();
  const IOReturn result = action(target, arg0, arg1, arg2, arg3);
  scope.End(static_cast<uint32_t>(result));
  openGate();
  return result;
}

bool IOWorkLoop::runEventSources() {
  closeGate();
  bool more = (loopRestart & kLoopTerminate) == 0;
  while (more) {
    more = false;
    loopRestart &= ~kLoopRestart;
    const IOInterruptState state = IOSimpleLockLockDisableInterrupt(workToDoLock);
    workToDo = false;
    IOSimpleLockUnlockEnableInterrupt(workToDoLock, state);

    for (IOEventSource *source = eventChain; source != nullptr; source = source->getNext()) {
      if (source->checkForWork()) more = true;
      // Its action may have changed the chains, even removed and freed `source`: do not look at
      // that again then.
      if (loopRestart == 0) continue;
      if (!scansOnAfterChange()) {
        more = true;
        break;
      }
      if (!hasOnChain(source)) break;  // removal has cut its link to the next
    }
    if ((loopRestart & kLoopTerminate) != 0) more = false;
  }
  const bool alive = (loopRestart & kLoopTerminate) == 0;
  openGate();
  return alive;
}

// In 2003 the scan goes on where it is, with what has been added at its end. (workloop.md 8.2,
// HX-6)
bool IOWorkLoop::scansOnAfterChange() {
  if ((loopRestart & kLoopTerminate) != 0 || !kernel::IsHistoric()) return false;
  loopRestart &= ~kLoopRestart;
  return true;
}

// `source` may have been freed.
bool IOWorkLoop::hasOnChain(const IOEventSource *source) const {
  const IOEventSource *on = eventChain;
  while (on != nullptr && on != source) on = on->getNext();
  return on != nullptr;
}

void IOWorkLoop::threadMain() {
  while (runEventSources()) {
    const IOInterruptState state = IOSimpleLockLockDisableInterrupt(workToDoLock);
    // Tested and asserted under the lock that signals take, so that no signal is lost.
    const bool terminate = (loopRestart & kLoopTerminate) != 0;
    const bool wait = !terminate && !workToDo;
    if (wait) {
      WaitNote note;
      note.verb = "waits for work on";
      note.name = displayName();
      note.object = ObjectIdOf(this);
      kernel::AssertWait(const_cast<bool *>(&workToDo), kernel::Interruptible::kUninterruptible, 0,
                         note);
    }
    IOSimpleLockUnlockEnableInterrupt(workToDoLock, state);
    if (wait) kernel::ThreadBlock();
  }
  closeGate();
  workThread = nullptr;
  openGate();
  free();
}

void IOWorkLoop::signalWorkAvailable() {
  if (workToDoLock == nullptr) return;
  const IOInterruptState state = IOSimpleLockLockDisableInterrupt(workToDoLock);
  workToDo = true;
  if (workThread != nullptr) kernel::ThreadWakeupThread(const_cast<bool *>(&workToDo), workThread);
  IOSimpleLockUnlockEnableInterrupt(workToDoLock, state);
}

// Called after each closing of the gate, nested ones included.
inline void IOWorkLoop::closed() const {
  if (reserved->lockInterval != 0) reserved->lockTime = kernel::Now();
  if (drydock::trace::Observed(EventKind::kGateClose) &&
      drydock::RecursiveLockDepth(gateLock) == 1) {
    publish(EventKind::kGateClose);
  }
}

void IOWorkLoop::closeGate() {
  IORecursiveLockLock(gateLock);
  // The lock takes an interrupt handler for the thread that it interrupted, and succeeds if that
  // thread holds the gate. In other cases the kernel has panicked.
  if (drydock::RecursiveLockDepth(gateLock) > 1 && kernel::InInterruptContext())
    reportInterruptContext();
  closed();
}

bool IOWorkLoop::tryCloseGate() {
  if (kernel::InInterruptContext()) reportInterruptContext();
  if (!IORecursiveLockTryLock(gateLock)) return false;
  closed();
  return true;
}

void IOWorkLoop::openGate() {
  if (reserved->lockInterval != 0) checkLockTime();
  if (drydock::RecursiveLockDepth(gateLock) == 1) {
    checkSleep();
    // Published before the unlock: when that returns the next owner may be running, and may have
    // freed this object.
    if (drydock::trace::Observed(EventKind::kGateOpen)) publish(EventKind::kGateOpen);
  }
  IORecursiveLockUnlock(gateLock);
}

void IOWorkLoop::reportInterruptContext() const {
  kernel::Misuse("gate-taken-in-interrupt-context",
                 absl::StrCat("the gate of ", displayName(),
                              " was closed in primary-interrupt context, where nothing may wait"));
}

// Called before the gate is opened. A thread that slept with the gate closed, other than in
// sleepGate, kept all other threads out for as long.
inline void IOWorkLoop::checkSleep() const {
  const uint64_t slept = drydock::RecursiveLockOwnerSlept(gateLock);
  if (slept != 0) reportSleep(slept);
}

void IOWorkLoop::reportSleep(uint64_t slept) const {
  static constexpr char kName[] = "blocking-sleep-in-action";
  const int waiters = drydock::RecursiveLockWaiters(gateLock);
  if (waiters == 0) {
    kernel::Advise(kName, "a thread slept for ", slept, " ns while it held the gate of ",
                   displayName(), "; no other thread waited");
    return;
  }
  kernel::Misuse(
      kName,
      absl::StrCat("a thread slept for ", slept, " ns while it held the gate of ", displayName(),
                   ", and kept ", waiters, waiters == 1 ? " thread" : " threads",
                   " waiting; commandSleep opens the gate for as long as it sleeps"));
}

int IOWorkLoop::sleepGate(void *event, UInt32 interruptible) {
  return sleepInGate(event, 0, interruptible);
}

int IOWorkLoop::sleepGate(void *event, AbsoluteTime deadline, UInt32 interruptible) {
  return sleepInGate(event, deadline, interruptible);
}

int IOWorkLoop::sleepInGate(void *event, AbsoluteTime deadline, UInt32 interruptible) {
  WaitNote note;
  note.verb = "sleeps in";
  note.name = displayName();
  note.object = ObjectIdOf(this);
  if (reserved->sleepNote != nullptr) note = *reserved->sleepNote;
  reserved->sleepNote = nullptr;

  if (reserved->lockInterval != 0) checkLockTime();
  checkSleep();
  publish(EventKind::kGateSleep, nullptr, deadline);
  // A thread that has been aborted does not open the gate at all (CG-17).
  constexpr UInt32 kReporting = THREAD_WAIT_NOREPORT_KERNEL | THREAD_WAIT_NOREPORT_USER;
  const bool drops =
      !kernel::AbortPending(static_cast<kernel::Interruptible>(interruptible & ~kReporting));
  if (drops) publish(EventKind::kGateOpen);
  ++reserved->sleepers;
  const int result = drydock::RecursiveLockSleep(gateLock, event, deadline, interruptible, note);
  --reserved->sleepers;
  if (reserved->lockInterval != 0) reserved->lockTime = kernel::Now();
  if (drops) publish(EventKind::kGateClose);
  return result;
}

void IOWorkLoop::wakeupGate(void *event, bool oneThread) {
  if (event == nullptr) kernel::Panic("wakeup of a null event through a work loop's gate");
  // Published before the wakeup, because the thread that is woken may run first.
  publish(EventKind::kGateWakeup, nullptr, oneThread);
  IORecursiveLockWakeup(gateLock, event, oneThread);
}

void IOWorkLoop::setMaximumLockTime(uint64_t interval, uint32_t options) {
  IORecursiveLockLock(gateLock);
  reserved->lockInterval = interval;
  reserved->lockTime = kernel::Now();  // the caller may hold the gate
  noteWhetherBare();
  reserved->options = (reserved->options & ~kTimeLockPanics) | (options & kTimeLockPanics);
  IORecursiveLockUnlock(gateLock);
}

void IOWorkLoop::checkLockTime() {
  const uint64_t held = kernel::Now() - reserved->lockTime;
  if (held <= reserved->lockInterval) return;
  // Interned, because a panic does not unwind the stack and would leak a string.
  const char *text = drydock::trace::Intern(
      absl::StrCat("the gate of ", displayName(), " was held for ", held, " ns; at most ",
                   reserved->lockInterval, " ns are allowed"));
  if ((reserved->options & kTimeLockPanics) != 0) kernel::Panic(text);
  kernel::Misuse("gate-held-too-long", text);
}

void IOWorkLoop::publish(EventKind kind, IOEventSource *source, uint64_t value) const {
  if (!drydock::trace::Observed(kind)) return;
  const char *name = source != nullptr ? source->className() : displayName();
  kernel::Trace(kind, ObjectIdOf(this), ObjectIdOf(source), value, name);
}
