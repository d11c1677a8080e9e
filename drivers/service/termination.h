// drivers/service/termination.h
//
// Phase 1 of the termination of services: terminate() and what it makes inactive. (service.md 4)
//
// Phase 1 runs on the thread that called terminate(), which may hold a gate. Phases 2 and 3 run on
// the terminate thread (terminate_thread.h).
#ifndef DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_
#define DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_

#include <IOKit/IOService.h>

namespace drydock::termination {

// Option bits of terminate() beside kIOService….
enum : IOOptionBits {
  kNeedWillTerminate = 0x00000100,  // the root victim itself is told (TD-5)
  kRecursing = 0x00100000,          // the service is terminated as the client of a victim
};

// Makes `root`, and each service all of whose providers are victims, inactive, provider first; then
// schedules phase 2. Always true. Calls requestTerminate() of the clients.
bool Terminate(IOService* root, IOOptionBits options);

// Makes one service inactive and calls the handlers of gIOTerminatedNotification. False if the
// service was inactive already; it has left phase 1 then.
bool MakeInactive(IOService* service, IOOptionBits options);

// Reports as findings the edges below a service that still wait for their client, for a caller that
// knows that nothing will run any more.
void ReportParked(IOService* service);

// Whether the clients of a service have been told that it will terminate.
bool ClientsWereTold(const IOService* service);

// For the rest of the boot: whether terminate() only takes the service out of the registry.
void SetNaive(bool naive);

}  // namespace drydock::termination

#endif  // DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_
