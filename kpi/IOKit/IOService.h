// IOKit/IOService.h
//
// A service: a nub or driver in the registry. Its life is attach, probe, start; stop, detach.
// (service.md 3, 4)
//
// Termination in one paragraph. terminate() makes the service and everything that lives on it alone
// inactive, on the caller's thread, and returns. The termination thread then tells clients that
// their provider will go (willTerminate, from the provider down) and, when all have heard it, that
// it did go (didTerminate, from the leaves up). A client that has its provider open by then parks
// its branch until it calls close(). Last, leaves first, each object is finalized, stopped in its
// provider's gate, closed if need be, and detached.
#ifndef _IOKIT_IOSERVICE_H
#define _IOKIT_IOSERVICE_H

#include <atomic>

#include <IOKit/IOInterrupts.h>
#include <IOKit/IOLib.h>
#include <IOKit/IOMessage.h>
#include <IOKit/IORegistryEntry.h>
#include <IOKit/pwr_mgt/IOPM.h>
#include <kern/task.h>

class IOInterruptController;
class IONotifier;
class IOPMrootDomain;
class IOUserClient;
struct IOPMPowerState;
class IOWorkLoop;

namespace drydock {
class BusyChange;
class Instances;
class Matching;
class Notifications;
class Power;
class Termination;
class UserCalls;
}  // namespace drydock

// Options of terminate, open, registerService. (service.md 0.3)
enum {
  kIOServiceExclusive = 0x00000001,
  kIOServiceRequired = 0x00000001,
  kIOServiceSynchronous = 0x00000002,
  kIOServiceTerminate = 0x00000004,
  kIOServiceAsynchronous = 0x00000008,
  kIOServiceTerminateWithRematch = 0x00000010,
  kIOServiceSeize = 0x00000001,
};

// What getState tells. (service.md 0.4)
enum {
  kIOServiceInactiveState = 0x00000001,
  kIOServiceRegisteredState = 0x00000002,
  kIOServiceMatchedState = 0x00000004,
  kIOServiceFirstPublishState = 0x00000008,
  kIOServiceFirstMatchState = 0x00000010,
};

// The kinds of addMatchingNotification, set while a platform is booted. (service.md 3.7)
extern const OSSymbol *gIOPublishNotification;        // registerService: each time
extern const OSSymbol *gIOFirstPublishNotification;   // registerService: the first time
extern const OSSymbol *gIOMatchedNotification;        // drivers were started: each time
extern const OSSymbol *gIOFirstMatchNotification;     // drivers were started: the first time
extern const OSSymbol *gIOTerminatedNotification;     // on the thread that calls terminate()
extern const OSSymbol *gIOWillTerminateNotification;  // on the termination thread

// The kinds of registerInterest. (service.md 3.9)
extern const OSSymbol *gIOGeneralInterest;
extern const OSSymbol *gIOBusyInterest;
extern const OSSymbol *gIOAppPowerStateInterest;
extern const OSSymbol *gIOPriorityPowerStateInterest;

// Told of a service; what it returns is of no interest.
typedef bool (*IOServiceMatchingNotificationHandler)(void *target, void *refCon,
                                                     IOService *newService, IONotifier *notifier);
// Told of a message of the service `provider`.
typedef IOReturn (*IOServiceInterestHandler)(void *target, void *refCon, UInt32 messageType,
                                             IOService *provider, void *messageArgument,
                                             vm_size_t argSize);

class IOService : public IORegistryEntry {
  OSDeclareDefaultStructors(IOService)

 public:
  virtual bool init(OSDictionary *dictionary = NULL) APPLE_KEXT_OVERRIDE;
  virtual void free() APPLE_KEXT_OVERRIDE;

  // --- Life. start and probe are called on matching threads, without any gate.

  // Links the service below its provider. False if the provider is inactive (MT-25).
  virtual bool attach(IOService *provider);
  virtual void detach(IOService *provider);
  // Null declines. The returned service (usually this) is a candidate with *score.
  virtual IOService *probe(IOService *provider, SInt32 *score);
  virtual bool start(IOService *provider);
  virtual void stop(IOService *provider);

