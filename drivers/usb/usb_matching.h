// drivers/usb/usb_matching.h
//
// The USB family's matching: whether a personality fits a nub, and with what score. Thread context.
// (service.md 7.1)
#ifndef DRYDOCK_DRIVERS_USB_USB_MATCHING_H_
#define DRYDOCK_DRIVERS_USB_USB_MATCHING_H_

#include <IOKit/IOService.h>

namespace drydock {

// Whether `table` fits; if so, sets *score to the rule's score plus the table's own IOProbeScore.
bool MatchUsbDevice(const IOService* nub, OSDictionary* table, SInt32* score);
bool MatchUsbInterface(const IOService* nub, OSDictionary* table, SInt32* score);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_MATCHING_H_
