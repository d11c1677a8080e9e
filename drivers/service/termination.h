// drivers/service/termination.h
//
// The termination of services, from terminate() to the last detach. (service.md 4)
//
// Phase 1 runs on the thread that called terminate(); phases 2 and 3 on whoever has the role of the
// terminate thread: a permanent kernel thread, or for a while the caller of a synchronous
// terminate. Nothing here waits for a driver except by calling it: a branch that is parked is
// simply not on any list until somebody schedules it again.
#ifndef DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_
#define DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_

#include <IOKit/IOService.h>

namespace drydock {

class Termination {
 public:
  // Makes `root` and all that live on it alone inactive, provider first; then schedules phase 2.
  // Always true.
  static bool Terminate(IOService* root, IOOptionBits options);

  // Queues an inactive service for phase 2, unless phase 1 still has it. With
  // kIOServiceSynchronous, and unless the caller is the terminate thread, takes that role and
  // returns when the service is no longer busy, or after 15 s.
  static void SchedulePhase2(IOService* victim, IOOptionBits options);

  // Queues the end of one edge: client's stop and detach. Harmless if it is queued already. (TD-45)
  static void ScheduleStop(IOService* client, IOService* provider);
  // Queues the finalization of a victim without clients; of a user client with calls inside the
  // last of them does. (service.md 5.4)
  static void ScheduleFinalize(IOService* victim);
  // Reports the edges below a service that are parked: whoever asks believes it is for ever.
  static void ReportParked(IOService* service);

  // Whether the clients of a service have been told that it will terminate.
  static bool ClientsWereTold(const IOService* service);

  // From now on, whether terminate() just takes the service out of the registry.
  static void SetNaive(bool naive);

  // Ends the edge: stop, a close on the client's behalf if need be, detach. In the provider's gate,
  // if it has one.
  static void StopAndDetach(IOService* client, IOService* provider);

 private:
  class Pass;
  static void ThreadMain();
  static void TakeOut(IOService* service);
  static bool HasRole();
  static void GiveUpRole();
  static void Scheduled();
  static void CheckSuper(const IOService* service, const char* call);
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_TERMINATION_H_
