// IOKit/IOUserClient.h
//
// A user client: the kernel's end of a program's connection to a service. (service.md 5)
//
// A program opens a service (drivers/client/IOKitLib.h); the service makes a user client, which is
// attached to it like any other client. The program's calls come in through externalMethod, on the
// calling user thread, without any gate and any number at a time, unless the client asks for a lock
// (IOUserClientDefaultLocking).
//
// The life of a connection:
//
//   step                     thread            meaning
//   newUserClient, which     the program's     IOServiceOpen; a termination of the service waits
//   calls initWithTask,                        for the end of it (TD-36)
//   attach and start
//   externalMethod and       the program's     any number of calls at a time
//   its siblings
//   clientClose              the program's     IOServiceClose, or by way of clientDied the death of
//                                              the task; once. It usually calls terminate()
//   terminate, phase 1       any               the program's port is dead: later calls fail before
//                                              they reach the user client
//   the last call leaves     the program's     finalize and stop come only then (UC-9)
//   finalize, stop, detach   terminate thread  as for any service (IOService.h)
#ifndef _IOKIT_IOUSERCLIENT_H
#define _IOKIT_IOUSERCLIENT_H

#include <IOKit/IOLocks.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/IOService.h>
#include <IOKit/OSMessageNotification.h>
#include <kern/task.h>
#include <mach/port.h>

class IOUserClient;

namespace drydock {
UserClientState &StateOfClient(const IOUserClient *client);
}  // namespace drydock

enum {
  kIOUCTypeMask = 0x0000000f,
  kIOUCScalarIScalarO = 0,
  kIOUCScalarIStructO = 2,
  kIOUCStructIStructO = 3,
  kIOUCScalarIStructI = 4,

  kIOUCForegroundOnly = 0x00000010,
};

// A declared count or size that allows any.
#define kIOUCVariableStructureSize 0xffffffff

// An entry of the old tables of methods, as getTargetAndMethodForIndex returns it.
typedef IOReturn (IOService::*IOMethod)(void *p1, void *p2, void *p3, void *p4, void *p5, void *p6);

struct IOExternalMethod {
  IOService *object;
  IOMethod func;
  IOOptionBits flags;  // kIOUC…
  IOByteCount count0;  // of the input: scalars, or bytes
  IOByteCount count1;  // of the output; kIOUCScalarIStructI: of the input structure
};

// The arguments of a program's call, valid until the method returns. Inputs are copies. Outputs
// reach the program if the method returns kIOReturnSuccess; it may lower their counts.
enum {
  kIOExternalMethodArgumentsCurrentVersion = 2,
};

struct IOExternalMethodArguments {
  uint32_t version;

  uint32_t selector;

  // Of an asynchronous call; else 0. A method that will answer later copies the reference (memcpy).
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

// The same, for IOUserClient2022, which leaves the checks to dispatchExternalMethod.
struct IOExternalMethodArgumentsOpaque;

typedef IOReturn (*IOExternalMethodAction)(OSObject *target, void *reference,
                                           IOExternalMethodArguments *arguments);

// What a method takes; kIOUCVariableStructureSize allows any size. A call that does not fit fails
// with kIOReturnBadArgument before the method is called.
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
  const char *checkEntitlement;  // the caller needs it; null: none is needed
};

// The names clientHasPrivilege knows.
#define kIOClientPrivilegeAdministrator "root"
#define kIOClientPrivilegeLocalUser "local"

class IOUserClient : public IOService {
  OSDeclareAbstractStructors(IOUserClient)

 public:
  virtual bool init() override;
  virtual bool init(OSDictionary *dictionary) override;
  virtual void free() override;

  // Initialises the client for a program's task; `securityToken` is the task too, `properties` is
  // null. The first form calls the second. False makes the open fail with kIOReturnBadArgument.
  virtual bool initWithTask(task_t owningTask, void *securityToken, UInt32 type,
                            OSDictionary *properties);
  virtual bool initWithTask(task_t owningTask, void *securityToken, UInt32 type);

  // The program has closed the connection; called once. A driver overrides it to call terminate().
  // Default: kIOReturnUnsupported, and the client stays. On the closing thread, without any gate.
  virtual IOReturn clientClose();
  // The last right to the connection has gone: the task died or released the port. Default:
  // clientClose, unless that was called already.
  virtual IOReturn clientDied();

