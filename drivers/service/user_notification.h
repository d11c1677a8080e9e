// drivers/service/user_notification.h
//
// A program's notification: the kernel object behind its port, which sends the program a message
// when services come or go, or when a service sends one. (service.md 3.7)
#ifndef DRYDOCK_DRIVERS_SERVICE_USER_NOTIFICATION_H_
#define DRYDOCK_DRIVERS_SERVICE_USER_NOTIFICATION_H_

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/mach_port.h"

// Lives until the last right to its port has gone; then Cancel removes the handler.
class DrydockUserNotification : public OSIterator {
  OSDeclareAbstractStructors(DrydockUserNotification)

 public:
  // The port that messages are sent to, and the reference they carry.
  void SetReceiver(mach_port_t port, const io_user_reference_t* reference, uint32_t count);

  // Waits for the handler to return on other threads.
  void Cancel();

  void free() override;

 protected:
  drydock::PortMessage message_;
  mach_port_t port_;
  IONotifier* notifier_;
};

// A notification of services that come or go. As an iterator it returns each service once, the
// newest first. At most 1024 wait to be returned; more are dropped. A message is sent for the first
// service that comes after the iterator was exhausted.
class DrydockServiceNotification : public DrydockUserNotification {
  OSDeclareDefaultStructors(DrydockServiceNotification)

 public:
  // Null if there is no such kind of notification (kIO…Notification). +1.
  static DrydockServiceNotification* Make(const char* type);

  // Adds the handler; existing services are in the iterator when it returns. `own` is the name of
  // the notification's own port.
  bool Begin(OSDictionary* matching, mach_port_t own);

  void free() override;
  void reset() override {}
  bool isValid() override { return true; }
  // +1; null at the end.
  OSObject* CopyNextObject();
  OSObject* getNextObject() override { return nullptr; }

 private:
  static bool Arrived(void* target, void* ref, IOService* service, IONotifier* notifier);

  const OSSymbol* type_;
  OSArray* waiting_;
  bool armed_;  // it was exhausted
};

// A notification of a service's messages.
class DrydockMessageNotification : public DrydockUserNotification {
  OSDeclareDefaultStructors(DrydockMessageNotification)

 public:
  static DrydockMessageNotification* Make();  // +1

  // False if the service is inactive or has no interest of that kind.
  bool Begin(IOService* service, const char* type, mach_port_t service_port);

  void reset() override {}
  bool isValid() override { return true; }
  OSObject* getNextObject() override { return nullptr; }

 private:
  static IOReturn Message(void* target, void* ref, UInt32 type, IOService* provider, void* argument,
                          vm_size_t size);
};

#endif  // DRYDOCK_DRIVERS_SERVICE_USER_NOTIFICATION_H_
