// IOKit/usb/IOUSBHostFamily.h
//
// The common types of the USB family: completions.
#ifndef _IOKIT_IOUSBHOSTFAMILY_H
#define _IOKIT_IOUSBHOSTFAMILY_H

#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <IOKit/usb/IOUSBHostFamilyDefinitions.h>
#include <IOKit/usb/StandardUSB.h>

// Called once for each accepted transfer when it has ended, in the gate of the controller's work
// loop, which the drivers on that controller share. `bytesTransferred` may be less than asked for.
// (service.md 7.3)
typedef void (*IOUSBHostCompletionAction)(void *owner, void *parameter, IOReturn status,
                                          uint32_t bytesTransferred);

// Copied when a transfer is accepted.
struct IOUSBHostCompletion {
  void *owner;
  IOUSBHostCompletionAction action;
  void *parameter;
};

#endif  // _IOKIT_IOUSBHOSTFAMILY_H
