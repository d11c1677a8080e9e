// IOKit/IOWorkLoop.h
//
// A work loop is one recursive lock, the gate, and one thread that services event sources under it.
// Two threads never run code under the gate at the same time, be it the loop's thread or others:
// that is how a driver protects its state. (workloop.md 1)
//
//   IOWorkLoop *loop = IOWorkLoop::workLoop();
//   loop->addEventSource(interrupt);      // from now on polled by the loop's thread, in the gate
//   loop->runAction(&DoSomething, this);  // on the caller's thread, in the gate
//
// Lifetime: event sources do not retain their loop, but for a timer that is pending. When the last
// reference goes, the loop's thread releases the sources and then frees the loop: until then its
// memory outlives the last release. (workloop.md 1.8)
//
// The gate that maintenance runs through, `controlG`, is not an IOCommandGate as upstream but a
// small event source of this layer that does the one thing needed of it (workloop/control_gate.h):
// command gates belong to the layer above.
#ifndef _IOKIT_IOWORKLOOP_H
#define _IOKIT_IOWORKLOOP_H

#include <atomic>

#include <IOKit/IOLib.h>
#include <IOKit/IOLocks.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class IOCommandGate;
class IOEventSource;
class IOWorkLoop;
class IOTimerEventSource;

namespace drydock {
class ActionScope;
class WorkLoopControlGate;
void NameWorkLoop(IOWorkLoop *loop, const char *name);
namespace kernel {
struct WaitNote;
}
namespace trace {
enum class EventKind : uint8_t;
}
}  // namespace drydock

class IOWorkLoop : public OSObject {
  OSDeclareDefaultStructors(IOWorkLoop)

 public:
  // A function that runAction runs. Its result is returned unchanged.
  typedef IOReturn (*Action)(OSObject *target, void *arg0, void *arg1, void *arg2, void *arg3);

  enum {
    kPreciousStack = 0x00000001,   // keep the waiting thread's stack; fibers always do
    kTimeLockPanics = 0x00000002,  // see setMaximumLockTime
  };

  // A new work loop with its thread running; null if anything failed. The caller owns the
  // reference.
  static OSPtr<IOWorkLoop> workLoop();
  static OSPtr<IOWorkLoop> workLoopWithOptions(IOOptionBits options);

  // Makes what a subclass has not put in place already: the gate, the lock, the control gate and,
  // last, the thread, which runs at BASEPRI_KERNEL. (workloop.md 1.2)
  virtual bool init() APPLE_KEXT_OVERRIDE;

  // The loop's thread; null while there is none: before init and once the loop has begun to free
  // itself.
  virtual IOThread getThread() const;

  // Whether the caller is the loop's thread. (WL-24)
  virtual bool onThread() const;

  // Whether the calling thread holds the gate.
  virtual bool inGate() const;

  // Attaches a source at the end of the order of service and retains it; it is polled from the next
  // signal on, not before (WL-23). Success, and nothing happens, if it is attached already, be it
  // to another loop (WL-7, WL-10). Takes the gate, so it blocks while another thread holds that.
  // Thread context. (workloop.md 1.5)
  virtual IOReturn addEventSource(IOEventSource *newEvent);

  // Detaches a source, which disables it, and releases it. From another thread it returns when no
  // action of the source runs and none will start (WL-11); the exceptions are the command gate's
  // (workloop.md 3.5). Allowed in the source's own action if there is another reference to it.
  // kIOReturnBadArgument if it is attached to another loop (WL-8); Success if to none (WL-9). Takes
  // the gate. Thread context. (workloop.md 1.5)
  virtual IOReturn removeEventSource(IOEventSource *toRemove);

  // Calls enable() / disable() of every source, polled sources first, each kind in order of
  // addition. They do not take the gate: the caller should hold it (WL-16). enableAllEventSources
  // fires expired timers again (TM-5). (workloop.md 1.6)
  virtual void enableAllEventSources() const;
  virtual void disableAllEventSources() const;

  // The same for polled sources that are interrupt sources only (WL-17).
  virtual void enableAllInterrupts() const;
  virtual void disableAllInterrupts() const;

  // Runs `action(target, arg0 … arg3)` on the calling thread with the gate held and returns its
  // result. It knows no disabled state and has no errors of its own (WL-14, WL-15). Blocks while
  // another thread holds the gate; recursive.
  virtual IOReturn runAction(Action action, OSObject *target, void *arg0 = NULL, void *arg1 = NULL,
                             void *arg2 = NULL, void *arg3 = NULL);

  // Polls the sources until none has more work, all under one closing of the gate. False if the
  // loop is being freed. (workloop.md 1.7)
  virtual bool runEventSources();

  // Reports a thread that holds the gate longer than `interval` ns (0 = no report): with
  // kTimeLockPanics in `options` by a panic, else by a finding. Other bits are ignored and the
  // loop's other options kept (WL-21). Every closing of the gate, a nested one too, starts the
  // clock anew. (workloop.md 1.9)
  void setMaximumLockTime(uint64_t interval, uint32_t options);

