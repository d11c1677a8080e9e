// IOKit/IOService.h
//
// A service: a nub (something on a bus) or a driver in the registry. (service.md 3, 4)
//
// The life of a driver. A driver is attached below its provider; a client is a service that is
// attached below another. Matching calls init to start; none of these calls is in a gate.
//
//   call                thread           a failure (false or null)
//   init(personality)   matching thread  the driver is passed over
//   attach(provider)    matching thread  the provider is inactive (MT-25)
//   probe(provider)     matching thread  the driver declines
//   detach(provider)    matching thread  -
//   attach, start       matching thread  the driver is detached, the next candidate started
//   open, I/O, close    any thread       the open is refused
//   terminate ...       see below
//   free                the thread that releases the last reference
//
// Termination. terminate() is phase 1 and returns after it, unless it is synchronous. A victim is
// the service it was called for, or a client all of whose providers are victims. All drivers share
// one terminate thread: a driver that sleeps in one of its calls stops every other termination.
// (service.md 4)
//
//   phase  call                     thread                 order            gate
//   1      requestTerminate,        caller of terminate()  provider first   none
//          terminate
//   2a     willTerminate(provider)  terminate thread       provider first   provider's
//   2b     didTerminate(provider)   terminate thread       leaves first     provider's
//   3      finalize                 terminate thread       leaves first     victim's
//          stop, close, detach      terminate thread       leaves first     provider's
//
// A victim is inactive from phase 1 on. A client that still has its provider open in phase 2b, or
// sets *defer there, is not stopped until it closes the provider or calls super::didTerminate
// again; other branches go on meanwhile. The gate is that of the nearest work loop up the provider
// chain; below the platform there always is one. (TD-35)
#ifndef _IOKIT_IOSERVICE_H
#define _IOKIT_IOSERVICE_H

#include <IOKit/IOInterrupts.h>
#include <IOKit/IOLib.h>
#include <IOKit/IOMessage.h>
#include <IOKit/IORegistryEntry.h>
#include <IOKit/IOServicePrivate.h>
#include <IOKit/pwr_mgt/IOPM.h>
#include <kern/task.h>

class IONotifier;
class IOPMrootDomain;
class IOUserClient;
struct IOPMPowerState;
class IOWorkLoop;

namespace drydock {
ServiceState &StateOf(const IOService *service);
}  // namespace drydock

// Options of registerService, open and terminate. (service.md 0.3)
enum {
  kIOServiceExclusive = 0x00000001,
  kIOServiceRequired = 0x00000001,      // set in the options of the calls of phases 2 and 3
  kIOServiceSynchronous = 0x00000002,   // registerService, terminate: return when it is done
  kIOServiceTerminate = 0x00000004,     // close, and the calls of a termination: it is one
  kIOServiceAsynchronous = 0x00000008,  // registerService: even if the provider's was not
  kIOServiceTerminateWithRematch = 0x00000010,  // terminate: register the provider again at the end
  kIOServiceSeize = 0x00000001,                 // open: ask the client that has it open to close
};

// The bits of getState. (service.md 0.4)
enum {
  kIOServiceInactiveState = 0x00000001,
  kIOServiceRegisteredState = 0x00000002,
  kIOServiceMatchedState = 0x00000004,
  kIOServiceFirstPublishState = 0x00000008,
  kIOServiceFirstMatchState = 0x00000010,
};

// The kinds of addMatchingNotification, valid while a platform is booted. (service.md 3.7)
extern const OSSymbol *gIOPublishNotification;        // registerService: each time
extern const OSSymbol *gIOFirstPublishNotification;   // registerService: the first time
extern const OSSymbol *gIOMatchedNotification;        // drivers were started: each time
extern const OSSymbol *gIOFirstMatchNotification;     // drivers were started: the first time
extern const OSSymbol *gIOTerminatedNotification;     // on the thread that calls terminate()
extern const OSSymbol *gIOWillTerminateNotification;  // on the terminate thread

// The kinds of registerInterest. (service.md 3.9)
extern const OSSymbol *gIOGeneralInterest;
extern const OSSymbol *gIOBusyInterest;
extern const OSSymbol *gIOAppPowerStateInterest;
extern const OSSymbol *gIOPriorityPowerStateInterest;

// Called with a service that matches; the result is ignored. Called without any lock, on the thread
// that published, matched or terminates the service.
typedef bool (*IOServiceMatchingNotificationHandler)(void *target, void *refCon,
                                                     IOService *newService, IONotifier *notifier);
// Called with a message of the service `provider`, on the thread that sends it.
typedef IOReturn (*IOServiceInterestHandler)(void *target, void *refCon, UInt32 messageType,
                                             IOService *provider, void *messageArgument,
                                             vm_size_t argSize);

