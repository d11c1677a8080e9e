// IOKit/IOCommand.h
//
// A driver's request to its hardware, as kept in an IOCommandPool. Drivers derive from it.
#ifndef _IOKIT_IOCOMMAND_H
#define _IOKIT_IOCOMMAND_H

#include <kern/queue.h>
#include <libkern/c++/OSObject.h>

class IOCommand : public OSObject {
  OSDeclareDefaultStructors(IOCommand)

 public:
  virtual bool init(void) APPLE_KEXT_OVERRIDE;

  // Used by the pool while the command is in it, else free for the driver.
  queue_chain_t fCommandChain;
};

#endif  // _IOKIT_IOCOMMAND_H
