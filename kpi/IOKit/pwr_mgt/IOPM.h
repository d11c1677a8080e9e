// IOKit/pwr_mgt/IOPM.h
//
// Flags and codes of power management.
#ifndef _IOKIT_IOPM_H
#define _IOKIT_IOPM_H

// The capabilities of a power state, the power it gives and the power it needs.
typedef unsigned long IOPMPowerFlags;
enum {
  kIOPMPowerOff = 0,
  kIOPMSleep = 0x00000001,
  kIOPMPowerOn = 0x00000002,
  kIOPMSleepCapability = 0x00000004,
  kIOPMPreventIdleSleep = 0x00000040,
  kIOPMRestart = 0x00000080,
  kIOPMRestartCapability = 0x00000080,
  kIOPMInitialDeviceState = 0x00000100,
  kIOPMDeviceUsable = 0x00008000,
  kIOPMLowPower = 0x00010000,
};
#define IOPMPowerOn kIOPMPowerOn
#define IOPMDeviceUsable kIOPMDeviceUsable
#define IOPMLowPower kIOPMLowPower

// The results of power management's methods, and of a driver's setPowerState: more than
// kIOPMAckImplied is the number of microseconds within which the driver will acknowledge.
#define IOPMNoErr 0
#define kIOPMNoErr IOPMNoErr
#define IOPMAckImplied 0
#define kIOPMAckImplied IOPMAckImplied
#define IOPMWillAckLater 1
#define IOPMNoSuchState 5
#define kIOPMNoSuchState IOPMNoSuchState
#define IOPMParameterError 7
#define kIOPMParameterError IOPMParameterError
#define IOPMNotYetInitialized 8
#define kIOPMNotYetInitialized IOPMNotYetInitialized

#endif  // _IOKIT_IOPM_H