class IOService : public IORegistryEntry {
  OSDeclareDefaultStructors(IOService)

 public:
  virtual bool init(OSDictionary *dictionary = NULL) APPLE_KEXT_OVERRIDE;
  virtual void free() APPLE_KEXT_OVERRIDE;

  // --- Life. Drivers override probe, start and stop; the table above says on which thread they are
  // called.

  // Links the service below `provider`, which it retains until detach. False if the provider is
  // inactive (MT-25). A null provider stands for the registry root.
  virtual bool attach(IOService *provider);
  // Removes that link; nothing happens if there is none. The last one of an inactive service ends
  // its termination.
  virtual void detach(IOService *provider);
  // Whether the driver can drive `provider`: null declines, and a service (usually `this`, not
  // retained) is a candidate with `*score`, which it may change. Must leave the hardware as it was.
  // Default: `this`.
  virtual IOService *probe(IOService *provider, SInt32 *score);
  // Begins to drive `provider`. On false the driver must have undone all it did, the open of its
  // provider too; it is detached. Default: true.
  virtual bool start(IOService *provider);
  // Ends what start began. Called once for each provider, in the provider's gate, after the last
  // client has gone; must not sleep. An override calls super::stop, else it is a finding.
  virtual void stop(IOService *provider);

  // kIOService…State bits, and whether the service is being terminated. Any context; the answer may
  // be old when it is read, unless the arbitration lock is held.
  UInt32 getState() const { return fState.published; }
  bool isInactive() const;

  // The first parent in the service plane, unless that is the registry root, and the first child;
  // null if there is none. Not retained: valid while the link lives.
  virtual IOService *getProvider() const;
  virtual IOService *getClient() const;
  // The nearest work loop up the provider chain, not retained; null if there is none. A driver with
  // a work loop of its own overrides it. (RG-7, RG-8)
  virtual IOWorkLoop *getWorkLoop() const;

  // Iterators over the links as they are now, in order of attachment; +1. (RG-4)
  OSPtr<OSIterator> getClientIterator() const { return getChildIterator(gIOServicePlane); }
  OSPtr<OSIterator> getProviderIterator() const { return getParentIterator(gIOServicePlane); }

  // --- Matching.

  // Publishes the service and starts drivers for it: on a matching thread, or with
  // kIOServiceSynchronous on this thread, before it returns. A service that is registered again
  // while its job runs gets one more round. Nothing happens if the service is inactive or not below
  // the root. Thread context. (MT-18, MT-19)
  virtual void registerService(IOOptionBits options = 0);
  // The family's own matching: whether `table`, a personality or a matching dictionary, fits this
  // nub; may change `*score`. On matching threads and on threads that search, no lock held. The
  // first form calls the second, which is true by default. (MT-14)
  virtual bool matchPropertyTable(OSDictionary *table, SInt32 *score);
  virtual bool matchPropertyTable(OSDictionary *table);
  // Whether `matching` does not name `key`, or names a value equal to this service's. (MT-15)
  virtual bool compareProperty(OSDictionary *matching, const char *key);

