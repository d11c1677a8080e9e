// drivers/service/user_notification.h
//
// A program's notification: what the kernel keeps so that a program hears of services coming and
// going, or of a service's messages. (service.md 3.7)
#ifndef DRYDOCK_DRIVERS_SERVICE_USER_NOTIFICATION_H_
#define DRYDOCK_DRIVERS_SERVICE_USER_NOTIFICATION_H_

#include <IOKit/IONotifier.h>
#include <IOKit/IOService.h>

#include "drivers/service/mach_port.h"

// Lives until the program has no right to its port any more; then Cancel takes the handler away.
class DrydockUserNotification : public OSIterator {
  OSDeclareAbstractStructors(DrydockUserNotification)

 public:
  // Where messages go, and as what.
  void SetReceiver(mach_port_t port, const io_user_reference_t* reference, uint32_t count);

  // Waits for the handler to return on other threads.
  void Cancel();

  void free() override;

 protected:
  drydock::PortMessage message_;
  mach_port_t port_;
  IONotifier* notifier_;
};

// Services that came or went. As an iterator it hands out each once, the newest first; at most 1024
// wait for that, others are dropped. A message is sent for the first that comes after the iterator
// was exhausted.
class DrydockServiceNotification : public DrydockUserNotification {
  OSDeclareDefaultStructors(DrydockServiceNotification)

 public:
  // Null if there is no such kind of notification (kIO…Notification). +1.
  static DrydockServiceNotification* Make(const char* type);

  // The services there are already are handed to the iterator before it returns. `own` is the name
  // of the notification's own port.
  bool Begin(OSDictionary* matching, mach_port_t own);

  void free() override;
  void reset() override {}
  bool isValid() override { return true; }
  // The reference goes to the caller.
  OSObject* CopyNextObject();
  OSObject* getNextObject() override { return nullptr; }

 private:
  static bool Arrived(void* target, void* ref, IOService* service, IONotifier* notifier);

  const OSSymbol* type_;
  OSArray* waiting_;
  bool armed_;  // it was exhausted
};

// A service's messages.
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
