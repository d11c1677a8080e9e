// IOKitLib on top of iokitmig.
#include "drivers/client/IOKitLib.h"

#include <cstring>

#include <IOKit/IOService.h>

#include "drivers/service/mach_port.h"
#include "drivers/service/owned.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/policy.h"

using drydock::Owned;

// --- Objects.

kern_return_t IOObjectRelease(io_object_t object) {
  return mach_port_deallocate(mach_task_self(), object);
}

kern_return_t IOObjectRetain(io_object_t object) {
  return mach_port_mod_refs(mach_task_self(), object, MACH_PORT_RIGHT_SEND, 1);
}

kern_return_t IOObjectGetClass(io_object_t object, io_name_t className) {
  return io_object_get_class(object, className);
}

boolean_t IOObjectConformsTo(io_object_t object, const io_name_t className) {
  boolean_t conforms = false;
  return io_object_conforms_to(object, className, &conforms) == kIOReturnSuccess && conforms;
}

boolean_t IOObjectIsEqualTo(io_object_t object, io_object_t anObject) {
  boolean_t equal = false;
  return io_object_is_equal_to(object, anObject, &equal) == kIOReturnSuccess && equal;
}

uint32_t IOObjectGetKernelRetainCount(io_object_t object) {
  uint32_t count = 0;
  io_object_get_retain_count(object, &count);
  return count;
}

io_object_t IOIteratorNext(io_iterator_t iterator) {
  io_object_t next = IO_OBJECT_NULL;
  return io_iterator_next(iterator, &next) == kIOReturnSuccess ? next : IO_OBJECT_NULL;
}

void IOIteratorReset(io_iterator_t iterator) { io_iterator_reset(iterator); }

boolean_t IOIteratorIsValid(io_iterator_t iterator) {
  boolean_t valid = false;
  return io_iterator_is_valid(iterator, &valid) == kIOReturnSuccess && valid;
}

// --- Finding services.

CFMutableDictionaryRef IOServiceMatching(const char *name) {
  return IOService::serviceMatching(name);
}

CFMutableDictionaryRef IOServiceNameMatching(const char *name) {
  return IOService::nameMatching(name);
}

CFMutableDictionaryRef IORegistryEntryIDMatching(uint64_t entryID) {
  return IOService::registryEntryIDMatching(entryID);
}

io_service_t IOServiceGetMatchingService(mach_port_t, CFDictionaryRef matching) {
  const auto consumed = Owned(matching);
  io_service_t service = IO_OBJECT_NULL;
  return io_service_get_matching_service(matching, &service) == kIOReturnSuccess ? service
                                                                                 : IO_OBJECT_NULL;
}

kern_return_t IOServiceGetMatchingServices(mach_port_t, CFDictionaryRef matching,
                                           io_iterator_t *existing) {
  const auto consumed = Owned(matching);
  return io_service_get_matching_services(matching, existing);
}

kern_return_t IOServiceMatchPropertyTable(io_service_t service, CFDictionaryRef matching,
                                          boolean_t *matches) {
  return io_service_match_property_table(service, matching, matches);
}

kern_return_t IOServiceGetBusyState(io_service_t service, uint32_t *busyState) {
  return io_service_get_busy_state(service, busyState);
}

kern_return_t IOServiceWaitQuiet(io_service_t service, mach_timespec_t *waitTime) {
  const mach_timespec_t for_ever = {0, -1};
  return io_service_wait_quiet(service, waitTime != nullptr ? *waitTime : for_ever);
}

// --- The registry.

io_registry_entry_t IORegistryGetRootEntry(mach_port_t) {
  io_registry_entry_t root = IO_OBJECT_NULL;
  io_registry_get_root_entry(&root);
  return root;
}

io_registry_entry_t IORegistryEntryFromPath(mach_port_t, const io_string_t path) {
  io_registry_entry_t entry = IO_OBJECT_NULL;
  io_registry_entry_from_path(path, &entry);
  return entry;
}

kern_return_t IORegistryCreateIterator(mach_port_t mainPort, const io_name_t plane,
                                       IOOptionBits options, io_iterator_t *iterator) {
  const io_registry_entry_t root = IORegistryGetRootEntry(mainPort);
  const kern_return_t result = IORegistryEntryCreateIterator(root, plane, options, iterator);
  IOObjectRelease(root);
  return result;
}

