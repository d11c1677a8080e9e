// IOKit/IOCommandPool.h
//
// Commands for those who need one, under the gate of a work loop. (service.md, section 1.5)
//
// The pool does not own its commands: whoever made them takes them out again before he releases
// the pool.
#ifndef _IOKIT_IOCOMMANDPOOL_H
#define _IOKIT_IOCOMMANDPOOL_H

#include <IOKit/IOCommand.h>
#include <IOKit/IOTypes.h>
#include <libkern/c++/OSPtr.h>

class IOCommandGate;
class IOWorkLoop;

class IOCommandPool : public OSObject {
  OSDeclareDefaultStructors(IOCommandPool)

 public:
  // A new, empty pool with a command gate of its own on the loop; +1, or null.
  static OSPtr<IOCommandPool> withWorkLoop(IOWorkLoop *workLoop);
  virtual bool initWithWorkLoop(IOWorkLoop *workLoop);

  // A command. If there is none, null; or waits in the gate, uninterruptibly, until one comes back.
  // Takes the gate: thread context. (OB-15)
  virtual OSPtr<IOCommand> getCommand(bool blockForCommand = true);
  // Puts a command in, where it will be the first to be taken, and wakes one who waits. (OB-15)
  virtual void returnCommand(IOCommand *command);

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;
  // The same with the gate held.
  virtual IOReturn gatedGetCommand(IOCommand **command, bool blockForCommand);
  virtual IOReturn gatedReturnCommand(IOCommand *command);

 private:
  IOCommand *fFirst;
  UInt32 fSleepers;
  IOCommandGate *fSerializer;
};

#endif  // _IOKIT_IOCOMMANDPOOL_H
