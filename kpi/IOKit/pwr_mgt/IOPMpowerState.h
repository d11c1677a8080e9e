// IOKit/pwr_mgt/IOPMpowerState.h
//
// One power state of a device.
#ifndef _IOKIT_IOPMPOWERSTATE_H
#define _IOKIT_IOPMPOWERSTATE_H

#include <IOKit/pwr_mgt/IOPM.h>

enum {
  kIOPMPowerStateVersion1 = 1,
};

struct IOPMPowerState {
  unsigned long version;                 // kIOPMPowerStateVersion1
  IOPMPowerFlags capabilityFlags;        // what the device can do in it
  IOPMPowerFlags outputPowerCharacter;   // what it gives to its children
  IOPMPowerFlags inputPowerRequirement;  // what it needs from its parent
  unsigned long staticPower;
  unsigned long stateOrder;
  unsigned long powerToAttain;
  unsigned long timeToAttain;
  unsigned long settleUpTime;
  unsigned long timeToLower;
  unsigned long settleDownTime;
  unsigned long powerDomainBudget;
};
typedef struct IOPMPowerState IOPMPowerState;

#endif  // _IOKIT_IOPMPOWERSTATE_H
