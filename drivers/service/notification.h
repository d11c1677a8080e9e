// drivers/service/notification.h
//
// Notification: handlers that are called when services come and go, or with one service's messages.
// (service.md 3.7, 3.9)
//
// One lock guards all lists and the record of the threads that are inside a handler. Handlers are
// called without it, on the thread that causes the notification.
#ifndef DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_
#define DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_

#include <vector>

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

#include "scheduler/kernel/types.h"

// A handler, with the threads that are inside it. The thread that added it has a reference, which
// remove() drops; the list it is on has another.
class DrydockNotifier : public IONotifier {
  OSDeclareAbstractStructors(DrydockNotifier)

 public:
  void remove() override;
  bool disable() override;
  void enable(bool was) override;

 protected:
  // A thread is inside the handler as long as this lives.
  class Visit {
   public:
    explicit Visit(DrydockNotifier* notifier);
    ~Visit();
    // Whether the handler may be called.
    bool allowed() const { return allowed_; }

   private:
    friend class DrydockNotifier;
    DrydockNotifier* const notifier_;
    drydock::kernel::Thread* const thread_;
    bool allowed_;
    Visit* next_;
  };

  // Leaves its list, if it is on one, and returns whether it was. The notification lock is held.
  virtual bool leaveList() = 0;

  bool enabled_;

 private:
  void waitForOthers();
  Visit* visits_;
};

// A handler for services that come and go.
class DrydockMatchingNotifier : public DrydockNotifier {
  OSDeclareDefaultStructors(DrydockMatchingNotifier)

 public:
  static DrydockMatchingNotifier* Make(const OSSymbol* type, OSDictionary* table,
                                       IOServiceMatchingNotificationHandler handler, void* target,
                                       void* ref, SInt32 priority);
  void free() override;

  const OSSymbol* type() const { return type_; }
  SInt32 priority() const { return priority_; }
  bool Wants(IOService* service) const;
  void Call(IOService* service);

  // The notification lock is held.
  void EnterList();
  bool listed() const { return listed_; }

 protected:
  bool leaveList() override;

 private:
  const OSSymbol* type_;
  OSDictionary* table_;
  IOServiceMatchingNotificationHandler handler_;
  void* target_;
  void* ref_;
  SInt32 priority_;
  bool listed_;
};

// A handler for one service's messages.
class DrydockInterestNotifier : public DrydockNotifier {
  OSDeclareDefaultStructors(DrydockInterestNotifier)

 public:
  static DrydockInterestNotifier* Make(const OSSymbol* type, IOService* service,
                                       IOServiceInterestHandler handler, void* target, void* ref);

  const OSSymbol* type() const { return type_; }
  IOReturn Call(UInt32 message, IOService* provider, void* argument, vm_size_t size);

  // The service's list goes. The notification lock is held.
  void ServiceIsFreed() { service_ = nullptr; }

 protected:
  bool leaveList() override;

 private:
  const OSSymbol* type_;  // lives as long as the platform
  IOService* service_;    // not retained; null once that is freed or the notifier is off its list
  IOServiceInterestHandler handler_;
  void* target_;
  void* ref_;
};

namespace drydock::notifications {

using Handlers = std::vector<OSSharedPtr<DrydockMatchingNotifier>>;

// Makes and releases the gIO… symbols. At boot and at shutdown.
void Boot();
void Shutdown();

// A state that services reach again and again, with the notifications that say so: each time, and
// the first time.
struct Stage {
  UInt32 state;
  UInt32 first_state;
  const OSSymbol* const& each;
  const OSSymbol* const& first;
};
extern const Stage kPublished, kMatched;

struct Reached {
  bool active = false;  // else nothing was done
  Handlers each;
  Handlers first;  // empty, if the service had been there before
};
// Sets the state of an active service and returns the handlers to be called, highest priority
// first. State and list are one step: a handler that is being added sees the state or is on the
// list.
Reached Reach(IOService* service, const Stage& stage);

// Calls the handlers, or all handlers of `type` that want the service. No lock is held.
void Deliver(const Handlers& handlers, IOService* service);
void Deliver(const OSSymbol* type, IOService* service);

// Adds a handler and calls it for the services that exist. Null if it removed itself meanwhile.
IONotifier* Add(DrydockMatchingNotifier* notifier);

// Calls the handlers of a service's messages of `type`, in order of their registration. Returns the
// last answer that was not kIOReturnSuccess, if any.
IOReturn Tell(const OSSymbol* type, UInt32 message, IOService* service, void* argument,
              vm_size_t size = 0);
IONotifier* AddInterest(IOService* service, DrydockInterestNotifier* notifier);
// The service is being freed: its list goes, notifiers that are still held stay without effect.
void DropInterests(IOService* service);

}  // namespace drydock::notifications

#endif  // DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_
