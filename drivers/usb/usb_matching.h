// drivers/usb/usb_matching.h
//
// How well a personality fits a USB nub. (service.md 7.1)
#ifndef DRYDOCK_DRIVERS_USB_USB_MATCHING_H_
#define DRYDOCK_DRIVERS_USB_USB_MATCHING_H_

#include <IOKit/IOService.h>

namespace drydock {

// Whether `table` fits; if so sets *score, to which the table's own IOProbeScore is added.
bool MatchUsbDevice(const IOService* nub, OSDictionary* table, SInt32* score);
bool MatchUsbInterface(const IOService* nub, OSDictionary* table, SInt32* score);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_MATCHING_H_
