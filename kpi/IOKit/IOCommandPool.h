// IOKit/IOCommandPool.h
//
// A fixed stock of commands, made once, so that a driver needs no memory to start I/O and never has
// more under way than it has commands. A pool starts empty: its owner returns the commands it makes
// into it, and gets them all back out before it releases the pool. (service.md 1.5)
//
// The pool has a command gate of its own, on the work loop that it is given, and does all under it.
#ifndef _IOKIT_IOCOMMANDPOOL_H
#define _IOKIT_IOCOMMANDPOOL_H

#include <IOKit/IOCommand.h>
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOWorkLoop.h>
#include <kern/queue.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class IOCommandPool : public OSObject {
  OSDeclareDefaultStructors(IOCommandPool)

 public:
  // An empty pool on `workLoop`, which is not retained; null if that is null. The caller owns the
  // reference.
  static OSPtr<IOCommandPool> withWorkLoop(IOWorkLoop *workLoop);
  virtual bool initWithWorkLoop(IOWorkLoop *workLoop);

  // The command that was returned last (OB-15); the caller's until it is returned. From an empty
  // pool null, or with `blockForCommand` once there is one: the caller sleeps in the gate, and no
  // signal or abort wakes it. Null also if the work loop has gone. Thread context.
  virtual OSPtr<IOCommand> getCommand(bool blockForCommand = true);

  // Gives the command back to the pool, and wakes one caller that waits for a command. Thread
  // context.
  virtual void returnCommand(IOCommand *command);

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // The above, under the gate. kIOReturnNoResources if there is no command and the caller does not
  // block.
  virtual IOReturn gatedGetCommand(IOCommand **command, bool blockForCommand);
  virtual IOReturn gatedReturnCommand(IOCommand *command);

  queue_head_t fQueueHead;
  UInt32 fSleepers;  // callers that wait for a command
  IOCommandGate *fSerializer;

 private:
  static IOReturn getInGate(OSObject *pool, void *command, void *block, void *, void *);
  static IOReturn returnInGate(OSObject *pool, void *command, void *, void *, void *);
};

#endif  // _IOKIT_IOCOMMANDPOOL_H
