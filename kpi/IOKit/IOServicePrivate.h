// IOKit/IOServicePrivate.h
//
// What Drydock keeps about a service and about a user client. Not for drivers: IOService.h and
// IOUserClient.h include it because the state lies inside the object and lives exactly as long.
//
// drivers/service/ reaches it through drydock::StateOf (drivers/service/service_state.h) alone. All
// of it is zero until init; a service that is freed without init is freed in that state.
#ifndef _IOKIT_IOSERVICEPRIVATE_H
#define _IOKIT_IOSERVICEPRIVATE_H

#include <atomic>

#include <IOKit/IOLib.h>
#include <IOKit/IOLocks.h>
#include <IOKit/IOTypes.h>

class IOInterruptController;
class IOService;
class OSArray;
class OSObject;

namespace drydock {

class Power;

// The flags of a service that only Drydock sees. (service.md 0.4)
enum ServiceFlag : UInt32 {
  kServiceClientsToldWill = 0x00001000,    // new I/O is against the rules (service.md 9.3)
  kServiceRematchOnDetach = 0x00008000,    // kIOServiceTerminateWithRematch
  kServiceFinalized = 0x00010000,          // finalize was called
  kServiceJobBusy = 0x00020000,            // the matching job counts in the busy count
  kServiceNeedWillTerminate = 0x00080000,  // a root victim that is itself told (TD-5)
  kServicePhase1 = 0x00400000,             // a thread is in phase 1 of the termination
  kServicePhase3 = 0x00800000,             // phase 2 is over; the last client's detach finalizes
  kServicePhase2 = 0x01000000,
  kServiceStarting = 0x02000000,     // a user client that is being opened
  kServiceConfig = 0x04000000,       // a matching job is pending or running
  kServiceModuleStall = 0x20000000,  // busy until a driver's code is loaded
  kServiceSynchronous = 0x40000000,  // matching runs on the registering thread
  kServiceNeedConfig = 0x80000000,   // registered again while the job ran
};

// One interrupt of a nub, as its properties describe it. (workloop.md 5.3)
struct InterruptSource {
  IOInterruptController *controller;  // not retained: controllers live as long as the platform
  SInt32 vector;
};

// Unless a field says otherwise, it changes with the arbitration lock held.
struct ServiceState {
  bool Has(UInt32 any_of) const { return (flags & any_of) != 0; }

  std::atomic<UInt32> published;  // kIOService…State; read without the lock
  std::atomic<UInt32> flags;      // ServiceFlag; read without the lock
  std::atomic<UInt32> busy;       // changes under the registry lock; read without it

  OSObject *owner;     // the client that has the service open; not retained
  OSArray *interests;  // notifiers of registerInterest, under the notification lock; may be null
  Power *power;        // null before PMinit
  bool listed;         // among the instances; under the registry lock
  IORecursiveLock *arbitration_lock;

  // Resolved when the first source is registered, in thread context: in interrupt context nothing
  // can be looked up. Null before that.
  InterruptSource *interrupt_sources;
  int interrupt_source_count;

  IOThread phase1_thread;  // the thread in phase 1, while kServicePhase1
  UInt32 clients_opening;  // clients with kServiceStarting; phase 2 waits for them
  bool reached_super;      // the last stop or didTerminate called IOService's
};

// Of a user client; under the port lock unless a field says otherwise.
struct UserClientState {
  volatile UInt8 closed;      // clientClose was called; changed by compare-and-swap
  UInt32 calls_inside;        // counted in the step that finds the port alive
  bool finalize_after_calls;  // the last call to leave schedules the finalization
  OSArray *mappings;          // what the program has mapped; null before the first
  // IOUserClientDefaultLocking: held shared during calls, exclusive if single-threaded. Set before
  // the program has the connection; null without that property.
  IORWLock *call_lock;
  bool single_threaded;
};

}  // namespace drydock

#endif  // _IOKIT_IOSERVICEPRIVATE_H
