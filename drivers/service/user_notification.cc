// Notifications of programs: handlers in the kernel that send messages. (service.md 3.7)
#include "drivers/service/user_notification.h"

#include <algorithm>
#include <cstring>

#include <libkern/c++/OSContainers.h>

#include "drivers/service/owned.h"

using drydock::Owned;
using drydock::PortLock;

OSDefineMetaClassAndAbstractStructors(DrydockUserNotification, OSIterator)
OSDefineMetaClassAndStructors(DrydockServiceNotification, DrydockUserNotification)
OSDefineMetaClassAndStructors(DrydockMessageNotification, DrydockUserNotification)

namespace {

constexpr unsigned kMostWaiting = 1024;

}  // namespace

void DrydockUserNotification::SetReceiver(mach_port_t port, const io_user_reference_t *reference,
                                          uint32_t count) {
  port_ = port;
  std::copy_n(reference, std::min<uint32_t>(count, kOSAsyncRef64Count), message_.reference);
}

void DrydockUserNotification::Cancel() {
  if (notifier_ == nullptr) return;
  notifier_->remove();
  notifier_ = nullptr;
}

void DrydockUserNotification::free() {
  Cancel();
  OSIterator::free();
}

// --- Services.

DrydockServiceNotification *DrydockServiceNotification::Make(const char *type) {
  const struct {
    const OSSymbol *symbol;
    uint32_t message;
  } kKinds[] = {
      {gIOPublishNotification, kIOServicePublishNotificationType},
      {gIOFirstPublishNotification, kIOServicePublishNotificationType},
      {gIOMatchedNotification, kIOServiceMatchedNotificationType},
      {gIOFirstMatchNotification, kIOServiceMatchedNotificationType},
      {gIOTerminatedNotification, kIOServiceTerminatedNotificationType},
  };
  for (const auto &kind : kKinds) {
    if (!kind.symbol->isEqualTo(type)) continue;
    auto *notification = OSTypeAlloc(DrydockServiceNotification);
    notification->init();
    notification->type_ = kind.symbol;
    notification->message_.type = kind.message;
    notification->waiting_ = OSArray::withCapacity(4);
    return notification;
  }
  return nullptr;
}

bool DrydockServiceNotification::Begin(OSDictionary *matching, mach_port_t own) {
  message_.from = own;
  notifier_ = IOService::addMatchingNotification(type_, matching, &Arrived, this);
  return notifier_ != nullptr;
}

bool DrydockServiceNotification::Arrived(void *target, void *, IOService *service, IONotifier *) {
  auto *self = static_cast<DrydockServiceNotification *>(target);
  bool send;
  {
    PortLock lock;
    const unsigned waiting = self->waiting_->getCount();
    if (waiting < kMostWaiting) self->waiting_->setObject(service);
    send = self->armed_ && waiting == 0;
  }
  if (send) drydock::PortSend(self->port_, self->message_);
  return true;
}

OSObject *DrydockServiceNotification::CopyNextObject() {
  PortLock lock;
  const unsigned waiting = waiting_->getCount();
  if (waiting == 0) {
    armed_ = true;
    return nullptr;
  }
  OSObject *newest = waiting_->getObject(waiting - 1);
  newest->retain();
  waiting_->removeObject(waiting - 1);
  return newest;
}

void DrydockServiceNotification::free() {
  Cancel();  // first: a handler may be using the array
  OSSafeReleaseNULL(waiting_);
  DrydockUserNotification::free();
}

// --- Messages.

DrydockMessageNotification *DrydockMessageNotification::Make() {
  auto *notification = OSTypeAlloc(DrydockMessageNotification);
  notification->init();
  notification->message_.type = kIOServiceMessageNotificationType;
  return notification;
}

bool DrydockMessageNotification::Begin(IOService *service, const char *type,
                                       mach_port_t service_port) {
  message_.from = service_port;
  const auto kind = Owned(OSSymbol::withCString(type));
  notifier_ = service->registerInterest(kind.get(), &Message, this);
  return notifier_ != nullptr;
}

IOReturn DrydockMessageNotification::Message(void *target, void *, UInt32 type, IOService *,
                                             void *argument, vm_size_t) {
  auto *self = static_cast<DrydockMessageNotification *>(target);
  drydock::PortMessage message = self->message_;
  message.result = static_cast<IOReturn>(type);
  message.count = 1;
  message.arguments[0] = reinterpret_cast<uintptr_t>(argument);
  drydock::PortSend(self->port_, message);
  return kIOReturnSuccess;
}