kern_return_t IORegistryEntryCreateIterator(io_registry_entry_t entry, const io_name_t plane,
                                            IOOptionBits options, io_iterator_t *iterator) {
  return io_registry_entry_create_iterator(entry, plane, options, iterator);
}

boolean_t IORegistryEntryInPlane(io_registry_entry_t entry, const io_name_t plane) {
  boolean_t in_plane = false;
  return io_registry_entry_in_plane(entry, plane, &in_plane) == kIOReturnSuccess && in_plane;
}

kern_return_t IORegistryEntryGetName(io_registry_entry_t entry, io_name_t name) {
  return io_registry_entry_get_name(entry, name);
}

kern_return_t IORegistryEntryGetLocationInPlane(io_registry_entry_t entry, const io_name_t plane,
                                                io_name_t location) {
  return io_registry_entry_get_location_in_plane(entry, plane, location);
}

kern_return_t IORegistryEntryGetPath(io_registry_entry_t entry, const io_name_t plane,
                                     io_string_t path) {
  return io_registry_entry_get_path(entry, plane, path);
}

kern_return_t IORegistryEntryGetRegistryEntryID(io_registry_entry_t entry, uint64_t *entryID) {
  return io_registry_entry_get_registry_entry_id(entry, entryID);
}

kern_return_t IORegistryEntryCreateCFProperties(io_registry_entry_t entry,
                                                CFMutableDictionaryRef *properties, CFAllocatorRef,
                                                IOOptionBits) {
  return io_registry_entry_get_properties(entry, properties);
}

CFTypeRef IORegistryEntryCreateCFProperty(io_registry_entry_t entry, CFStringRef key,
                                          CFAllocatorRef, IOOptionBits) {
  return IORegistryEntrySearchCFProperty(entry, kIOServicePlane, key, kCFAllocatorDefault, 0);
}

CFTypeRef IORegistryEntrySearchCFProperty(io_registry_entry_t entry, const io_name_t plane,
                                          CFStringRef key, CFAllocatorRef, IOOptionBits options) {
  OSObject *property = nullptr;
  io_registry_entry_get_property(entry, plane, key, options, &property);
  return property;
}

kern_return_t IORegistryEntrySetCFProperties(io_registry_entry_t entry, CFTypeRef properties) {
  return io_registry_entry_set_properties(entry, properties);
}

namespace {

// The first object of an iterator, which is released.
kern_return_t First(kern_return_t result, io_iterator_t iterator, io_registry_entry_t *entry) {
  if (result != kIOReturnSuccess) return result;
  *entry = IOIteratorNext(iterator);
  IOObjectRelease(iterator);
  return *entry != IO_OBJECT_NULL ? kIOReturnSuccess : kIOReturnNoDevice;
}

}  // namespace

kern_return_t IORegistryEntryGetChildIterator(io_registry_entry_t entry, const io_name_t plane,
                                              io_iterator_t *iterator) {
  return io_registry_entry_get_child_iterator(entry, plane, iterator);
}

kern_return_t IORegistryEntryGetChildEntry(io_registry_entry_t entry, const io_name_t plane,
                                           io_registry_entry_t *child) {
  io_iterator_t children = IO_OBJECT_NULL;
  const kern_return_t result = IORegistryEntryGetChildIterator(entry, plane, &children);
  return First(result, children, child);
}

kern_return_t IORegistryEntryGetParentIterator(io_registry_entry_t entry, const io_name_t plane,
                                               io_iterator_t *iterator) {
  return io_registry_entry_get_parent_iterator(entry, plane, iterator);
}

kern_return_t IORegistryEntryGetParentEntry(io_registry_entry_t entry, const io_name_t plane,
                                            io_registry_entry_t *parent) {
  io_iterator_t parents = IO_OBJECT_NULL;
  const kern_return_t result = IORegistryEntryGetParentIterator(entry, plane, &parents);
  return First(result, parents, parent);
}

// --- Connections.

kern_return_t IOServiceOpen(io_service_t service, task_t owningTask, uint32_t type,
                            io_connect_t *connect) {
  return io_service_open_extended(service, owningTask, type, connect);
}

kern_return_t IOServiceClose(io_connect_t connect) {
  const kern_return_t result = io_service_close(connect);
  mach_port_deallocate(mach_task_self(), connect);
  return result;
}

kern_return_t IOConnectGetService(io_connect_t connect, io_service_t *service) {
  return io_connect_get_service(connect, service);
}

kern_return_t IOConnectSetCFProperties(io_connect_t connect, CFTypeRef properties) {
  return io_connect_set_properties(connect, properties);
}