 protected:
  friend class IOEventSource;
  friend class IOTimerEventSource;
  friend class IOCommandGate;
  friend class drydock::ActionScope;
  friend class drydock::WorkLoopControlGate;
  friend void drydock::NameWorkLoop(IOWorkLoop *loop, const char *name);

  enum maintCommandEnum { mAddEvent, mRemoveEvent };

  // Makes the thread poll all sources soon. Signals do not add up (WL-6). Any context; never takes
  // the gate.
  virtual void signalWorkAvailable();

  // The gate nests: it opens when it has been opened as often as closed, by the thread that closed
  // it.
  virtual void openGate();
  virtual void closeGate();
  // Closes the gate unless another thread holds it; never waits (WL-13).
  virtual bool tryCloseGate();

  // With the gate held: opens it completely, waits for `event` and closes it as often again.
  // `interruptible` is THREAD_UNINT, _INTERRUPTIBLE or _ABORTSAFE, the result THREAD_AWAKENED,
  // _TIMED_OUT or _INTERRUPTED; a thread that was aborted already gets the last without the gate
  // having been open. `deadline` is absolute, 0 for none (WL-12, WL-25). (workloop.md 1.3)
  virtual int sleepGate(void *event, UInt32 interruptible);
  virtual int sleepGate(void *event, AbsoluteTime deadline, UInt32 interruptible);

  // Wakes one or all threads that sleep on `event`, whether or not the caller holds the gate. Not
  // remembered if no thread sleeps.
  // Panics on a null event.
  virtual void wakeupGate(void *event, bool oneThread);

  // Attaches or detaches, under the gate: `command` is a maintCommandEnum, `data` the source; any
  // other command is kIOReturnUnsupported (WL-22).
  virtual IOReturn _maintRequest(void *command, void *data, void *, void *);

  // Called when the last reference has gone, and again by the loop's thread as the last thing it
  // does. (workloop.md 1.8)
  virtual void free() APPLE_KEXT_OVERRIDE;

  // What the thread runs: services sources when signalled, until the loop is freed.
  // (workloop.md 1.7)
  virtual void threadMain();

  IORecursiveLock *gateLock;  // the gate
  IOEventSource *eventChain;  // sources that are polled, in order of service
  drydock::WorkLoopControlGate *controlG;
  IOSimpleLock *workToDoLock;  // guards workToDo and kLoopTerminate
  std::atomic<IOThread> workThread;
  volatile bool workToDo;          // signalled since the last scan began
  std::atomic<UInt8> loopRestart;  // kLoopRestart, kLoopTerminate

  struct ExpansionData {
    IOOptionBits options;
    IOEventSource *passiveEventChain;  // sources that are not polled
    uint64_t lockInterval;             // of setMaximumLockTime; 0 = off
    uint64_t lockTime;                 // when the gate was closed last, while lockInterval is set
    std::atomic<const char *> name;    // what reports call the loop; null until it has a source
    UInt32 sleepers;                   // threads in sleepGate, and expiries of 2003 before the gate
    // What the next sleepGate reports that it waits for; null: the default. Used under the gate.
    const drydock::kernel::WaitNote *sleepNote;
  };
  ExpansionData *reserved;

 private:
  enum {
    kLoopRestart = 0x1,    // the chains changed: a scan under way starts again
    kLoopTerminate = 0x2,  // the last reference has gone
  };

  // Whether the gate may be closed and opened inline: threads are parallel, lock times are not
  // checked, and no subclass overrides the gate's methods.
  std::atomic<bool> bare;

  IOReturn runActionInScope(Action action, OSObject *target, void *arg0, void *arg1, void *arg2,
                            void *arg3);
  template <typename GatedAction, typename Otherwise>
  IOReturn runAtOnce(GatedAction action, Otherwise otherwise);
  void noteWhetherBare();
  void attach(IOEventSource *source);
  IOReturn detach(IOEventSource *source);
  bool unlink(IOEventSource *source);
  bool forgetFreedSource(IOEventSource *source);
  bool isPolled(IOEventSource *source) const;
  bool scansOnAfterChange();
  bool hasOnChain(const IOEventSource *source) const;
  void releaseChain(IOEventSource *&chain);
  void nameAfterOwnerOf(IOEventSource *source);
  int sleepInGate(void *event, AbsoluteTime deadline, UInt32 interruptible);
  void checkLockTime();
  void closed() const;
  void checkSleep() const;
  void reportSleep(uint64_t slept) const;
  void reportInterruptContext() const;
  void adviseOfSources() const;
  void adviseOfUngatedChange() const;
  const char *displayName() const;
  void publish(drydock::trace::EventKind kind, IOEventSource *source = NULL,
               uint64_t value = 0) const;
};

#endif  // _IOKIT_IOWORKLOOP_H
