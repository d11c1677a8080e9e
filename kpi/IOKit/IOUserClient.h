// IOKit/IOUserClient.h
//
// The kernel's end of a program's connection to a service. (service.md 5)
//
// A program opens a service (drivers/client/IOKitLib.h); the service makes a user client, which is
// attached to it like any other client. The program's calls come in through externalMethod, on the
// calling user thread, without any gate and any number at a time, unless the client asks for a lock
// (IOUserClientDefaultLocking).
//
//   life                     what ends it
//   initWithTask, attach,    IOServiceClose, or the task's death without it (clientDied):
//   clientClose start                    runs once, and usually terminates the client calls phase 1
//   of the termination makes the program's port a dead one: later
//                            calls fail before they reach the kernel's half
//   calls still inside       run to their end; finalize and stop come after the last (UC-9,
//   service.md 5.4)
#ifndef _IOKIT_IOUSERCLIENT_H
#define _IOKIT_IOUSERCLIENT_H

#include <IOKit/IOLocks.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/IOService.h>
#include <IOKit/OSMessageNotification.h>
#include <kern/task.h>
#include <mach/port.h>

namespace drydock {
class UserCalls;
}  // namespace drydock

enum {
  kIOUCTypeMask = 0x0000000f,
  kIOUCScalarIScalarO = 0,
  kIOUCScalarIStructO = 2,
  kIOUCStructIStructO = 3,
  kIOUCScalarIStructI = 4,

  kIOUCForegroundOnly = 0x00000010,
};

// A count that says: any.
#define kIOUCVariableStructureSize 0xffffffff

// An entry of the old tables of methods, which getTargetAndMethodForIndex hands out.
typedef IOReturn (IOService::*IOMethod)(void *p1, void *p2, void *p3, void *p4, void *p5, void *p6);

struct IOExternalMethod {
  IOService *object;
  IOMethod func;
  IOOptionBits flags;  // kIOUC…
  IOByteCount count0;  // of what goes in: scalars, or bytes
  IOByteCount count1;  // of what comes out; kIOUCScalarIStructI: bytes that go in
};

// What a program's call consists of. Inputs are copies; outputs reach the program if the method
// returns kIOReturnSuccess, as far as the counts, which the method may lower, say.
enum {
  kIOExternalMethodArgumentsCurrentVersion = 2,
};

struct IOExternalMethodArguments {
  uint32_t version;

  uint32_t selector;

  // Of an asynchronous call; else 0. The reference is copied with setAsyncReference64 or memcpy: it
  // is gone when the method returns.
  mach_port_t asyncWakePort;
  io_user_reference_t *asyncReference;
  uint32_t asyncReferenceCount;

  const uint64_t *scalarInput;
  uint32_t scalarInputCount;

  const void *structureInput;
  uint32_t structureInputSize;

  // A structure of more than 4096 bytes; structureInput is null then.
  IOMemoryDescriptor *structureInputDescriptor;

  uint64_t *scalarOutput;
  uint32_t scalarOutputCount;

  void *structureOutput;
  uint32_t structureOutputSize;

  IOMemoryDescriptor *structureOutputDescriptor;
  uint32_t structureOutputDescriptorSize;

  uint32_t __reservedA;

  // Not used: results of variable size need Core Foundation on the other side.
  OSObject **structureVariableOutputData;

  uint32_t __reserved[30];
};

// The same, for who leaves the checks to dispatchExternalMethod.
struct IOExternalMethodArgumentsOpaque;

typedef IOReturn (*IOExternalMethodAction)(OSObject *target, void *reference,
                                           IOExternalMethodArguments *arguments);

// What a method takes. Sizes that do not fit are refused before it is called.
struct IOExternalMethodDispatch {
  IOExternalMethodAction function;
  uint32_t checkScalarInputCount;
  uint32_t checkStructureInputSize;
  uint32_t checkScalarOutputCount;
  uint32_t checkStructureOutputSize;
};

struct IOExternalMethodDispatch2022 {
  IOExternalMethodAction function;
  uint32_t checkScalarInputCount;
  uint32_t checkStructureInputSize;
  uint32_t checkScalarOutputCount;
  uint32_t checkStructureOutputSize;
  uint8_t allowAsync;
  const char *checkEntitlement;  // null: everybody may
};

// What clientHasPrivilege can be asked for.
#define kIOClientPrivilegeAdministrator "root"
#define kIOClientPrivilegeLocalUser "local"

class IOUserClient : public IOService {
  OSDeclareAbstractStructors(IOUserClient)

 public:
  virtual bool init() override;
  virtual bool init(OSDictionary *dictionary) override;
  virtual void free() override;