kern_return_t IOConnectSetNotificationPort(io_connect_t connect, uint32_t type, mach_port_t port,
                                           uintptr_t reference) {
  return io_connect_set_notification_port_64(connect, type, port, reference);
}

kern_return_t IOConnectMapMemory64(io_connect_t connect, uint32_t memoryType, task_t intoTask,
                                   mach_vm_address_t *atAddress, mach_vm_size_t *ofSize,
                                   IOOptionBits options) {
  return io_connect_map_memory_into_task(connect, memoryType, intoTask, atAddress, ofSize, options);
}

kern_return_t IOConnectUnmapMemory64(io_connect_t connect, uint32_t memoryType, task_t fromTask,
                                     mach_vm_address_t atAddress) {
  return io_connect_unmap_memory_from_task(connect, memoryType, fromTask, atAddress);
}

kern_return_t IOConnectCallMethod(io_connect_t connection, uint32_t selector, const uint64_t *input,
                                  uint32_t inputCnt, const void *inputStruct, size_t inputStructCnt,
                                  uint64_t *output, uint32_t *outputCnt, void *outputStruct,
                                  size_t *outputStructCnt) {
  return IOConnectCallAsyncMethod(connection, selector, MACH_PORT_NULL, nullptr, 0, input, inputCnt,
                                  inputStruct, inputStructCnt, output, outputCnt, outputStruct,
                                  outputStructCnt);
}

kern_return_t IOConnectCallScalarMethod(io_connect_t connection, uint32_t selector,
                                        const uint64_t *input, uint32_t inputCnt, uint64_t *output,
                                        uint32_t *outputCnt) {
  return IOConnectCallMethod(connection, selector, input, inputCnt, nullptr, 0, output, outputCnt,
                             nullptr, nullptr);
}

kern_return_t IOConnectCallStructMethod(io_connect_t connection, uint32_t selector,
                                        const void *inputStruct, size_t inputStructCnt,
                                        void *outputStruct, size_t *outputStructCnt) {
  return IOConnectCallMethod(connection, selector, nullptr, 0, inputStruct, inputStructCnt, nullptr,
                             nullptr, outputStruct, outputStructCnt);
}

kern_return_t IOConnectCallAsyncMethod(io_connect_t connection, uint32_t selector,
                                       mach_port_t wakePort, uint64_t *reference,
                                       uint32_t referenceCnt, const uint64_t *input,
                                       uint32_t inputCnt, const void *inputStruct,
                                       size_t inputStructCnt, uint64_t *output, uint32_t *outputCnt,
                                       void *outputStruct, size_t *outputStructCnt) {
  io_connect_call call = {.selector = selector,
                          .wakePort = wakePort,
                          .reference = reference,
                          .referenceCount = referenceCnt,
                          .scalarInput = input,
                          .scalarInputCount = inputCnt,
                          .structureInput = inputStruct,
                          .structureInputSize = inputStructCnt,
                          .scalarOutput = output,
                          .scalarOutputCount = outputCnt != nullptr ? *outputCnt : 0,
                          .structureOutput = outputStruct,
                          .structureOutputSize = outputStructCnt != nullptr ? *outputStructCnt : 0};
  const kern_return_t result = io_connect_method(connection, &call);
  if (outputCnt != nullptr) *outputCnt = call.scalarOutputCount;
  if (outputStructCnt != nullptr) *outputStructCnt = call.structureOutputSize;
  return result;
}

kern_return_t IOConnectCallAsyncScalarMethod(io_connect_t connection, uint32_t selector,
                                             mach_port_t wakePort, uint64_t *reference,
                                             uint32_t referenceCnt, const uint64_t *input,
                                             uint32_t inputCnt, uint64_t *output,
                                             uint32_t *outputCnt) {
  return IOConnectCallAsyncMethod(connection, selector, wakePort, reference, referenceCnt, input,
                                  inputCnt, nullptr, 0, output, outputCnt, nullptr, nullptr);
}

kern_return_t IOConnectCallAsyncStructMethod(io_connect_t connection, uint32_t selector,
                                             mach_port_t wakePort, uint64_t *reference,
                                             uint32_t referenceCnt, const void *inputStruct,
                                             size_t inputStructCnt, void *outputStruct,
                                             size_t *outputStructCnt) {
  return IOConnectCallAsyncMethod(connection, selector, wakePort, reference, referenceCnt, nullptr,
                                  0, inputStruct, inputStructCnt, nullptr, nullptr, outputStruct,
                                  outputStructCnt);
}

