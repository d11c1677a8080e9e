// IOKit/pwr_mgt/RootDomain.h
//
// The root of the power plane: the system's own power.
#ifndef _IOKIT_ROOTDOMAIN_H
#define _IOKIT_ROOTDOMAIN_H

#include <IOKit/IOService.h>

class IOPMrootDomain : public IOService {
  OSDeclareDefaultStructors(IOPMrootDomain)

 public:
  // Puts the system to sleep: sends kIOMessageSystemWillSleep to its clients and interest handlers,
  // then puts every device into its state 0, children before their parents. Returns when all
  // devices are in it. Thread context, no lock held.
  IOReturn sleepSystem();
  // The reverse, parents first; then kIOMessageSystemHasPoweredOn. Not in Apple's class: on a Mac
  // the hardware wakes the system.
  IOReturn wakeSystem();
};

#endif  // _IOKIT_ROOTDOMAIN_H
