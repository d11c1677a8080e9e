// IOKit/IOEventSource.h
//
// The base of what a work loop services: command gates, timers, interrupt sources, and a driver's
// own kinds. (workloop.md 2)
//
// A source that overrides checkForWork is polled by the loop's thread at each signal; one that does
// not is passive: it only uses the gate (WL-26). Removal from the loop disables a source, and
// adding it again does not enable it (EV-3).
#ifndef _IOKIT_IOEVENTSOURCE_H
#define _IOKIT_IOEVENTSOURCE_H

#include <atomic>

#include <IOKit/IOLib.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <IOKit/IOWorkLoop.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

namespace drydock {
class ActionScope;
namespace trace {
enum class EventKind : uint8_t;
}
}  // namespace drydock

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes arguments, unlike OSObject's

class IOEventSource : public OSObject {
  OSDeclareAbstractStructors(IOEventSource)

 public:
  // The function that a source calls when there is work; each subclass gives it its own arguments.
  typedef void (*Action)(OSObject *owner, ...);

  // Replaces / returns the action. Under the gate, if actions may be running.
  virtual void setAction(Action action);
  virtual Action getAction() const;

  // A pointer for the driver's own use.
  void setRefcon(void *refcon);
  void *getRefcon() const;

  // Lets the source work, and signals the loop if it is attached (EV-4). Any context.
  virtual void enable();
  // Keeps the source from working. Does not wait for an action that is running. Any context.
  virtual void disable();
  // True from init on, until disabled or removed.
  virtual bool isEnabled() const;

  // The loop the source is attached to, not retained; null if none.
  virtual IOWorkLoop *getWorkLoop() const;

  // Whether the caller is the thread of the loop; false while detached.
  virtual bool onThread() const;

 protected:
  friend class IOWorkLoop;
  friend class drydock::ActionScope;

  // False if `owner` is null (EV-1). The owner is not retained. Leaves the source enabled and
  // detached (EV-2).
  virtual bool init(OSObject *owner, Action action = NULL);

  virtual void free() APPLE_KEXT_OVERRIDE;

  // Called on the loop's thread, under the gate, at every signal of any source. Does what there is
  // to do and returns whether there is more, in which case all sources are polled again at once.
  // The default has no work (EV-7).
  virtual bool checkForWork();

  // Called by the loop under the gate. Null detaches, and first disables the source, which still
  // has its loop then (EV-6).
  virtual void setWorkLoop(IOWorkLoop *workLoop);

  // The loop's chain.
  virtual void setNext(IOEventSource *next);
  virtual IOEventSource *getNext() const;

  // The loop's methods of these names. On a detached source they report a finding and fail
  // (upstream faults).
  void signalWorkAvailable();
  void openGate();
  void closeGate();
  bool tryCloseGate();
  int sleepGate(void *event, UInt32 type);
  int sleepGate(void *event, AbsoluteTime deadline, UInt32 type);
  void wakeupGate(void *event, bool oneThread);

  enum {
    kPassive = 0x0001,        // never polled, whatever it overrides
    kActive = 0x0002,         // polled
    kSubClass0 = 0x0008,      // for the subclass
    kFreedInAction = 0x0100,  // free() began while an action was under way that has no scope
  };

  IOEventSource *eventChainNext;
  OSObject *owner;
  Action action;
  std::atomic<bool> enabled;
  IOWorkLoop *workLoop;
  void *refcon;
  UInt16 flags;

  // For the subclasses of this project. Whether removal disabled the source and it has not been
  // enabled since, which drivers easily forget (EV-3).
  std::atomic<bool> disabledByRemoval;
  // Publishes an event of this source and its loop.
  void publish(drydock::trace::EventKind kind, uint64_t value = 0) const;
  // `workLoop`, for code that does not hold its gate.
  IOWorkLoop *loopNow() const {
    return std::atomic_ref<IOWorkLoop *>(const_cast<IOWorkLoop *&>(workLoop)).load();
  }
  // The class of the source / of its owner, which may be gone. Valid for the life of the process.
  const char *className() const;
  const char *ownerClassName() const;
  // What events call its owner, which may be gone.
  uint32_t ownerId() const { return ownerObjectId; }
  // Sets `enabled`, and publishes that.
  void setEnabled(bool on);
  // Whether the source is attached; if not, reports `finding`: that it was `what` while detached.
  bool hasLoopFor(const char *finding, const char *what) const;

 private:
  drydock::ActionScope *scopes;  // actions of this source under way, see workloop/action_scope.h
  const OSMetaClass *ownerMetaClass;  // the owner may be gone when it is named
  uint32_t ownerObjectId;
};

#pragma GCC diagnostic pop

#define IOEventSourceAction IOEventSource::Action

#endif  // _IOKIT_IOEVENTSOURCE_H