  // The service that IOConnectGetService returns; not retained. Default: null.
  virtual IOService *getService();

  // The program asks for messages of `type` at `port`. The first form calls the second, which is
  // kIOReturnUnsupported by default.
  virtual IOReturn registerNotificationPort(mach_port_t port, UInt32 type,
                                            io_user_reference_t refCon);
  virtual IOReturn registerNotificationPort(mach_port_t port, UInt32 type, UInt32 refCon);

  // The memory that the program asks to be mapped; `*memory` is +1. Default: kIOReturnUnsupported.
  virtual IOReturn clientMemoryForType(UInt32 type, IOOptionBits *options,
                                       IOMemoryDescriptor **memory);

  // A program's call, on its thread, without any gate. A subclass chooses `dispatch` by `selector`
  // and calls the default, which checks the sizes (kIOReturnBadArgument) and calls the function of
  // `dispatch` with `target` and `reference` (kIOReturnNoCompletion if it has none). Without
  // `dispatch` the default calls a method of the old tables (kIOReturnUnsupported if there is
  // none).
  virtual IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                  IOExternalMethodDispatch *dispatch = NULL,
                                  OSObject *target = NULL, void *reference = NULL);

  // The old way to find a method; not retained. The first form calls the second, which is null by
  // default.
  virtual IOExternalMethod *getTargetAndMethodForIndex(IOService **target, UInt32 index);
  virtual IOExternalMethod *getExternalMethodForIndex(UInt32 index);

  // Whether the task (the securityToken of initWithTask) has a privilege: kIOReturnSuccess,
  // kIOReturnNotPrivileged, or kIOReturnUnsupported for an unknown name.
  static IOReturn clientHasPrivilege(void *securityToken, const char *privilegeName);
  // The value of the task's entitlement, +1; null if it has none of that name.
  static OSPtr<OSObject> copyClientEntitlement(task_t task, const char *entitlement);

  // Fills a reference in: the port for the result, and the program's callback and refcon.
  static void setAsyncReference64(OSAsyncReference64 asyncRef, mach_port_t wakePort,
                                  mach_vm_address_t callback, io_user_reference_t refcon);
  // Sends the result of an asynchronous call with up to 16 arguments (more:
  // kIOReturnMessageTooLarge). With a reference without port nothing happens: kIOReturnSuccess. Any
  // thread; not in interrupt context.
  static IOReturn sendAsyncResult64(OSAsyncReference64 reference, IOReturn result,
                                    io_user_reference_t args[], UInt32 numArgs);
  // The driver will send no more results with the reference.
  static IOReturn releaseAsyncReference64(OSAsyncReference64 reference);
  static IOReturn releaseNotificationPort(mach_port_t port);

 private:
  // The only way to the private state; for drivers/service/.
  friend drydock::UserClientState &drydock::StateOfClient(const IOUserClient *client);
  drydock::UserClientState fClientState;

  IOReturn callLegacyMethod(uint32_t selector, IOExternalMethodArguments *arguments);
};

// The form of 2022: the client declares its locking (three properties, else the open fails with
// kIOReturnError), and each method what it allows.
class IOUserClient2022 : public IOUserClient {
  OSDeclareAbstractStructors(IOUserClient2022)

 public:
  virtual IOReturn externalMethod(uint32_t selector,
                                  IOExternalMethodArgumentsOpaque *arguments) = 0;

 protected:
  // Calls the function of the entry at `selector`. kIOReturnBadArgument if there is no entry, the
  // entry does not allow an asynchronous call, or sizes do not fit; kIOReturnNotPrivileged if the
  // caller lacks the entitlement.
  IOReturn dispatchExternalMethod(uint32_t selector, IOExternalMethodArgumentsOpaque *arguments,
                                  const IOExternalMethodDispatch2022 dispatchArray[],
                                  size_t dispatchArrayCount, OSObject *target, void *reference);

 private:
  virtual IOReturn externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                  IOExternalMethodDispatch *dispatch, OSObject *target,
                                  void *reference) override final;
};

#endif  // _IOKIT_IOUSERCLIENT_H
