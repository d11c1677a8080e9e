// drivers/service/notification.h
//
// Handlers that are told of services coming and going, or of one service's messages.
// (service.md 3.7 and 3.9)
#ifndef DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_
#define DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_

#include <vector>

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>
#include <libkern/c++/OSSharedPtr.h>

#include "scheduler/kernel/types.h"

// A handler and who is in it. Whoever made it has a reference, which remove() drops; so has the
// list it is on.
class DrydockNotifier : public IONotifier {
  OSDeclareAbstractStructors(DrydockNotifier)

 public:
  void remove() override;
  bool disable() override;
  void enable(bool was) override;

 protected:
  // One thread's stay in the handler.
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

// Of services that come and go.
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

 protected:
  bool leaveList() override;

 private:
  friend class drydock::Notifications;
  const OSSymbol* type_;
  OSDictionary* table_;
  IOServiceMatchingNotificationHandler handler_;
  void* target_;
  void* ref_;
  SInt32 priority_;
  bool listed_;
};

// Of one service's messages.
class DrydockInterestNotifier : public DrydockNotifier {
  OSDeclareDefaultStructors(DrydockInterestNotifier)

 public:
  static DrydockInterestNotifier* Make(const OSSymbol* type, IOService* service,
                                       IOServiceInterestHandler handler, void* target, void* ref);

  const OSSymbol* type() const { return type_; }
  IOReturn Call(UInt32 message, IOService* provider, void* argument, vm_size_t size);

 protected:
  bool leaveList() override;

 private:
  friend class drydock::Notifications;
  const OSSymbol* type_;  // lives as long as the platform
  IOService* service_;    // whose list it is on; not retained
  IOServiceInterestHandler handler_;
  void* target_;
  void* ref_;
};

namespace drydock {

class Notifications {
 public:
  using Handlers = std::vector<OSSharedPtr<DrydockMatchingNotifier>>;

  // Makes the gIO… symbols. At boot and at shutdown.
  static void Boot();
  static void Shutdown();

  // A state that services reach again and again, with the handlers to be told: each time, and the
  // first time.
  struct Stage {
    UInt32 state;
    UInt32 first_state;
    const OSSymbol* const& each;
    const OSSymbol* const& first;
  };
  static const Stage kPublished, kMatched;
  struct Reached {
    bool active = false;  // else nothing was done
    Handlers each;
    Handlers first;  // none, if it had been there before
  };
  // Sets a service's state, if it is active, and returns who wants to know, highest priority first.
  // State and list are one step: a handler that is being added sees the state or is on the list.
  static Reached Reach(IOService* service, const Stage& stage);

  // Calls the handlers / all handlers of `type` that want the service.
  static void Deliver(const Handlers& handlers, IOService* service);
  static void Deliver(const OSSymbol* type, IOService* service);

  // Adds a handler and calls it for the services there are. Null if it removed itself meanwhile.
  static IONotifier* Add(DrydockMatchingNotifier* notifier);

  // Calls the handlers of a service's messages of `type`, in order of their registration. Returns
  // the last answer that was not success, if any.
  static IOReturn Tell(const OSSymbol* type, UInt32 message, IOService* service, void* argument,
                       vm_size_t size = 0);
  static IONotifier* AddInterest(IOService* service, DrydockInterestNotifier* notifier);
  // The service is going.
  static void DropInterests(IOService* service);

 private:
  friend class ::DrydockMatchingNotifier;
  friend class ::DrydockInterestNotifier;
  static bool Unlist(DrydockMatchingNotifier* notifier);
  static bool Unlist(DrydockInterestNotifier* notifier);
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_NOTIFICATION_H_
