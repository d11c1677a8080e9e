// IOKit/IODataQueue.h
//
// A queue of entries of bytes from a driver to a client, in memory that both see. One thread at a
// time may enqueue, and one, on the other side, dequeue; neither locks. (service.md 1.5)
#ifndef _IOKIT_IODATAQUEUE_H
#define _IOKIT_IODATAQUEUE_H

#include <IOKit/IODataQueueShared.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>
#include <mach/vm_types.h>

class IODataQueue : public OSObject {
  OSDeclareDefaultStructors(IODataQueue)

 public:
  // A queue of `size` bytes, sizes of entries included / with room for at least `numEntries`
  // entries of `entrySize` bytes. Null if that does not fit in 32 bits. The caller owns the
  // reference.
  static OSPtr<IODataQueue> withCapacity(UInt32 size);
  static OSPtr<IODataQueue> withEntries(UInt32 numEntries, UInt32 entrySize);
  virtual Boolean initWithCapacity(UInt32 size);
  virtual Boolean initWithEntries(UInt32 numEntries, UInt32 entrySize);

  // Copies an entry into the queue; false if it has no room. If the consumer found the queue empty,
  // or is about to, it is notified (OB-19). Any context; with a notification port, on a thread.
  virtual Boolean enqueue(void *data, UInt32 dataSize);

  // Sets the port at which the consumer waits for notifications; MACH_PORT_NULL: none. Not while a
  // thread may enqueue.
  virtual void setNotificationPort(mach_port_t port);

  // The memory, for the client's task. The queue must outlive it. The caller owns the reference.
  virtual OSPtr<IOMemoryDescriptor> getMemoryDescriptor();

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Sends a message to the notification port, if there is one. A driver whose client is in the
  // kernel overrides it. In the context of the call of enqueue.
  virtual void sendDataAvailableNotification();

  IODataQueueMemory *dataQueue;
  UInt32 queueSize;  // a copy: the client may change the one in the memory

 private:
  mach_port_t notificationPort;
};

#endif  // _IOKIT_IODATAQUEUE_H
