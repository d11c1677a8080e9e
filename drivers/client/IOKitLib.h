// drivers/client/IOKitLib.h
//
// IOKitLib of IOKit.framework, as far as the test of a driver needs it: a program finds services,
// opens connections and receives notifications with it. Names, arguments and results are Apple's.
//
// Core Foundation is not here. Its objects are replaced by libkern's: a CFMutableDictionaryRef is
// an OSDictionary *, a CFStringRef a C string, and CFRelease is release(). Instead of a run loop a
// program calls ReceiveNotification.
//
// Calls are made on a program's thread (drivers/client/user_task.h). iokitmig.h documents their
// errors.
#ifndef DRYDOCK_DRIVERS_CLIENT_IOKITLIB_H_
#define DRYDOCK_DRIVERS_CLIENT_IOKITLIB_H_

#include <IOKit/IOKitKeys.h>
#include <IOKit/IOMessage.h>

#include "drivers/client/iokitmig.h"
#include "scheduler/kernel/types.h"

#define IO_OBJECT_NULL ((io_object_t)0)

#define kIOMainPortDefault MACH_PORT_NULL
#define kIOMasterPortDefault MACH_PORT_NULL

#define mach_task_self() current_task()

typedef OSDictionary *CFMutableDictionaryRef;
typedef OSDictionary *CFDictionaryRef;
typedef OSObject *CFTypeRef;
typedef const char *CFStringRef;
typedef const void *CFAllocatorRef;
#define kCFAllocatorDefault ((CFAllocatorRef)0)
#define CFSTR(text) text

// --- Objects. The caller owns a right to each object a call returns, and releases it.

kern_return_t IOObjectRelease(io_object_t object);
kern_return_t IOObjectRetain(io_object_t object);
kern_return_t IOObjectGetClass(io_object_t object, io_name_t className);
boolean_t IOObjectConformsTo(io_object_t object, const io_name_t className);
boolean_t IOObjectIsEqualTo(io_object_t object, io_object_t anObject);
uint32_t IOObjectGetKernelRetainCount(io_object_t object);

// The next object, or 0 at the end.
io_object_t IOIteratorNext(io_iterator_t iterator);
void IOIteratorReset(io_iterator_t iterator);
boolean_t IOIteratorIsValid(io_iterator_t iterator);

// --- Finding services.

// A new matching dictionary; the calls below consume it.
CFMutableDictionaryRef IOServiceMatching(const char *name);
CFMutableDictionaryRef IOServiceNameMatching(const char *name);
CFMutableDictionaryRef IORegistryEntryIDMatching(uint64_t entryID);

io_service_t IOServiceGetMatchingService(mach_port_t mainPort, CFDictionaryRef matching);
kern_return_t IOServiceGetMatchingServices(mach_port_t mainPort, CFDictionaryRef matching,
                                           io_iterator_t *existing);
kern_return_t IOServiceMatchPropertyTable(io_service_t service, CFDictionaryRef matching,
                                          boolean_t *matches);
kern_return_t IOServiceGetBusyState(io_service_t service, uint32_t *busyState);
// Null waits for ever.
kern_return_t IOServiceWaitQuiet(io_service_t service, mach_timespec_t *waitTime);

// --- The registry.

io_registry_entry_t IORegistryGetRootEntry(mach_port_t mainPort);
// 0 if there is no such entry.
io_registry_entry_t IORegistryEntryFromPath(mach_port_t mainPort, const io_string_t path);
kern_return_t IORegistryCreateIterator(mach_port_t mainPort, const io_name_t plane,
                                       IOOptionBits options, io_iterator_t *iterator);
kern_return_t IORegistryEntryCreateIterator(io_registry_entry_t entry, const io_name_t plane,
                                            IOOptionBits options, io_iterator_t *iterator);
boolean_t IORegistryEntryInPlane(io_registry_entry_t entry, const io_name_t plane);
kern_return_t IORegistryEntryGetName(io_registry_entry_t entry, io_name_t name);
kern_return_t IORegistryEntryGetLocationInPlane(io_registry_entry_t entry, const io_name_t plane,
                                                io_name_t location);
kern_return_t IORegistryEntryGetPath(io_registry_entry_t entry, const io_name_t plane,
                                     io_string_t path);
kern_return_t IORegistryEntryGetRegistryEntryID(io_registry_entry_t entry, uint64_t *entryID);
kern_return_t IORegistryEntryCreateCFProperties(io_registry_entry_t entry,
                                                CFMutableDictionaryRef *properties,
                                                CFAllocatorRef allocator, IOOptionBits options);
CFTypeRef IORegistryEntryCreateCFProperty(io_registry_entry_t entry, CFStringRef key,
                                          CFAllocatorRef allocator, IOOptionBits options);
CFTypeRef IORegistryEntrySearchCFProperty(io_registry_entry_t entry, const io_name_t plane,
                                          CFStringRef key, CFAllocatorRef allocator,
                                          IOOptionBits options);
kern_return_t IORegistryEntrySetCFProperties(io_registry_entry_t entry, CFTypeRef properties);
kern_return_t IORegistryEntryGetChildIterator(io_registry_entry_t entry, const io_name_t plane,
                                              io_iterator_t *iterator);
kern_return_t IORegistryEntryGetChildEntry(io_registry_entry_t entry, const io_name_t plane,
                                           io_registry_entry_t *child);
