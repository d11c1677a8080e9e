// drivers/service/mach_port.h
//
// Mach ports, as far as programs talk to I/O Kit through them: a port stands for a kernel object,
// or is a queue of messages that a program receives.
//
// Names are the same in all tasks and never used again. A task may use a port if it has a right to
// it; rights are counted. When the last right to a kernel object's port has gone (no senders) the
// kernel is notified: the connection to a user client has died. When the kernel revokes the port,
// the names that tasks have are dead, and what they send fails with MACH_SEND_INVALID_DEST.
//
// All of this may be called on any thread, in or out of a gate; none from interrupt context.
#ifndef DRYDOCK_DRIVERS_SERVICE_MACH_PORT_H_
#define DRYDOCK_DRIVERS_SERVICE_MACH_PORT_H_

#include <IOKit/OSMessageNotification.h>
#include <kern/task.h>
#include <libkern/c++/OSSharedPtr.h>
#include <mach/message.h>
#include <mach/port.h>

#include "scheduler/kernel/types.h"

class OSObject;

namespace drydock {

// A message from the kernel.
struct PortMessage {
  uint32_t type = 0;  // kIOAsyncCompletionNotificationType and its siblings
  OSAsyncReference64 reference = {};
  mach_port_t from = MACH_PORT_NULL;  // the notification's iterator, or the sending service
  IOReturn result =
      kIOReturnSuccess;  // of an asynchronous call; or the type of a service's message
  uint32_t count = 0;    // of arguments
  io_user_reference_t arguments[kMaxAsyncArgs] = {};
};

// The use of a kernel object's port; an object may have one of each kind.
enum class PortKind : uint8_t {
  kObject,   // a registry entry, an iterator, a notification
  kConnect,  // the connection to a user client
};

// The lock over all ports. Code outside this folder is never called with it held.
class PortLock {
 public:
  PortLock();
  ~PortLock();
  PortLock(const PortLock&) = delete;
  PortLock& operator=(const PortLock&) = delete;
};

// --- Ports of kernel objects.

// Gives `task` one more right to the object's port. The port is made if there is none, and retains
// the object.
mach_port_t PortGive(OSObject* object, PortKind kind, task_t task);

// The object of the port (+1), or null if `task` has no right to it or it is dead. `in_step`, which
// may be null, is called with the object in the same step, under the lock.
OSSharedPtr<OSObject> PortCopyObject(mach_port_t name, PortKind kind, task_t task,
                                     void (*in_step)(OSObject* object));

// Makes the object's ports dead; with `instead`, the connection's port stands for that object from
// now on.
void PortRevoke(const OSObject* object, OSObject* instead);

// --- Queues.

// A new port that `task` receives from.
mach_port_t PortAllocate(task_t task);

// Queues a message. MACH_SEND_INVALID_DEST if the port is dead.
mach_msg_return_t PortSend(mach_port_t name, const PortMessage& message);

// Removes the first message, waiting for one until `deadline` (absolute; 0: for ever). An abort
// ends it with MACH_RCV_INTERRUPTED, the port's death with MACH_RCV_PORT_DIED.
mach_msg_return_t PortReceive(mach_port_t name, task_t task, kernel::Time deadline,
                              PortMessage* message);

// --- Rights.

// Adds `delta` (1 or -1) to the task's rights. KERN_INVALID_NAME if the task has none. A queue has
// one right, its receiver's.
kern_return_t PortChangeRights(mach_port_t name, task_t task, int delta);

// The task has died: all its rights and queues go, in the order in which the ports were made.
void PortDropAll(task_t task);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_MACH_PORT_H_
