// Asynchronous results: messages to a program after its call has returned. (service.md 5.4)
#include <algorithm>

#include <IOKit/IOUserClient.h>

#include "drivers/service/mach_port.h"

void IOUserClient::setAsyncReference64(OSAsyncReference64 asyncRef, mach_port_t wakePort,
                                       mach_vm_address_t callback, io_user_reference_t refcon) {
  asyncRef[kIOAsyncReservedIndex] = wakePort;
  asyncRef[kIOAsyncCalloutFuncIndex] = callback;
  asyncRef[kIOAsyncCalloutRefconIndex] = refcon;
}

IOReturn IOUserClient::sendAsyncResult64(OSAsyncReference64 reference, IOReturn result,
                                         io_user_reference_t args[], UInt32 numArgs) {
  const auto port = static_cast<mach_port_t>(reference[kIOAsyncReservedIndex]);
  if (port == MACH_PORT_NULL) return kIOReturnSuccess;
  if (numArgs > kMaxAsyncArgs) return kIOReturnMessageTooLarge;
  drydock::PortMessage message;
  message.type = kIOAsyncCompletionNotificationType;
  std::copy_n(reference, kOSAsyncRef64Count, message.reference);
  message.result = result;
  message.count = numArgs;
  std::copy_n(args, numArgs, message.arguments);
  return drydock::PortSend(port, message);
}

// The kernel's own rights are not counted: a port lives until its receiver drops its right.
IOReturn IOUserClient::releaseAsyncReference64(OSAsyncReference64) { return kIOReturnSuccess; }

IOReturn IOUserClient::releaseNotificationPort(mach_port_t) { return kIOReturnSuccess; }