kern_return_t IORegistryEntryGetParentIterator(io_registry_entry_t entry, const io_name_t plane,
                                               io_iterator_t *iterator);
kern_return_t IORegistryEntryGetParentEntry(io_registry_entry_t entry, const io_name_t plane,
                                            io_registry_entry_t *parent);

// --- Connections.

kern_return_t IOServiceOpen(io_service_t service, task_t owningTask, uint32_t type,
                            io_connect_t *connect);
// Closes the connection and releases the caller's right to its port.
kern_return_t IOServiceClose(io_connect_t connect);
kern_return_t IOConnectGetService(io_connect_t connect, io_service_t *service);
kern_return_t IOConnectSetCFProperties(io_connect_t connect, CFTypeRef properties);
kern_return_t IOConnectSetNotificationPort(io_connect_t connect, uint32_t type, mach_port_t port,
                                           uintptr_t reference);
kern_return_t IOConnectMapMemory64(io_connect_t connect, uint32_t memoryType, task_t intoTask,
                                   mach_vm_address_t *atAddress, mach_vm_size_t *ofSize,
                                   IOOptionBits options);
kern_return_t IOConnectUnmapMemory64(io_connect_t connect, uint32_t memoryType, task_t fromTask,
                                     mach_vm_address_t atAddress);

kern_return_t IOConnectCallMethod(io_connect_t connection, uint32_t selector, const uint64_t *input,
                                  uint32_t inputCnt, const void *inputStruct, size_t inputStructCnt,
                                  uint64_t *output, uint32_t *outputCnt, void *outputStruct,
                                  size_t *outputStructCnt);
kern_return_t IOConnectCallScalarMethod(io_connect_t connection, uint32_t selector,
                                        const uint64_t *input, uint32_t inputCnt, uint64_t *output,
                                        uint32_t *outputCnt);
kern_return_t IOConnectCallStructMethod(io_connect_t connection, uint32_t selector,
                                        const void *inputStruct, size_t inputStructCnt,
                                        void *outputStruct, size_t *outputStructCnt);

// The result arrives at `wakePort`. `reference` holds the callback, an IOAsyncCallback…, at
// kIOAsyncCalloutFuncIndex and its refcon at kIOAsyncCalloutRefconIndex.
kern_return_t IOConnectCallAsyncMethod(io_connect_t connection, uint32_t selector,
                                       mach_port_t wakePort, uint64_t *reference,
                                       uint32_t referenceCnt, const uint64_t *input,
                                       uint32_t inputCnt, const void *inputStruct,
                                       size_t inputStructCnt, uint64_t *output, uint32_t *outputCnt,
                                       void *outputStruct, size_t *outputStructCnt);
kern_return_t IOConnectCallAsyncScalarMethod(io_connect_t connection, uint32_t selector,
                                             mach_port_t wakePort, uint64_t *reference,
                                             uint32_t referenceCnt, const uint64_t *input,
                                             uint32_t inputCnt, uint64_t *output,
                                             uint32_t *outputCnt);
kern_return_t IOConnectCallAsyncStructMethod(io_connect_t connection, uint32_t selector,
                                             mach_port_t wakePort, uint64_t *reference,
                                             uint32_t referenceCnt, const void *inputStruct,
                                             size_t inputStructCnt, void *outputStruct,
                                             size_t *outputStructCnt);

// --- Notifications.

typedef struct IONotificationPort *IONotificationPortRef;

// The type of an asynchronous callback depends on the number of arguments of the result: 0, 1, 2,
// more.
typedef void (*IOAsyncCallback0)(void *refcon, IOReturn result);
typedef void (*IOAsyncCallback1)(void *refcon, IOReturn result, void *arg0);
typedef void (*IOAsyncCallback2)(void *refcon, IOReturn result, void *arg0, void *arg1);
typedef void (*IOAsyncCallback)(void *refcon, IOReturn result, void **args, uint32_t numArgs);
typedef void (*IOServiceMatchingCallback)(void *refcon, io_iterator_t iterator);
typedef void (*IOServiceInterestCallback)(void *refcon, io_service_t service, uint32_t messageType,
                                          void *messageArgument);

IONotificationPortRef IONotificationPortCreate(mach_port_t mainPort);
void IONotificationPortDestroy(IONotificationPortRef notify);
mach_port_t IONotificationPortGetMachPort(IONotificationPortRef notify);

// `*notification` is an iterator over the existing services. The program must exhaust it before the
// callback is called for new services, and again in the callback. Consumes `matching`.
kern_return_t IOServiceAddMatchingNotification(IONotificationPortRef notifyPort,
                                               const char *notificationType,
                                               CFDictionaryRef matching,
                                               IOServiceMatchingCallback callback, void *refCon,
                                               io_iterator_t *notification);
// The callback is called with the service's messages until `*notification` is released.
kern_return_t IOServiceAddInterestNotification(IONotificationPortRef notifyPort,
                                               io_service_t service, const char *interestType,
                                               IOServiceInterestCallback callback, void *refCon,
                                               io_object_t *notification);

namespace drydock {

// Receives one message at the port, as a program's run loop does, and calls its callback on the
// calling thread. MACH_RCV_TIMED_OUT after `timeout` ns without a message (~0: no timeout); other
// errors as PortReceive (drivers/service/mach_port.h).
mach_msg_return_t ReceiveNotification(mach_port_t port, kernel::Time timeout = ~kernel::Time{0});

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_CLIENT_IOKITLIB_H_
