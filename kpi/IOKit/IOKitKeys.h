// IOKit/IOKitKeys.h
//
// The names of properties, planes and categories.
#ifndef _IOKIT_IOKITKEYS_H
#define _IOKIT_IOKITKEYS_H

#define kIOServicePlane "IOService"
#define kIOUSBPlane "IOUSB"

// Of a personality. (service.md, sections 3.3 to 3.5)
#define kIOClassKey "IOClass"
#define kIOProviderClassKey "IOProviderClass"
#define kIONameMatchKey "IONameMatch"
#define kIONameMatchedKey "IONameMatched"
#define kIOPropertyMatchKey "IOPropertyMatch"
#define kIOProbeScoreKey "IOProbeScore"
#define kIOMatchCategoryKey "IOMatchCategory"
#define kIODefaultMatchCategoryKey "IODefaultMatchCategory"
#define kIOKitPersonalitiesKey "IOKitPersonalities"
#define kCFBundleIdentifierKey "CFBundleIdentifier"

// Of a nub with interrupts: the names of the controllers and each source's specifier. (workloop.md,
// section 5.3)
#define kIOInterruptControllersKey "IOInterruptControllers"
#define kIOInterruptSpecifiersKey "IOInterruptSpecifiers"

#define kIONameKey "IOName"
#define kIOLocationKey "IOLocation"

#endif  // _IOKIT_IOKITKEYS_H