  // `table` with the key added, or, if it is null, a new matching dictionary (+1).
  static OSPtr<OSDictionary> serviceMatching(const char *className, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> nameMatching(const char *name, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> propertyMatching(const OSSymbol *key, const OSObject *value,
                                              OSDictionary *table = NULL);
  static OSPtr<OSDictionary> resourceMatching(const char *name, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> registryEntryIDMatching(uint64_t entryID, OSDictionary *table = NULL);

  // Publishes a resource that drivers wait for by IOResourceMatch: sets the property `key` of the
  // resources service to `value`, or true, and registers that service again. (MT-16)
  static void publishResource(const OSSymbol *key, OSObject *value = NULL);
  static void publishResource(const char *key, OSObject *value = NULL);
  // The resources service; not retained. Null while no platform is booted.
  static IOService *getResourceService();
  // Called in each round of matching, before drivers are probed; the result is ignored. Default:
  // kIOReturnSuccess.
  virtual IOReturn getResources();

  // --- Finding services. A dictionary describes services by class, name, properties, …
  // (service.md 3.3).

  // Adds a handler for the services that `matching` describes. Unless `type` is about terminations,
  // the handler is called for the existing services before this returns; then for each new one.
  // Handlers of higher priority are called first, and without any lock. The caller owns the
  // notifier and calls remove() to end it; null if an argument is null or the handler has removed
  // its notifier already. Thread context. (MT-21 to MT-23)
  static IONotifier *addMatchingNotification(const OSSymbol *type, OSDictionary *matching,
                                             IOServiceMatchingNotificationHandler handler,
                                             void *target, void *ref = NULL, SInt32 priority = 0);
  // Blocks until there is a service whose matching is finished: +1, or null after `timeout` ns.
  // (MT-20)
  static OSPtr<IOService> waitForMatchingService(OSDictionary *matching,
                                                 uint64_t timeout = UINT64_MAX);
  // The active registered services that `matching` describes, oldest first: the first of them (+1,
  // or null), and an iterator over all (+1).
  static OSPtr<IOService> copyMatchingService(OSDictionary *matching);
  static OSPtr<OSIterator> getMatchingServices(OSDictionary *matching);

  // Adds a handler for this service's messages of one kind (gIO…Interest). The caller owns the
  // notifier and calls remove() to end it; null if the service is inactive or `type` is no such
  // kind.
  virtual IONotifier *registerInterest(const OSSymbol *type, IOServiceInterestHandler handler,
                                       void *target, void *ref = NULL);

  // --- Open and close. A client has a service open while it uses it; a termination waits for the
  // close. Thread context, in or out of a gate. (service.md 3.8)

  // Opens the service for `forClient`, not retained. False if it is inactive or handleOpen refuses.
  // Clients hear kIOMessageServiceIsAttemptingOpen first.
  virtual bool open(IOService *forClient, IOOptionBits options = 0, void *arg = NULL);
  // Closes it, and lets a termination that waited for this go on. A close without open is advice in
  // the report and does nothing else.
  virtual void close(IOService *forClient, IOOptionBits options = 0);
  // Whether this client has it open, or, for null, any client.
  virtual bool isOpen(const IOService *forClient = NULL) const;
  // What a family overrides to have several clients at a time; called with the arbitration lock
  // held. The defaults keep one client; with kIOServiceSeize they ask it to close.
  virtual bool handleOpen(IOService *forClient, IOOptionBits options, void *arg);
  virtual void handleClose(IOService *forClient, IOOptionBits options);
  virtual bool handleIsOpen(const IOService *forClient) const;

  // The arbitration lock: the service's own recursive lock, held while its state changes. Blocks;
  // always true.
  virtual bool lockForArbitration(bool isSuccessRequired = true);
  virtual void unlockForArbitration();

  // --- Messages, sent on the caller's thread, with the locks the caller holds. (service.md 3.9)

  // Receives a message of `provider`. Default: kIOReturnUnsupported.
  virtual IOReturn message(UInt32 type, IOService *provider, void *argument = NULL);
  // Sends a message to one client, a service or a notifier of registerInterest (another object:
  // kIOReturnBadArgument), or to all; the result is the last that is not kIOReturnSuccess.
  virtual IOReturn messageClient(UInt32 type, OSObject *client, void *argument = NULL,
                                 vm_size_t argSize = 0);
  virtual IOReturn messageClients(UInt32 type, void *argument = NULL, vm_size_t argSize = 0);

  // --- Busy: the count of what still goes on in a service (matching, termination, what a driver
  // adds), plus one for each client that is busy. Thread context. (service.md 3.10)

  virtual UInt32 getBusyState();
  virtual void adjustBusy(SInt32 delta);
  // Blocks until the busy count is 0; kIOReturnTimeout after `timeout` ns.
  IOReturn waitQuiet(uint64_t timeout = UINT64_MAX);

  // --- Power. (service.md 3.11)
  //
  // In start a driver calls PMinit(), provider->joinPMtree(this) and registerPowerDriver(…); in
  // stop it calls PMstop(). Power management calls drivers without any lock or gate. A driver that
  // calls PMstop must not hold a lock that its own setPowerState needs.

  virtual void PMinit();
  // Leaves the power plane. On return no power call runs on another thread and none will come.
  virtual void PMstop();
  // Attaches `driver` in the power plane below the nearest of this service and its providers that
  // has called PMinit.
  virtual void joinPMtree(IOService *driver);
  // Declares the power states, lowest first (copied), and the driver that changes them (not
  // retained), whose setPowerState is called at once for the initial state. kIOPMNotYetInitialized
  // before PMinit, kIOReturnBadArgument for fewer than two states; a second call does nothing.
  // (LC-16)
  virtual IOReturn registerPowerDriver(IOService *controllingDriver, IOPMPowerState *powerStates,
                                       unsigned long numberOfStates);
  // A driver overrides it to bring the device into a state. On a thread call, without any gate.
  // Returns kIOPMAckImplied if the device is in that state, or the number of microseconds within
  // which acknowledgeSetPowerState() will be called; power management waits for at least ten
  // seconds. (LC-17, LC-18)
  virtual IOReturn setPowerState(unsigned long powerStateOrdinal, IOService *whatDevice);
  virtual IOReturn acknowledgeSetPowerState();
  // Ask for a state on behalf of the device's users (the first two; makeUsable asks for the
  // highest) or of its driver; the higher request counts. kIOPMNotYetInitialized before PMinit,
  // IOPMParameterError if there is no such state.
  virtual IOReturn makeUsable();
  virtual IOReturn changePowerStateTo(unsigned long ordinal);
  IOReturn changePowerStateToPriv(unsigned long ordinal);
  UInt32 getPowerState();
  // Adds or removes a driver (retained) whose powerState…ChangeTo is called before and after each
  // change of this service. Returns the capabilities of the current state.
  virtual IOPMPowerFlags registerInterestedDriver(IOService *driver);
  virtual IOReturn deRegisterInterestedDriver(IOService *driver);
  virtual IOReturn powerStateWillChangeTo(IOPMPowerFlags capabilities, unsigned long stateNumber,
                                          IOService *whatDevice);
  virtual IOReturn powerStateDidChangeTo(IOPMPowerFlags capabilities, unsigned long stateNumber,
                                         IOService *whatDevice);
  // The state of the device when its driver registers. Default: the highest state that needs no
  // more than `domainState`.
  virtual unsigned long initialPowerStateForDomainState(IOPMPowerFlags domainState);
  // The root of the power plane; not retained.
  IOPMrootDomain *getPMRootDomain();

  // --- Termination; the table above says when and in which gate. (service.md 4)

  // Terminates the service and the services that live on it alone. Thread context, in or out of a
  // gate. Always true; nothing happens if the service is inactive already. With
  // kIOServiceSynchronous it returns when the service is no longer busy, or after 15 s (TD-24).
  virtual bool terminate(IOOptionBits options = 0);
  // Phase 1: whether this service, a client of `provider`, is a victim too. Default: if `provider`
  // is its only provider. (TD-27)
  virtual bool requestTerminate(IOService *provider, IOOptionBits options);
  // Phase 2a: `provider` is inactive and will go; a driver ends its I/O here. Must not sleep. The
  // result is ignored.
  virtual bool willTerminate(IOService *provider, IOOptionBits options);
  // Phase 2b: `provider` has told all its clients. A driver that is not done sets `*defer`, and
  // calls super::didTerminate with a false one later. The default has the client stopped now if it
  // does not have the provider open, else when it closes it. Must not sleep. (TD-12)
  virtual bool didTerminate(IOService *provider, IOOptionBits options, bool *defer);
  // Phase 1: makes `client` inactive. Default: client->terminate(options).
  virtual bool terminateClient(IOService *client, IOOptionBits options);
  // Phase 3: the last client has gone. The default has the service stopped for, and detached from,
  // the provider that survives; from all of them if it is not being terminated.
  virtual bool finalize(IOOptionBits options);

  // --- Programs. (service.md 5.1)

  // Makes a user client for a program that opens this service; `*handler` is +1. The default calls
  // the second form, which drivers override (default: kIOReturnUnsupported), and if that is
  // unsupported makes one of the class that the property IOUserClientClass names:
  // kIOReturnUnsupported without that property, kIOReturnBadArgument if initWithTask fails. On the
  // program's thread, without any gate. (TD-36)
  virtual IOReturn newUserClient(task_t owningTask, void *securityID, UInt32 type,
                                 OSDictionary *properties, IOUserClient **handler);
  virtual IOReturn newUserClient(task_t owningTask, void *securityID, UInt32 type,
                                 IOUserClient **handler);

  // --- Interrupts, by index among this nub's own. (workloop.md 5.3)
  //
  // Drivers use an IOInterruptEventSource instead, which calls these. Register, unregister and
  // getInterruptType: thread context; enable and disable: also from the handler. A registered
  // interrupt is disabled. kIOReturnNoInterrupt if there is no such index or it is not registered,
  // kIOReturnNoResources if the nub's properties name no controller or the vector is taken.

  virtual IOReturn registerInterrupt(int source, OSObject *target, IOInterruptAction handler,
                                     void *refCon = NULL);
  virtual IOReturn unregisterInterrupt(int source);
  virtual IOReturn getInterruptType(int source, int *interruptType);
  virtual IOReturn enableInterrupt(int source);
  virtual IOReturn disableInterrupt(int source);

  // The meaning of a kIOReturn… code as text, "unknown" for other codes. Any context.
  virtual const char *stringFromReturn(IOReturn code);

 private:
  // The only way to the private state; for drivers/service/.
  friend drydock::ServiceState &drydock::StateOf(const IOService *service);
  drydock::ServiceState fState;
};

// The resources of the platform, by name, as properties; a nub for drivers that have no hardware.
// (service.md 3.3)
class IOResources : public IOService {
  OSDeclareDefaultStructors(IOResources)

 public:
  // Whether the resources that the table's IOResourceMatch names, one or several, are published.
  virtual bool matchPropertyTable(OSDictionary *table) APPLE_KEXT_OVERRIDE;
};

#endif  // _IOKIT_IOSERVICE_H