  UInt32 getState() const { return fState; }
  bool isInactive() const;

  // The first parent in the service plane, unless that is the registry root; not retained.
  virtual IOService *getProvider() const;
  virtual IOService *getClient() const;
  // The nearest work loop up the provider chain; null if there is none. (RG-7, RG-8)
  virtual IOWorkLoop *getWorkLoop() const;

  OSPtr<OSIterator> getClientIterator() const { return getChildIterator(gIOServicePlane); }
  OSPtr<OSIterator> getProviderIterator() const { return getParentIterator(gIOServicePlane); }

  // --- Matching.

  // Publishes the service and finds drivers for it: on a matching thread, or before it returns with
  // kIOServiceSynchronous. Nothing happens if it is inactive or not below the root. (MT-18, MT-19)
  virtual void registerService(IOOptionBits options = 0);
  // The family's own matching of a personality; may change *score. Default: true.
  virtual bool matchPropertyTable(OSDictionary *table, SInt32 *score);
  virtual bool matchPropertyTable(OSDictionary *table);
  // Whether `matching` does not name `key`, or names a value equal to this service's. (MT-15)
  virtual bool compareProperty(OSDictionary *matching, const char *key);

  // A new matching dictionary (+1), or `table` with the key added.
  static OSPtr<OSDictionary> serviceMatching(const char *className, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> nameMatching(const char *name, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> propertyMatching(const OSSymbol *key, const OSObject *value,
                                              OSDictionary *table = NULL);
  static OSPtr<OSDictionary> resourceMatching(const char *name, OSDictionary *table = NULL);
  static OSPtr<OSDictionary> registryEntryIDMatching(uint64_t entryID, OSDictionary *table = NULL);

  // Says that something is there which drivers wait for by IOResourceMatch: a property of the
  // resources service, true unless `value` says more, which is then registered again. (MT-16)
  static void publishResource(const OSSymbol *key, OSObject *value = NULL);
  static void publishResource(const char *key, OSObject *value = NULL);
  // The resources service; not retained.
  static IOService *getResourceService();
  // Called in each round of matching, before drivers are tried. Default: kIOReturnSuccess.
  virtual IOReturn getResources();

  // --- Finding services. A dictionary describes services by class, name, properties, …
  // (service.md 3.3).

  // Calls the handler for the services there are, unless it is a kind of terminating, before it
  // returns, and then for all that come. Handlers are called without locks, of higher priority
  // first. Null if the handler removed its notifier at once; remove() it when done. (MT-21 to
  // MT-23)
  static IONotifier *addMatchingNotification(const OSSymbol *type, OSDictionary *matching,
                                             IOServiceMatchingNotificationHandler handler,
                                             void *target, void *ref = NULL, SInt32 priority = 0);
  // Waits for a service whose matching is finished; +1, or null after `timeout` ns. (MT-20)
  static OSPtr<IOService> waitForMatchingService(OSDictionary *matching,
                                                 uint64_t timeout = UINT64_MAX);
  // The active registered services there are, oldest first: the first (+1, or null), and an
  // iterator over all.
  static OSPtr<IOService> copyMatchingService(OSDictionary *matching);
  static OSPtr<OSIterator> getMatchingServices(OSDictionary *matching);

  // Calls the handler with this service's messages of one kind. Null if the service is inactive or
  // there is no such kind.
  virtual IONotifier *registerInterest(const OSSymbol *type, IOServiceInterestHandler handler,
                                       void *target, void *ref = NULL);

  // --- Open and close. (service.md 3.8)

  virtual bool open(IOService *forClient, IOOptionBits options = 0, void *arg = NULL);
  virtual void close(IOService *forClient, IOOptionBits options = 0);
  virtual bool isOpen(const IOService *forClient = NULL) const;
  // Called with the arbitration lock held.
  virtual bool handleOpen(IOService *forClient, IOOptionBits options, void *arg);
  virtual void handleClose(IOService *forClient, IOOptionBits options);
  virtual bool handleIsOpen(const IOService *forClient) const;

  // The service's own recursive lock, held while its state changes. May block.
  virtual bool lockForArbitration(bool isSuccessRequired = true);
  virtual void unlockForArbitration();

  // --- Messages. (service.md 3.9) A client is a service or a notifier of registerInterest.

  virtual IOReturn message(UInt32 type, IOService *provider, void *argument = NULL);
  virtual IOReturn messageClient(UInt32 type, OSObject *client, void *argument = NULL,
                                 vm_size_t argSize = 0);
  virtual IOReturn messageClients(UInt32 type, void *argument = NULL, vm_size_t argSize = 0);

  // --- Busy. (service.md 3.10)

  virtual UInt32 getBusyState();
  virtual void adjustBusy(SInt32 delta);
  // Waits until the service and all below it are not busy, for at most `timeout` ns:
  // kIOReturnTimeout.
  IOReturn waitQuiet(uint64_t timeout = UINT64_MAX);

  // --- Power. (service.md 3.11) A driver's sequence in start is PMinit(),
  // provider->joinPMtree(this), registerPowerDriver(…), and PMstop() in stop. No lock or gate of
  // power management is held while a driver is called, nor may it hold one that its own
  // setPowerState needs when it calls PMstop.

  virtual void PMinit();
  // Waits for running power calls, lets there be no more, and leaves the power plane.
  virtual void PMstop();
  // Puts `driver` below the nearest of this service and its providers that takes part.
  virtual void joinPMtree(IOService *driver);
  // Says which power states there are, lowest first, and who changes them, which is called at once
  // for the state the device starts in. kIOPMNotYetInitialized before PMinit, kIOReturnBadArgument
  // for less than two states; a second time it does nothing. (LC-16)
  virtual IOReturn registerPowerDriver(IOService *controllingDriver, IOPMPowerState *powerStates,
                                       unsigned long numberOfStates);
  // Override: brings the device into a state. On a thread call, without any gate. Returns
  // kIOPMAckImplied if it is there, or within how many microseconds acknowledgeSetPowerState() will
  // say so; power management waits ten seconds at least. (LC-17, LC-18)
  virtual IOReturn setPowerState(unsigned long powerStateOrdinal, IOService *whatDevice);
  virtual IOReturn acknowledgeSetPowerState();
  // Ask for a state: the device's users, its driver; the higher counts. makeUsable asks for the
  // highest.
  virtual IOReturn makeUsable();
  virtual IOReturn changePowerStateTo(unsigned long ordinal);
  IOReturn changePowerStateToPriv(unsigned long ordinal);
  UInt32 getPowerState();
  // Who is told of this service's changes, before and after; it returns what the device can do now.
  virtual IOPMPowerFlags registerInterestedDriver(IOService *driver);
  virtual IOReturn deRegisterInterestedDriver(IOService *driver);
  virtual IOReturn powerStateWillChangeTo(IOPMPowerFlags capabilities, unsigned long stateNumber,
                                          IOService *whatDevice);
  virtual IOReturn powerStateDidChangeTo(IOPMPowerFlags capabilities, unsigned long stateNumber,
                                         IOService *whatDevice);
  // The state the device is in when it is registered. Default: the highest that needs no more than
  // its parent gives.
  virtual unsigned long initialPowerStateForDomainState(IOPMPowerFlags domainState);
  // The root of the power plane; not retained.
  IOPMrootDomain *getPMRootDomain();

  // --- Termination. (service.md 4)

  virtual bool terminate(IOOptionBits options = 0);
  virtual bool requestTerminate(IOService *provider, IOOptionBits options);
  virtual bool willTerminate(IOService *provider, IOOptionBits options);
  virtual bool didTerminate(IOService *provider, IOOptionBits options, bool *defer);
  virtual bool terminateClient(IOService *client, IOOptionBits options);
  // Default: has this service stopped for, and detached from, the provider that survives its
  // termination; from all of them if it is not being terminated.
  virtual bool finalize(IOOptionBits options);

  // --- Programs. (service.md 5.1)

  // Makes a user client for a program that opens this service; `*handler` is +1. The default asks
  // the second form, which drivers override (kIOReturnUnsupported by default), and then makes one
  // of the class that the property IOUserClientClass names. On the program's thread, ungated.
  virtual IOReturn newUserClient(task_t owningTask, void *securityID, UInt32 type,
                                 OSDictionary *properties, IOUserClient **handler);
  virtual IOReturn newUserClient(task_t owningTask, void *securityID, UInt32 type,
                                 IOUserClient **handler);

  // --- Interrupts, by index among this nub's own. (workloop.md 5.3)

  virtual IOReturn registerInterrupt(int source, OSObject *target, IOInterruptAction handler,
                                     void *refCon = NULL);
  virtual IOReturn unregisterInterrupt(int source);
  virtual IOReturn getInterruptType(int source, int *interruptType);
  virtual IOReturn enableInterrupt(int source);
  virtual IOReturn disableInterrupt(int source);

  // The name of a kIOReturn… code, for people.
  virtual const char *stringFromReturn(IOReturn code);

 private:
  // Private half of the state. (service.md 0.4)
  enum {
    kSynchronous = 0x40000000,
    kConfig = 0x04000000,       // a matching job is pending or running
    kModuleStall = 0x20000000,  // busy until a driver's code is loaded
    kStart = 0x02000000,        // a user client being opened
    kTermPhase1 = 0x00400000,
    kTermPhase2 = 0x01000000,
    kTermPhase3 = 0x00800000,
    kFinalized = 0x00010000,
    kNeedConfig = 0x80000000,  // registered again while the job ran
    kRematchOnDetach = 0x00008000,
    kNeedWillTerminate = 0x00080000,  // a root victim that is itself told (TD-5)
    kJobBusy = 0x00020000,            // counted as busy for a matching job
    kClientsToldWill =
        0x00001000,  // what a provider accepts from now on it should not (service.md 9.3)
  };
  // Option bits of terminate.
  enum {
    kNeedWillTerminateOption = 0x00000100,
    kRecursing = 0x00100000,  // terminated as the client of a victim
  };

  friend class IOInterruptController;
  friend class drydock::BusyChange;
  friend class drydock::Instances;
  friend class drydock::Matching;
  friend class drydock::Notifications;
  friend class drydock::Power;
  friend class drydock::Termination;
  friend class drydock::UserCalls;

  bool has(UInt32 bits) const { return (fState2 & bits) != 0; }
  bool makeInactive(IOOptionBits options);
  bool isBelowRoot() const;
  // While a user client is being opened its provider's phase 2 waits. (service.md 4.5)
  void setTerminateDefer(IOService *provider, bool defer);

  // Changed with the lock, looked at without.
  std::atomic<UInt32> fState;
  std::atomic<UInt32> fState2;
  std::atomic<UInt32> fBusy;
  OSObject *fOwner;        // who has it open; not retained
  OSArray *fInterests;     // the notifiers of registerInterest; null if there never was one
  drydock::Power *fPower;  // null before PMinit
  bool fListed;            // among the instances, where searches look
  IORecursiveLock *fArbitrationLock;
  // What registered sources were found to be: in interrupt context nothing can be looked up.
  // (workloop.md 5.3)
  struct InterruptSource {
    IOInterruptController *controller;  // not retained: controllers live as long as the platform
    SInt32 vector;
  };
  InterruptSource *fInterruptSources;
  int fInterruptSourceCount;
  bool resolveInterrupts();
  // The controller of a source; `resolve` as well if nothing was looked up yet (thread context
  // only).
  IOReturn lookupInterrupt(int source, bool resolve, IOInterruptController **controller);

  IOThread fPhase1Thread;  // who made it inactive, while kTermPhase1
  UInt32 fClientsOpening;  // that are in kStart
  bool fReachedSuper;      // its last stop or didTerminate has called super's
};

// The resources of the platform, by name, as properties; a nub for drivers that have no hardware.
// (service.md 3.3)
class IOResources : public IOService {
  OSDeclareDefaultStructors(IOResources)

 public:
  // Whether all that the table's IOResourceMatch names, one or several, is published.
  virtual bool matchPropertyTable(OSDictionary *table) APPLE_KEXT_OVERRIDE;
};

#endif  // _IOKIT_IOSERVICE_H
