// Timers: arming a thread call, stale expiries, delivery on a worker or the loop's thread.
#include <IOKit/IOTimerEventSource.h>

#include "absl/strings/str_cat.h"
#include "eventsources/action_cast.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/profile.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/trace.h"
#include "workloop/action_scope.h"

using drydock::ActionCast;
using drydock::ActionScope;
using drydock::kernel::ThreadCall;
using drydock::kernel::ThreadCallFunction;
using drydock::kernel::ThreadCallPriority;
using drydock::trace::EventKind;
namespace kernel = drydock::kernel;

#define super IOEventSource
OSDefineMetaClassAndStructors(IOTimerEventSource, IOEventSource)

OSPtr<IOTimerEventSource> IOTimerEventSource::timerEventSource(OSObject *owner, Action action) {
  return timerEventSource(kIOTimerEventSourceOptionsDefault, owner, action);
}

OSPtr<IOTimerEventSource> IOTimerEventSource::timerEventSource(uint32_t options, OSObject *owner,
                                                               Action action) {
  auto *timer = new IOTimerEventSource;
  if (!timer->init(options, owner, action)) {
    timer->release();
    return nullptr;
  }
  return timer;
}

bool IOTimerEventSource::init(OSObject *inOwner, Action inAction) {
  return init(kIOTimerEventSourceOptionsDefault, inOwner, inAction);
}

bool IOTimerEventSource::init(uint32_t options, OSObject *inOwner, Action inAction) {
  if (!super::init(inOwner, ActionCast<IOEventSource::Action>(inAction))) return false;
  abstime = options;  // setTimeoutFunc takes no arguments
  setTimeoutFunc();
  abstime = 0;
  return calloutEntry != nullptr;
}

void IOTimerEventSource::setTimeoutFunc() {
  if (reserved != nullptr) kernel::Panic("IOTimerEventSource::setTimeoutFunc was called twice");
  const auto options = static_cast<uint32_t>(abstime);
  const bool reenter = (options & kIOTimerEventSourceOptionsAllowReenter) != 0;
  ThreadCallFunction function = &timeoutAndRelease;
  ThreadCallPriority priority;
  uint32_t callOptions = 0;
  if (!reenter && !kernel::IsHistoric()) callOptions |= kernel::kThreadCallOnce;
  switch (options & kIOTimerEventSourceOptionsPriorityMask) {
    case kIOTimerEventSourceOptionsPriorityHigh:
      priority = ThreadCallPriority::kHigh;
      break;
    case kIOTimerEventSourceOptionsPriorityKernelHigh:
      priority = ThreadCallPriority::kKernelHigh;
      break;
    case kIOTimerEventSourceOptionsPriorityKernel:
      priority = ThreadCallPriority::kKernel;
      break;
    case kIOTimerEventSourceOptionsPriorityUser:
      priority = ThreadCallPriority::kUser;
      break;
    case kIOTimerEventSourceOptionsPriorityLow:
      priority = ThreadCallPriority::kLow;
      break;
    case kIOTimerEventSourceOptionsPriorityWorkLoop:
      if (reenter) return;
      function = &timeoutSignaled;
      priority = ThreadCallPriority::kKernel;
      callOptions |= kernel::kThreadCallSignal;
      break;
    default:
      return;
  }
  flags |= function == &timeoutSignaled ? kActive : kPassive;
  if ((callOptions & kernel::kThreadCallOnce) == 0) flags |= kReenters;
  if (function == &timeoutAndRelease && kernel::IsHistoric()) function = &timeoutUnchecked;
  reserved = IOMallocType(ExpansionData);
  reserved->calloutGenerationSignaled = ~reserved->calloutGeneration;
  calloutEntry = kernel::ThreadCallAllocate(function, this, priority, callOptions);
}

void IOTimerEventSource::free() {
  if (calloutEntry != nullptr) {
    // The timer retains itself while an expiry is pending, so here only a callout without
    // `reserved`, or one on interrupt level, can be.
    takeBackCallout();
    kernel::ThreadCallFree(static_cast<ThreadCall *>(calloutEntry));
  }
  if (reserved != nullptr) IOFreeType(reserved, ExpansionData);
  super::free();
}

void IOTimerEventSource::setWorkLoop(IOWorkLoop *newLoop) {
  super::setWorkLoop(newLoop);
  if (newLoop != nullptr && enabled && abstime != 0) wakeAtTime(abstime);
}