// --- Notifications. A notification port is just its Mach port here.

IONotificationPortRef IONotificationPortCreate(mach_port_t) {
  return reinterpret_cast<IONotificationPortRef>(static_cast<uintptr_t>(mach_reply_port()));
}

void IONotificationPortDestroy(IONotificationPortRef notify) {
  mach_port_deallocate(mach_task_self(), IONotificationPortGetMachPort(notify));
}

mach_port_t IONotificationPortGetMachPort(IONotificationPortRef notify) {
  return static_cast<mach_port_t>(reinterpret_cast<uintptr_t>(notify));
}

namespace {

template <typename Callback>
void MakeReference(Callback callback, void *refCon, OSAsyncReference64 reference) {
  std::memset(reference, 0, sizeof(OSAsyncReference64));
  reference[kIOAsyncCalloutFuncIndex] = reinterpret_cast<uintptr_t>(callback);
  reference[kIOAsyncCalloutRefconIndex] = reinterpret_cast<uintptr_t>(refCon);
}

void *Argument(io_user_reference_t argument) {
  return reinterpret_cast<void *>(static_cast<uintptr_t>(argument));
}

}  // namespace

kern_return_t IOServiceAddMatchingNotification(IONotificationPortRef notifyPort,
                                               const char *notificationType,
                                               CFDictionaryRef matching,
                                               IOServiceMatchingCallback callback, void *refCon,
                                               io_iterator_t *notification) {
  const auto consumed = Owned(matching);
  OSAsyncReference64 reference;
  MakeReference(callback, refCon, reference);
  return io_service_add_notification_64(notificationType, matching,
                                        IONotificationPortGetMachPort(notifyPort), reference,
                                        kOSAsyncRef64Count, notification);
}

kern_return_t IOServiceAddInterestNotification(IONotificationPortRef notifyPort,
                                               io_service_t service, const char *interestType,
                                               IOServiceInterestCallback callback, void *refCon,
                                               io_object_t *notification) {
  OSAsyncReference64 reference;
  MakeReference(callback, refCon, reference);
  return io_service_add_interest_notification_64(service, interestType,
                                                 IONotificationPortGetMachPort(notifyPort),
                                                 reference, kOSAsyncRef64Count, notification);
}

namespace drydock {
namespace {

void CallAsyncCallback(const PortMessage &message, uintptr_t callback, void *refcon) {
  void *arguments[kMaxAsyncArgs];
  for (uint32_t i = 0; i < message.count; ++i) arguments[i] = Argument(message.arguments[i]);
  switch (message.count) {
    case 0:
      return reinterpret_cast<IOAsyncCallback0>(callback)(refcon, message.result);
    case 1:
      return reinterpret_cast<IOAsyncCallback1>(callback)(refcon, message.result, arguments[0]);
    case 2:
      return reinterpret_cast<IOAsyncCallback2>(callback)(refcon, message.result, arguments[0],
                                                          arguments[1]);
    default:
      return reinterpret_cast<IOAsyncCallback>(callback)(refcon, message.result, arguments,
                                                         message.count);
  }
}

}  // namespace

mach_msg_return_t ReceiveNotification(mach_port_t port, kernel::Time timeout) {
  PortMessage message;
  const bool user_mode = kernel::SetUserMode(false);
  const kernel::Time deadline =
      timeout == ~kernel::Time{0} ? 0 : kernel::SaturatingAdd(kernel::Now(), timeout);
  const mach_msg_return_t result = PortReceive(port, current_task(), deadline, &message);
  if (user_mode) kernel::SetUserMode(true);
  if (result != MACH_MSG_SUCCESS) return result;

  const auto callback = static_cast<uintptr_t>(message.reference[kIOAsyncCalloutFuncIndex]);
  void *refcon = Argument(message.reference[kIOAsyncCalloutRefconIndex]);
  if (callback == 0) return result;
  switch (message.type) {
    case kIOAsyncCompletionNotificationType:
      CallAsyncCallback(message, callback, refcon);
      break;
    case kIOServiceMessageNotificationType:
      reinterpret_cast<IOServiceInterestCallback>(callback)(refcon, message.from,
                                                            static_cast<uint32_t>(message.result),
                                                            Argument(message.arguments[0]));
      break;
    default:
      reinterpret_cast<IOServiceMatchingCallback>(callback)(refcon, message.from);
      break;
  }
  return result;
}

}  // namespace drydock
