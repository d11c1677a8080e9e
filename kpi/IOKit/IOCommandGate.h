// IOKit/IOCommandGate.h
//
// A command gate runs a driver's functions under the gate of its work loop, on the caller's thread,
// and lets them sleep there. Unlike IOWorkLoop::runAction it can be disabled, which
// parks callers, and removed, which sends them away. (workloop.md 3)
//
// What callers get:
//
//   gate        caller              runAction            attemptAction
//   enabled     gate free, or own   runs                 runs
//   enabled     another has it      waits for the gate   kIOReturnCannotLock
//   disabled    the loop's thread   runs                 runs
//   disabled    another thread      parks                kIOReturnNotPermitted
//   removed     parked or waiting   kIOReturnAborted
//   detached    any                 kIOReturnNotReady    kIOReturnNotReady
#ifndef _IOKIT_IOCOMMANDGATE_H
#define _IOKIT_IOCOMMANDGATE_H

#include <IOKit/IOEventSource.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes this class's own kind of action

class IOCommandGate : public IOEventSource {
  OSDeclareDefaultStructors(IOCommandGate)

 public:
  // A function that a gate runs; its result is returned unchanged (CG-4).
  typedef IOReturn (*Action)(OSObject *owner, void *arg0, void *arg1, void *arg2, void *arg3);

  // A new gate, not attached yet, whose stored action is `action`; null if `owner` is. The caller
  // owns the reference.
  static OSPtr<IOCommandGate> commandGate(OSObject *owner, Action action = NULL);

  virtual bool init(OSObject *owner, Action action = NULL);

  // Lets parked callers go on, first come, first served. Takes the gate. Does nothing on a detached
  // gate (CG-13).
  virtual void enable() APPLE_KEXT_OVERRIDE;

  // From now on callers other than the loop's thread park. Call it with the gate held: without, it
  // works but is a finding (CG-14). Actions under way go on.
  virtual void disable() APPLE_KEXT_OVERRIDE;

  // Runs the stored action as runAction does; kIOReturnBadArgument if there is none (CG-3).
  virtual IOReturn runCommand(void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL,
                              void *arg3 = NULL);

  // Runs `action(owner, arg0 … arg3)` under the gate on the calling thread and returns its result.
  // Blocks while another thread holds the gate, parks while this gate is disabled; see the table
  // above. kIOReturnBadArgument without an action (CG-2). Recursive (CG-29). Thread context.
  // (workloop.md 3.1)
  virtual IOReturn runAction(Action action, void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL,
                             void *arg3 = NULL);

  // The same without ever waiting; see the table above. A gate removed in such an action is
  // detached at once (CG-26). (workloop.md 3.2)
  virtual IOReturn attemptCommand(void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL,
                                  void *arg3 = NULL);
  virtual IOReturn attemptAction(Action action, void *arg0 = NULL, void *arg1 = NULL,
                                 void *arg2 = NULL, void *arg3 = NULL);

  // With the gate held, else a panic (CG-15): opens it completely, waits for `event` and closes it
  // again. Other threads may run actions meanwhile. Returns THREAD_AWAKENED, THREAD_TIMED_OUT or
  // THREAD_INTERRUPTED. `deadline` is absolute: 0 is none, one in the past times out at once
  // (CG-16). (workloop.md 3.4)
  virtual IOReturn commandSleep(void *event, UInt32 interruptible = THREAD_ABORTSAFE);
  virtual IOReturn commandSleep(void *event, AbsoluteTime deadline, UInt32 interruptible);

  // Wakes all threads asleep on `event`, or the one that has slept longest (CG-18). Not remembered
  // (CG-19). Panics on a null event (CG-20). Any context.
  virtual void commandWakeup(void *event, bool oneThread = false);

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Null removes: sends parked callers away and waits until they have left; then detaches, or if
  // actions are inside leaves that to the last of them (CG-22, CG-24). (workloop.md 3.5)
  virtual void setWorkLoop(IOWorkLoop *workLoop) APPLE_KEXT_OVERRIDE;

  struct ExpansionData {
    bool removed;    // being removed: callers are sent away, the last action detaches
    bool evicting;   // the remover waits for parked callers to leave, and then detaches the gate
    UInt32 parked;   // callers waiting for the gate to be enabled
    UInt32 actions;  // runAction's actions inside, asleep or not
    bool freed;      // the gate was, in one of these actions; the last one frees this
  };
  ExpansionData *reserved;

 private:
  bool refusesAtOnce() const;
  IOReturn noStoredAction() const;
  IOReturn notAttached() const;
  bool parkUntilEnabled(IOWorkLoop *loop);
  IOReturn runActionInScope(Action inAction, void *arg0, void *arg1, void *arg2, void *arg3,
                            IOWorkLoop *loop);
  ExpansionData *enterAction();
  static void leaveAction(IOCommandGate *gate, ExpansionData *inside);
  void adviseIfForgotten() const;
  void completeRemoval();
  void removeAtOnce();
  IOReturn sleepInCommand(void *event, AbsoluteTime deadline, UInt32 interruptible);
  int sleepNoted(IOWorkLoop *loop, void *event, AbsoluteTime deadline, UInt32 interruptible,
                 const drydock::kernel::WaitNote &note);
};

#pragma GCC diagnostic pop

#endif  // _IOKIT_IOCOMMANDGATE_H
