// IOKit/pwr_mgt/RootDomain.h
//
// The root of the power plane: the system's own power.
#ifndef _IOKIT_ROOTDOMAIN_H
#define _IOKIT_ROOTDOMAIN_H

#include <IOKit/IOService.h>

class IOPMrootDomain : public IOService {
  OSDeclareDefaultStructors(IOPMrootDomain)

 public:
  // Puts the system to sleep: tells who is interested (kIOMessageSystemWillSleep), then puts every
  // device into its state 0, children before their parents. Returns when all are there. Thread
  // context, no lock held.
  IOReturn sleepSystem();
  // And back, parents first; then kIOMessageSystemHasPoweredOn. Not Apple's: there the lid does it.
  IOReturn wakeSystem();
};

#endif  // _IOKIT_ROOTDOMAIN_H
