// IOKit/IOCommand.h
//
// What a command pool hands out; drivers derive their commands from it.
#ifndef _IOKIT_IOCOMMAND_H
#define _IOKIT_IOCOMMAND_H

#include <libkern/c++/OSObject.h>

class IOCommand : public OSObject {
  OSDeclareDefaultStructors(IOCommand)

 public:
  virtual bool init() APPLE_KEXT_OVERRIDE;

 private:
  friend class IOCommandPool;
  IOCommand *fNext;  // in the pool
};

#endif  // _IOKIT_IOCOMMAND_H