void IOTimerEventSource::enable() {
  if (loopNow() != nullptr && reserved != nullptr && abstime != 0 &&
      abstime == reserved->firedTime) {
    kernel::Advise(
        "fired-timer-enabled", "a timer of ", ownerClassName(),
        " that has fired already was enabled, which fires it again; cancelTimeout prevents that");
  }
  super::enable();
  if (wakeAtTime(abstime) != kIOReturnSuccess) super::disable();
}

void IOTimerEventSource::disable() {
  if (takeBackCallout()) dropPendingRetains();
  super::disable();
}

void IOTimerEventSource::cancelTimeout() {
  if (actionRunsElsewhere()) {
    kernel::Advise("timer-cancelled-during-its-action", "a timer of ", ownerClassName(),
                   " was cancelled while its action had begun on another thread; cancelTimeout "
                   "does not wait for it to return");
  }
  const bool wasPending = takeBackCallout();
  abstime = 0;
  if (wasPending) dropPendingRetains();
}

// Makes a pending expiry, and one under way, stale. Returns whether one was pending and has been
// cancelled.
bool IOTimerEventSource::takeBackCallout() {
  if (reserved != nullptr) ++reserved->calloutGeneration;
  auto *call = static_cast<ThreadCall *>(calloutEntry);
  // A callout on interrupt level is short enough to wait for.
  const bool wasPending =
      (flags & kActive) != 0 ? kernel::ThreadCallCancelWait(call) : kernel::ThreadCallCancel(call);
  if (wasPending) publish(EventKind::kTimerCancel);
  return wasPending;
}

// A timer on a worker does so, except in 2003. (workloop.md 4.5, 8.2)
bool IOTimerEventSource::retainsWhilePending() const {
  return (flags & kPassive) != 0 && !kernel::IsHistoric();
}

// Gives back what `arm` took; may free the loop, and this too unless the caller retains it.
void IOTimerEventSource::dropPendingRetains() {
  if (reserved == nullptr || !retainsWhilePending()) return;
  reserved->workLoop.load()->release();
  release();
}

IOReturn IOTimerEventSource::setTimeoutTicks(UInt32 ticks) { return setTimeout(ticks, kTickScale); }

IOReturn IOTimerEventSource::setTimeoutMS(UInt32 ms) { return setTimeout(ms, kMillisecondScale); }

IOReturn IOTimerEventSource::setTimeoutUS(UInt32 us) { return setTimeout(us, kMicrosecondScale); }

IOReturn IOTimerEventSource::setTimeout(UInt32 interval, UInt32 scale) {
  return setTimeout(AbsoluteTime{interval} * scale);
}

IOReturn IOTimerEventSource::setTimeout(AbsoluteTime interval) {
  return setTimeout(0, interval, 0);
}

IOReturn IOTimerEventSource::setTimeout(uint32_t options, AbsoluteTime interval,
                                        AbsoluteTime leeway) {
  AbsoluteTime deadline = kernel::SaturatingAdd(kernel::Now(), interval);
  if (deadline == 0)
    deadline = 1;  // an interval of 0 at the very moment of boot; 0 would mean "none"
  return wakeAtTime(options, deadline, leeway);
}

IOReturn IOTimerEventSource::wakeAtTimeTicks(UInt32 ticks) { return wakeAtTime(ticks, kTickScale); }

IOReturn IOTimerEventSource::wakeAtTimeMS(UInt32 ms) { return wakeAtTime(ms, kMillisecondScale); }

IOReturn IOTimerEventSource::wakeAtTimeUS(UInt32 us) { return wakeAtTime(us, kMicrosecondScale); }

IOReturn IOTimerEventSource::wakeAtTime(UInt32 time, UInt32 scale) {
  return wakeAtTime(AbsoluteTime{time} * scale);
}

IOReturn IOTimerEventSource::wakeAtTime(AbsoluteTime time) { return wakeAtTime(0, time, 0); }

// Deadlines are met exactly here and the machine never sleeps, so leeway and the choice of clock
// change nothing.
IOReturn IOTimerEventSource::wakeAtTime(uint32_t, AbsoluteTime time, AbsoluteTime) {
  if (action == nullptr) return kIOReturnNoResources;
  abstime = time;
  // In 2003 a detached timer is armed too. (workloop.md 8.2)
  if (enabled && time != 0 && (loopNow() != nullptr || kernel::IsHistoric())) {
    arm();
  } else if (loopNow() != nullptr && disabledByRemoval && time != 0) {
    kernel::Advise(
        "source-not-enabled-after-re-add", "a timer of ", ownerClassName(),
        " was set that its removal from a work loop had disabled; it fires when it is enabled");
  }
  return kIOReturnSuccess;
}

