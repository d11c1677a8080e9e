// drivers/service/terminate_thread.h
//
// Phases 2 and 3 of the termination of services. (service.md 4)
//
// Victims and the edges to be stopped stand on lists. The thread that has the role of the terminate
// thread works on them and calls drivers: a permanent kernel thread, or for a while the caller of a
// synchronous terminate. It waits for a driver only by calling it. A branch that cannot go on (a
// client has its provider open, a matching job runs) is on no list until the thread that ends the
// hindrance schedules it again.
//
// All of this may be called on any thread, in or out of a gate; none from interrupt context.
#ifndef DRYDOCK_DRIVERS_SERVICE_TERMINATE_THREAD_H_
#define DRYDOCK_DRIVERS_SERVICE_TERMINATE_THREAD_H_

#include <IOKit/IOService.h>

namespace drydock::termination {

// Makes the lists and their locks; the thread starts with the first entry. At boot.
void BootTerminateThread();

// Queues an inactive service for phase 2; nothing happens while it is in phase 1. With
// kIOServiceSynchronous, and unless the caller has the role already, takes the role and returns
// when the service is no longer busy, or after 15 s.
void SchedulePhase2(IOService* victim, IOOptionBits options);

// While `client` of `provider` is being opened for a program the provider's phase 2 waits. Resume
// is allowed without hold. (service.md 4.5)
void HoldPhase2(IOService* client, IOService* provider);
void ResumePhase2(IOService* client, IOService* provider);

// Queues the end of one edge: client's stop and detach. Harmless if it is queued already. (TD-45)
void ScheduleStop(IOService* client, IOService* provider);

// Queues the finalization of a victim without clients. If it is a user client with calls inside,
// the last call to leave queues it. (service.md 5.4)
void ScheduleFinalize(IOService* victim);

// Ends the edge at once: stop, a close on the client's behalf if it left the provider open, detach.
// In the provider's gate, if it has one.
void StopAndDetach(IOService* client, IOService* provider);

}  // namespace drydock::termination

#endif  // DRYDOCK_DRIVERS_SERVICE_TERMINATE_THREAD_H_
