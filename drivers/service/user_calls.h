// drivers/service/user_calls.h
//
// What a program's calls do to user clients: opening a connection, calls entering and leaving, the
// end of the connection. On the program's thread, no gate held. (service.md 5)
//
// The count of calls inside and the port of a connection change under one lock, so that a call is
// either counted before phase 1 of a termination revokes the port, and then waited for, or fails at
// the port.
#ifndef DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_
#define DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_

#include <IOKit/IOUserClient.h>

#include "drivers/service/mach_port.h"

namespace drydock::user_calls {

// IOServiceOpen's half of the kernel: makes a user client and gives `task` a right to its port.
IOReturn Open(IOService* service, task_t task, UInt32 type, mach_port_t* connection);

// A call for the length of a scope: counted in the client, which is not finalized meanwhile.
class Inside {
 public:
  Inside(mach_port_t connection, task_t task);
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  // The client, or null, and then `failure` says why.
  IOUserClient* client() const { return client_.get(); }
  IOReturn failure() const { return failure_; }

 private:
  OSSharedPtr<IOUserClient> client_;
  IOReturn failure_;
};

// externalMethod, under the client's own lock if it asked for one.
IOReturn ExternalMethod(IOUserClient* client, IOExternalMethodArguments* arguments);

// Calls clientClose, unless it was called before; then returns false and leaves `*result` alone.
bool CloseOnce(IOUserClient* client, IOReturn* result);

// clientMemoryForType, and the mapping that shows the memory to the program. `*map` belongs to the
// client.
IOReturn MapMemory(IOUserClient* client, UInt32 type, IOOptionBits options, IOMemoryMap** map);
// kIOReturnBadArgument if nothing of that type is mapped at the address.
IOReturn UnmapMemory(IOUserClient* client, UInt32 type, mach_vm_address_t address);

// --- For terminations.

// Phase 1: programs' ports of the service are dead from now on.
void Revoke(IOService* victim);
// Whether the victim may be finalized now. If not, the last call to leave schedules that.
bool MayFinalize(IOService* victim);

}  // namespace drydock::user_calls

#endif  // DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_