// Whether the action has begun, and not yet returned, on another thread than the caller's.
bool IOTimerEventSource::actionRunsElsewhere() const {
  if (reserved == nullptr) return false;
  const kernel::Thread *const thread = reserved->actionThread;
  return thread != nullptr && thread != kernel::CurrentThread();
}

void IOTimerEventSource::arm() {
  if ((flags & kReenters) == 0 && actionRunsElsewhere()) {
    kernel::Advise("timer-set-during-its-action", "a timer of ", ownerClassName(),
                   " was set while its action had begun on another thread; it cannot fire before "
                   "that returns, unless it was made with AllowReenter");
  }
  auto *call = static_cast<ThreadCall *>(calloutEntry);
  publish(EventKind::kTimerArm, abstime);
  if (reserved == nullptr) {
    kernel::ThreadCallEnterDelayed(call, nullptr, abstime);
    return;
  }
  IOWorkLoop *loop = loopNow();
  const bool retains = retainsWhilePending();
  if (retains) {
    retain();
    loop->retain();
  }
  reserved->workLoop = loop;
  const uintptr_t generation = ++reserved->calloutGeneration;
  const bool wasPending =
      kernel::ThreadCallEnterDelayed(call, reinterpret_cast<void *>(generation), abstime);
  if (retains && wasPending) dropPendingRetains();
}

// On a worker thread.
void IOTimerEventSource::timeoutAndRelease(void *self, void *generation) {
  auto *timer = static_cast<IOTimerEventSource *>(self);
  IOWorkLoop *loop = timer->reserved->workLoop;
  timer->publish(EventKind::kTimerExpire);
  loop->closeGate();
  // Under the gate, so that a cancel, disable or re-arm made under it takes effect (TM-9, TM-10).
  if (timer->enabled && timer->action != nullptr &&
      timer->reserved->calloutGeneration == reinterpret_cast<uintptr_t>(generation)) {
    timer->runTimeoutAction(loop);
  }
  loop->openGate();
  timer->release();
  loop->release();
}

// On a worker thread, in 2003: checks the timer before it takes the gate but not again under it,
// and retains nothing. (workloop.md 8.2, HX-4, HX-5)
void IOTimerEventSource::timeoutUnchecked(void *self, void *) {
  auto *timer = static_cast<IOTimerEventSource *>(self);
  timer->publish(EventKind::kTimerExpire);
  if (!timer->enabled || timer->action == nullptr) return;
  IOWorkLoop *loop = timer->workLoop;
  if (!timer->hasLoopFor("gate-of-detached-source", "told to close the gate, as it expired"))
    return;
  ActionScope scope(timer, loop);
  ++loop->reserved->sleepers;
  loop->closeGate();
  --loop->reserved->sleepers;
  if (!scope.source_freed()) timer->runTimeoutAction(loop);
  loop->openGate();
}

// On interrupt level.
void IOTimerEventSource::timeoutSignaled(void *self, void *generation) {
  auto *timer = static_cast<IOTimerEventSource *>(self);
  timer->publish(EventKind::kTimerExpire);
  timer->reserved->calloutGenerationSignaled =
      static_cast<UInt32>(reinterpret_cast<uintptr_t>(generation));
  if (timer->enabled) timer->signalWorkAvailable();
}

bool IOTimerEventSource::checkForWork() {
  if (reserved != nullptr && reserved->calloutGenerationSignaled == reserved->calloutGeneration &&
      enabled && action != nullptr) {
    reserved->calloutGenerationSignaled = ~reserved->calloutGeneration;
    runTimeoutAction(workLoop);
  }
  return false;
}

void IOTimerEventSource::timeout(void *self) {
  auto *timer = static_cast<IOTimerEventSource *>(self);
  IOWorkLoop *loop = timer->workLoop;
  timer->publish(EventKind::kTimerExpire);
  if (loop == nullptr) return;
  loop->closeGate();
  if (timer->enabled && timer->abstime != 0 && timer->action != nullptr)
    timer->runTimeoutAction(loop);
  loop->openGate();
}

// With the gate closed. The action may free the timer.
void IOTimerEventSource::runTimeoutAction(IOWorkLoop *loop) {
  ActionScope scope(this, loop);
  kernel::Thread *outer = nullptr;
  if (reserved != nullptr) {
    reserved->firedTime = abstime.load();
    outer = reserved->actionThread;
    reserved->actionThread = kernel::CurrentThread();
  }
  scope.Begin();
  ActionCast<Action>(action)(owner, this);
  scope.End(0);
  if (!scope.source_freed() && reserved != nullptr) reserved->actionThread = outer;
}
