// IOKit/IOKitKeys.h
//
// The names of planes, properties, notifications and match categories.
#ifndef _IOKIT_IOKITKEYS_H
#define _IOKIT_IOKITKEYS_H

#define kIOServicePlane "IOService"
#define kIODeviceTreePlane "IODeviceTree"
#define kIOPowerPlane "IOPower"
#define kIOUSBPlane "IOUSB"

// Of a personality. (service.md 3.3 to 3.5)
#define kIOClassKey "IOClass"
#define kIOProviderClassKey "IOProviderClass"
#define kIONameMatchKey "IONameMatch"
#define kIONameMatchedKey "IONameMatched"
#define kIOLocationMatchKey "IOLocationMatch"
#define kIOParentMatchKey "IOParentMatch"
#define kIOPathMatchKey "IOPathMatch"
#define kIOPropertyMatchKey "IOPropertyMatch"
#define kIOPropertyExistsMatchKey "IOPropertyExistsMatch"
#define kIORegistryEntryIDKey "IORegistryEntryID"
#define kIOMatchedServiceCountKey "IOMatchedServiceCountMatch"
#define kIOResourceMatchKey "IOResourceMatch"
#define kIOResourcesClass "IOResources"
#define kIOProbeScoreKey "IOProbeScore"
#define kIOMatchCategoryKey "IOMatchCategory"
#define kIODefaultMatchCategoryKey "IODefaultMatchCategory"
#define kIOKitPersonalitiesKey "IOKitPersonalities"
#define kCFBundleIdentifierKey "CFBundleIdentifier"

// Of a nub with interrupts: the names of the controllers and each source's specifier.
// (workloop.md 5.3)
#define kIOInterruptControllersKey "IOInterruptControllers"
#define kIOInterruptSpecifiersKey "IOInterruptSpecifiers"

// The kinds of matching notifications (service.md 3.7) and of interest (service.md 3.9).
#define kIOPublishNotification "IOServicePublish"
#define kIOFirstPublishNotification "IOServiceFirstPublish"
#define kIOMatchedNotification "IOServiceMatched"
#define kIOFirstMatchNotification "IOServiceFirstMatch"
#define kIOTerminatedNotification "IOServiceTerminate"
#define kIOWillTerminateNotification "IOServiceWillTerminate"
#define kIOGeneralInterest "IOGeneralInterest"
#define kIOBusyInterest "IOBusyInterest"
#define kIOAppPowerStateInterest "IOAppPowerStateInterest"
#define kIOPriorityPowerStateInterest "IOPriorityPowerStateInterest"

// Of services that programs open, and of their user clients. (service.md 5)
#define kIOUserClientClassKey "IOUserClientClass"
#define kIOUserClientCreatorKey "IOUserClientCreator"
#define kIOUserClientEntitlementsKey "IOUserClientEntitlements"
#define kIOUserClientDefaultLockingKey "IOUserClientDefaultLocking"
#define kIOUserClientDefaultLockingSetPropertiesKey "IOUserClientDefaultLockingSetProperties"
#define kIOUserClientDefaultLockingSingleThreadExternalMethodKey \
  "IOUserClientDefaultLockingSingleThreadExternalMethod"

#define kIONameKey "IOName"
#define kIOLocationKey "IOLocation"

#endif  // _IOKIT_IOKITKEYS_H
