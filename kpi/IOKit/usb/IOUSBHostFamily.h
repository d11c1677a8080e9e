// IOKit/usb/IOUSBHostFamily.h
//
// What drivers of USB devices include first.
#ifndef _IOKIT_IOUSBHOSTFAMILY_H
#define _IOKIT_IOUSBHOSTFAMILY_H

#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <IOKit/usb/IOUSBHostFamilyDefinitions.h>
#include <IOKit/usb/StandardUSB.h>

// What has come of a transfer: called once for each that was accepted, in the gate of the
// controller's work loop, which is that of the drivers on it as well. `bytesTransferred` may be
// less than asked for. (service.md 7.3)
typedef void (*IOUSBHostCompletionAction)(void *owner, void *parameter, IOReturn status,
                                          uint32_t bytesTransferred);

// Copied when a transfer is accepted.
struct IOUSBHostCompletion {
  void *owner;
  IOUSBHostCompletionAction action;
  void *parameter;
};

#endif  // _IOKIT_IOUSBHOSTFAMILY_H