  // For the program's task; `securityToken` is the task too. `properties` is null. The first calls
  // the second. False makes the open fail with kIOReturnBadArgument.
  virtual bool initWithTask(task_t owningTask, void *securityToken, UInt32 type,
                            OSDictionary *properties);
  virtual bool initWithTask(task_t owningTask, void *securityToken, UInt32 type);

  // The program has closed the connection; once. Default: kIOReturnUnsupported, and the client
  // stays. On the thread that closes, ungated.
  virtual IOReturn clientClose();
  // Nobody has the connection any more: its task died, or let go of the port. Default: clientClose,
  // unless that was called already.
  virtual IOReturn clientDied();

  // What IOConnectGetService tells. Default: null.
  virtual IOService *getService();

  // The program wants messages of `type` at `port`. Default: kIOReturnUnsupported. The first calls
  // the second.
  virtual IOReturn registerNotificationPort(mach_port_t port, UInt32 type,
                                            io_user_reference_t refCon);
  virtual IOReturn registerNotificationPort(mach_port_t port, UInt32 type, UInt32 refCon);

  // Memory that the program wants mapped; `*memory` is +1. Default: kIOReturnUnsupported.
  virtual IOReturn clientMemoryForType(UInt32 type, IOOptionBits *options,
                                       IOMemoryDescriptor **memory);

  // A program's call. The default does what `dispatch` says: refuses sizes that do not fit with
  // kIOReturnBadArgument and calls its function with `target` and `reference`
  // (kIOReturnNoCompletion if it has none). Without `dispatch` it looks for an old-style method
  // (kIOReturnUnsupported if there is none). Subclasses choose `dispatch` by selector and call it.
  virtual IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                  IOExternalMethodDispatch *dispatch = NULL,
                                  OSObject *target = NULL, void *reference = NULL);

  // The old way to find a method; the first calls the second. Default: null.
  virtual IOExternalMethod *getTargetAndMethodForIndex(IOService **target, UInt32 index);
  virtual IOExternalMethod *getExternalMethodForIndex(UInt32 index);

  // Whether the task (an initWithTask's securityToken) may: kIOReturnSuccess,
  // kIOReturnNotPrivileged, kIOReturnUnsupported for what nobody knows.
  static IOReturn clientHasPrivilege(void *securityToken, const char *privilegeName);
  // The value of the task's entitlement, +1; null if it has none of that name.
  static OSPtr<OSObject> copyClientEntitlement(task_t task, const char *entitlement);

  // Writes what an asynchronous result will need: where to, and whose.
  static void setAsyncReference64(OSAsyncReference64 asyncRef, mach_port_t wakePort,
                                  mach_vm_address_t callback, io_user_reference_t refcon);
  // Sends the result of an asynchronous call, with at most 16 arguments (kIOReturnMessageTooLarge).
  // A reference without port is kIOReturnSuccess, and nothing happens. Any thread.
  static IOReturn sendAsyncResult64(OSAsyncReference64 reference, IOReturn result,
                                    io_user_reference_t args[], UInt32 numArgs);
  // Says that no more results will be sent there.
  static IOReturn releaseAsyncReference64(OSAsyncReference64 reference);
  static IOReturn releaseNotificationPort(mach_port_t port);

 private:
  friend class drydock::UserCalls;

  IOReturn callLegacyMethod(uint32_t selector, IOExternalMethodArguments *arguments);

  task_t fTask;
  volatile UInt8 fClosed;  // clientClose was called
  // Calls inside, and whether the finalization waits for the last of them. Protected by the lock
  // over ports: a call is counted in the step that finds the port alive.
  UInt32 fCallsInside;
  bool fFinalizeAfterCalls;
  OSArray *fMappings;  // what the program has mapped; null before the first
  // IOUserClientDefaultLocking: held shared during calls, exclusive if single-threaded.
  IORWLock *fCallLock;
  bool fSingleThreaded;
};

// The form of 2022: it must declare its locking, and every method what it allows.
class IOUserClient2022 : public IOUserClient {
  OSDeclareAbstractStructors(IOUserClient2022)

 public:
  virtual IOReturn externalMethod(uint32_t selector,
                                  IOExternalMethodArgumentsOpaque *arguments) = 0;

 protected:
  // Does what the entry at `selector` says: kIOReturnBadArgument if there is none, it does not
  // allow an asynchronous call, or sizes do not fit; kIOReturnNotPrivileged if the caller lacks its
  // entitlement.
  IOReturn dispatchExternalMethod(uint32_t selector, IOExternalMethodArgumentsOpaque *arguments,
                                  const IOExternalMethodDispatch2022 dispatchArray[],
                                  size_t dispatchArrayCount, OSObject *target, void *reference);

 private:
  virtual IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                  IOExternalMethodDispatch *dispatch, OSObject *target,
                                  void *reference) override final;
};

#endif  // _IOKIT_IOUSERCLIENT_H
