// drivers/service/user_calls.h
//
// A program's way into user clients: opening, calls coming in and going out, the end of a
// connection. (service.md 5)
//
// The count of calls inside and the port of a connection change under one lock, so that a call is
// either counted before phase 1 of a termination revokes the port, and then waited for, or never
// gets in.
#ifndef DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_
#define DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_

#include <IOKit/IOUserClient.h>

#include "drivers/service/mach_port.h"

namespace drydock {

class UserCalls {
 public:
  // IOServiceOpen's half of the kernel: makes a user client and gives `task` a right to its port.
  static IOReturn Open(IOService* service, task_t task, UInt32 type, mach_port_t* connection);

  // A call for the length of a scope.
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
  static IOReturn ExternalMethod(IOUserClient* client, IOExternalMethodArguments* arguments);

  // clientClose, unless it was called before; whether it was this call.
  static bool CloseOnce(IOUserClient* client, IOReturn* result);

  // clientMemoryForType, and the mapping that shows it to the program.
  static IOReturn MapMemory(IOUserClient* client, UInt32 type, IOOptionBits options,
                            IOMemoryMap** map);
  // kIOReturnBadArgument if nothing of that type is mapped there.
  static IOReturn UnmapMemory(IOUserClient* client, UInt32 type, mach_vm_address_t address);

  // --- For terminations.

  // Phase 1: programs' ports of the service are dead from now on.
  static void Revoke(IOService* victim);
  // Whether the victim may be finalized now. If not, its calls inside schedule that when the last
  // of them has gone.
  static bool MayFinalize(IOService* victim);

 private:
  static IOReturn SetUpLocking(IOUserClient* client);
  static IOReturn CheckEntitlements(IOUserClient* client, task_t task);
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_USER_CALLS_H_
