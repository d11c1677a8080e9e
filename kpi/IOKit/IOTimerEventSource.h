// IOKit/IOTimerEventSource.h
//
// A timer whose action runs under the gate of its work loop. (workloop.md 4)
//
// It has one deadline, the newest set. A kernel worker thread (or, for a work-loop timer, the
// loop's own thread) runs the action once that has passed, if the timer is enabled, attached and
// has not been cancelled, disabled or set again meanwhile. Two surprises of the original are kept:
// the deadline is not forgotten when it has fired, so enabling the timer fires it again (TM-4); and
// a deadline set while the timer is disabled or detached is only recorded, to be armed by enable()
// or addEventSource (TM-1, TM-8).
#ifndef _IOKIT_IOTIMEREVENTSOURCE_H
#define _IOKIT_IOTIMEREVENTSOURCE_H

#include <atomic>

#include <IOKit/IOEventSource.h>

enum {
  kIOTimeOptionsWithLeeway = 0x00000020,  // `leeway` counts; it only ever makes a timer later
  kIOTimeOptionsContinuous = 0x00000100,  // the clock that goes on in sleep; here there is no sleep
};

// Where the action runs. (workloop.md 4.2)
enum {
  kIOTimerEventSourceOptionsPriorityMask = 0x000000ff,

  // On a worker thread, of priority …
  kIOTimerEventSourceOptionsPriorityHigh = 0x00000000,        // 93
  kIOTimerEventSourceOptionsPriorityKernelHigh = 0x00000001,  // 92
  kIOTimerEventSourceOptionsPriorityKernel = 0x00000002,      // 81
  kIOTimerEventSourceOptionsPriorityUser = 0x00000003,        // 31
  kIOTimerEventSourceOptionsPriorityLow = 0x00000004,         // 4

  // … or on the loop's thread.
  kIOTimerEventSourceOptionsPriorityWorkLoop = 0x000000ff,

  // May fire again while its action runs (which then sleeps in the gate). Not with
  // PriorityWorkLoop.
  kIOTimerEventSourceOptionsAllowReenter = 0x00000100,

  kIOTimerEventSourceOptionsDefault = kIOTimerEventSourceOptionsPriorityKernelHigh,
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes this class's own kind of action

class IOTimerEventSource : public IOEventSource {
  OSDeclareDefaultStructors(IOTimerEventSource)

 public:
  typedef void (*Action)(OSObject *owner, IOTimerEventSource *sender);

  // A new timer, not attached yet; null if `owner` is or `options` make no sense (TM-20). The
  // caller owns the reference.
  static OSPtr<IOTimerEventSource> timerEventSource(OSObject *owner, Action action = NULL);
  static OSPtr<IOTimerEventSource> timerEventSource(uint32_t options, OSObject *owner,
                                                    Action action = NULL);

  virtual bool init(OSObject *owner, Action action = NULL);
  virtual bool init(uint32_t options, OSObject *owner, Action action);

  // Enables, and arms the deadline that is on record, passed or not (TM-4, TM-7). Without an action
  // it stays disabled (TM-2).
  virtual void enable() APPLE_KEXT_OVERRIDE;

  // Disables and takes back what is pending; the deadline stays on record. Does not wait for a
  // running action.
  virtual void disable() APPLE_KEXT_OVERRIDE;

  // Runs the action of a work-loop timer that has expired.
  virtual bool checkForWork() APPLE_KEXT_OVERRIDE;

  // Fire after an interval, of ticks of 10 ms, ms, µs or `scale` ns, from now. An interval of 0
  // fires as soon as possible, never before the call returns. kIOReturnNoResources without an
  // action, the only error (TM-2).
  virtual IOReturn setTimeoutTicks(UInt32 ticks);
  virtual IOReturn setTimeoutMS(UInt32 ms);
  virtual IOReturn setTimeoutUS(UInt32 us);
  virtual IOReturn setTimeout(UInt32 interval, UInt32 scale = kNanosecondScale);
  virtual IOReturn setTimeout(AbsoluteTime interval);
  virtual IOReturn setTimeout(uint32_t options, AbsoluteTime interval, AbsoluteTime leeway);

  // Fire at a time since boot, in the same units. 0 forgets the deadline on record but does not
  // take back what is pending (TM-18). Errors as above.
  virtual IOReturn wakeAtTimeTicks(UInt32 ticks);
  virtual IOReturn wakeAtTimeMS(UInt32 ms);
  virtual IOReturn wakeAtTimeUS(UInt32 us);
  virtual IOReturn wakeAtTime(UInt32 abstime, UInt32 scale = kNanosecondScale);
  virtual IOReturn wakeAtTime(AbsoluteTime abstime);
  virtual IOReturn wakeAtTime(uint32_t options, AbsoluteTime abstime, AbsoluteTime leeway);

  // Takes back what is pending and forgets the deadline. Called with the gate held, no action
  // starts after it (TM-9). Called without, it may return while the action runs (TM-11): it never
  // waits for one.
  virtual void cancelTimeout();

 protected:
  // The callout of a subclass that makes its own in setTimeoutFunc: runs the action under the gate
  // if the timer is enabled and has a deadline. `self` is the timer.
  static void timeout(void *self);

  // Makes calloutEntry; leaves it null if it cannot. The creation options are in `abstime` until it
  // has run. A subclass that overrides it leaves `reserved` null, and its timer is neither retained
  // while pending nor safe from stale expiries. (workloop.md 4.2)
  virtual void setTimeoutFunc();

  virtual void free() APPLE_KEXT_OVERRIDE;
  virtual void setWorkLoop(IOWorkLoop *workLoop) APPLE_KEXT_OVERRIDE;

  // A timer may be armed and cancelled without the gate, so several threads read and write all of
  // these.
  void *calloutEntry;                 // the thread call
  std::atomic<AbsoluteTime> abstime;  // the deadline on record; 0 = none

  struct ExpansionData {
    // Counts arming and taking back; other expiries are stale.
    std::atomic<UInt32> calloutGeneration;
    std::atomic<UInt32> calloutGenerationSignaled;  // of a work-loop timer: what expired last
    std::atomic<IOWorkLoop *> workLoop;             // retained while pending
    std::atomic<AbsoluteTime> firedTime;  // the deadline on record when the action last began
    std::atomic<IOThread> actionThread;   // of the action that began last and has not returned
  };
  ExpansionData *reserved;

 private:
  enum { kReenters = kSubClass0 };  // flag: made with AllowReenter

  static void timeoutAndRelease(void *self, void *generation);
  static void timeoutUnchecked(void *self, void *generation);
  static void timeoutSignaled(void *self, void *generation);

  bool actionRunsElsewhere() const;
  void arm();
  bool takeBackCallout();
  bool retainsWhilePending() const;
  void dropPendingRetains();
  void runTimeoutAction(IOWorkLoop *loop);
};

#pragma GCC diagnostic pop

#endif  // _IOKIT_IOTIMEREVENTSOURCE_H
