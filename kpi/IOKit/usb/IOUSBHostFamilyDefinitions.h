// IOKit/usb/IOUSBHostFamilyDefinitions.h
//
// Return codes of the USB family and the properties its nubs are matched by.
// (service.md 7.1, 7.2)
#ifndef _IOKIT_IOUSBHOSTFAMILYDEFINITIONS_H
#define _IOKIT_IOUSBHOSTFAMILYDEFINITIONS_H

#include <IOKit/IOReturn.h>

#define kUSBHostReturnPipeStalled ((IOReturn)0xe0005000)
#define kUSBHostReturnNoPower ((IOReturn)0xe0005001)

// Of personalities and nubs. A number, or in a personality "*" for any.
#define kUSBHostMatchingPropertyVendorID "idVendor"
#define kUSBHostMatchingPropertyProductID "idProduct"
#define kUSBHostMatchingPropertyDeviceReleaseNumber "bcdDevice"
#define kUSBHostMatchingPropertyDeviceClass "bDeviceClass"
#define kUSBHostMatchingPropertyDeviceSubClass "bDeviceSubClass"
#define kUSBHostMatchingPropertyDeviceProtocol "bDeviceProtocol"
#define kUSBHostMatchingPropertyConfigurationValue "bConfigurationValue"
#define kUSBHostMatchingPropertyInterfaceNumber "bInterfaceNumber"
#define kUSBHostMatchingPropertyInterfaceClass "bInterfaceClass"
#define kUSBHostMatchingPropertyInterfaceSubClass "bInterfaceSubClass"
#define kUSBHostMatchingPropertyInterfaceProtocol "bInterfaceProtocol"

// Of personalities only: which bits of idProduct count; a set of products in place of idProduct.
#define kUSBHostMatchingPropertyProductIDMask "idProductMask"
#define kUSBHostMatchingPropertyProductIDArray "idProductArray"

#endif  // _IOKIT_IOUSBHOSTFAMILYDEFINITIONS_H
