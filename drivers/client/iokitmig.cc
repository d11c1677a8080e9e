// The kernel's end of a program's calls: checks rights, enters kernel mode, calls I/O Kit.
#include "drivers/client/iokitmig.h"

#include <algorithm>
#include <cstring>

#include <IOKit/IOUserClient.h>

#include "drivers/service/mach_port.h"
#include "drivers/service/owned.h"
#include "drivers/service/passive_matching.h"
#include "drivers/service/registry.h"
#include "drivers/service/user_calls.h"
#include "drivers/service/user_notification.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/policy.h"
#include "scheduler/kernel/trace.h"

using drydock::Owned;
using drydock::PortKind;
namespace user_calls = drydock::user_calls;
namespace kernel = drydock::kernel;
namespace trace = drydock::trace;

namespace {

constexpr size_t kMostScalars = 16;
constexpr size_t kMostInline = 4096;  // bytes; larger structures are memory descriptors

// The thread is in kernel mode for a scope; then in its former mode again.
class Trap {
 public:
  Trap() : user_(kernel::SetUserMode(false)) {}
  ~Trap() {
    if (user_) kernel::SetUserMode(true);
  }
  Trap(const Trap &) = delete;
  Trap &operator=(const Trap &) = delete;

 private:
  const bool user_;
};

// Calls `body` with the object of a port, if it is a T.
template <typename T, typename Body>
kern_return_t With(mach_port_t name, PortKind kind, Body body) {
  const Trap trap;
  const auto object = drydock::PortCopyObject(name, kind, current_task(), nullptr);
  if (object == nullptr) return MACH_SEND_INVALID_DEST;
  T *wanted = OSDynamicCast(T, object.get());
  return wanted != nullptr ? body(wanted) : kIOReturnBadArgument;
}

template <typename T, typename Body>
kern_return_t With(mach_port_t name, Body body) {
  return With<T>(name, PortKind::kObject, body);
}

// The same in a call into a user client.
template <typename Body>
kern_return_t WithConnection(mach_port_t name, Body body) {
  const Trap trap;
  const user_calls::Inside call(name, current_task());
  return call.client() != nullptr ? body(call.client()) : call.failure();
}

// Gives the program a port for an object, and releases the object.
io_object_t Give(OSObject *plus_one) {
  const auto object = Owned(plus_one);
  return drydock::PortGive(object.get(), PortKind::kObject, current_task());
}

// Copies text into an io_name_t, cut to its size.
void CopyName(const char *text, char *name) {
  std::strncpy(name, text, sizeof(io_name_t) - 1);
  name[sizeof(io_name_t) - 1] = '\0';
}

}  // namespace

// --- Objects.

kern_return_t io_object_get_class(io_object_t object, io_name_t className) {
  return With<OSObject>(object, [&](OSObject *it) {
    CopyName(it->getMetaClass()->getClassName(), className);
    return kIOReturnSuccess;
  });
}

kern_return_t io_object_conforms_to(io_object_t object, const char *className,
                                    boolean_t *conforms) {
  return With<OSObject>(object, [&](OSObject *it) {
    *conforms = it->metaCast(className) != nullptr;
    return kIOReturnSuccess;
  });
}

kern_return_t io_object_get_retain_count(io_object_t object, uint32_t *retainCount) {
  return With<OSObject>(object, [&](OSObject *it) {
    *retainCount = static_cast<uint32_t>(it->getRetainCount());
    return kIOReturnSuccess;
  });
}

kern_return_t io_object_is_equal_to(io_object_t object, io_object_t other, boolean_t *equal) {
  return With<OSObject>(object, [&](OSObject *) {
    *equal = object == other;  // an object has one port
    return kIOReturnSuccess;
  });
}

kern_return_t io_iterator_next(io_iterator_t iterator, io_object_t *object) {
  return With<OSIterator>(iterator, [&](OSIterator *it) {
    OSObject *next;
    if (auto *notification = OSDynamicCast(DrydockServiceNotification, it)) {
      next = notification->CopyNextObject();
    } else {
      const drydock::RegistryLock lock;  // a program may share an iterator among its threads
      next = it->getNextObject();
      if (next != nullptr) next->retain();
    }
    if (next == nullptr) return kIOReturnNoDevice;
    *object = Give(next);
    return kIOReturnSuccess;
  });
}

kern_return_t io_iterator_reset(io_iterator_t iterator) {
  return With<OSIterator>(iterator, [](OSIterator *it) {
    it->reset();
    return kIOReturnSuccess;
  });
}

kern_return_t io_iterator_is_valid(io_iterator_t iterator, boolean_t *valid) {
  return With<OSIterator>(iterator, [&](OSIterator *it) {
    *valid = it->isValid();
    return kIOReturnSuccess;
  });
}

// --- The registry.

kern_return_t io_registry_get_root_entry(io_registry_entry_t *root) {
  const Trap trap;
  IORegistryEntry *entry = IORegistryEntry::getRegistryRoot();
  entry->retain();
  *root = Give(entry);
  return kIOReturnSuccess;
}

kern_return_t io_registry_entry_from_path(const char *path, io_registry_entry_t *entry) {
  const Trap trap;
  IORegistryEntry *found = IORegistryEntry::fromPath(path);
  if (found == nullptr) return kIOReturnNotFound;
  *entry = Give(found);
  return kIOReturnSuccess;
}

kern_return_t io_registry_entry_in_plane(io_registry_entry_t entry, const char *plane,
                                         boolean_t *inPlane) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
    *inPlane = in != nullptr && it->inPlane(in);
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_get_registry_entry_id(io_registry_entry_t entry,
                                                      uint64_t *entryID) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    *entryID = it->getRegistryEntryID();
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_get_name(io_registry_entry_t entry, io_name_t name) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    CopyName(it->getName(), name);
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_get_location_in_plane(io_registry_entry_t entry, const char *plane,
                                                      io_name_t location) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    const char *text = it->getLocation(IORegistryEntry::getPlane(plane));
    if (text == nullptr) return kIOReturnNotFound;
    CopyName(text, location);
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_get_path(io_registry_entry_t entry, const char *plane,
                                         io_string_t path) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    int length = sizeof(io_string_t);
    const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
    return in != nullptr && it->getPath(path, &length, in) ? kIOReturnSuccess
                                                           : kIOReturnBadArgument;
  });
}

kern_return_t io_registry_entry_get_property(io_registry_entry_t entry, const char *plane,
                                             const char *key, IOOptionBits options,
                                             OSObject **property) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    OSObject *value;
    {
      const drydock::RegistryLock lock;
      const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
      value =
          in != nullptr && options != 0 ? it->getProperty(key, in, options) : it->getProperty(key);
      if (value != nullptr) value->retain();
    }
    *property = value;
    return value != nullptr ? kIOReturnSuccess : kIOReturnNotFound;
  });
}

kern_return_t io_registry_entry_get_properties(io_registry_entry_t entry,
                                               OSDictionary **properties) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    *properties = it->dictionaryWithProperties();
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_set_properties(io_registry_entry_t entry, OSObject *properties) {
  return With<IORegistryEntry>(entry,
                               [&](IORegistryEntry *it) { return it->setProperties(properties); });
}

kern_return_t io_registry_entry_get_child_iterator(io_registry_entry_t entry, const char *plane,
                                                   io_iterator_t *iterator) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
    if (in == nullptr) return kIOReturnBadArgument;
    *iterator = Give(it->getChildIterator(in));
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_get_parent_iterator(io_registry_entry_t entry, const char *plane,
                                                    io_iterator_t *iterator) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
    if (in == nullptr) return kIOReturnBadArgument;
    *iterator = Give(it->getParentIterator(in));
    return kIOReturnSuccess;
  });
}

kern_return_t io_registry_entry_create_iterator(io_registry_entry_t entry, const char *plane,
                                                IOOptionBits options, io_iterator_t *iterator) {
  return With<IORegistryEntry>(entry, [&](IORegistryEntry *it) {
    const IORegistryPlane *in = IORegistryEntry::getPlane(plane);
    if (in == nullptr) return kIOReturnBadArgument;
    *iterator = Give(IORegistryIterator::iterateOver(it, in, options));
    return kIOReturnSuccess;
  });
}

// --- Services.

kern_return_t io_service_match_property_table(io_service_t service, OSDictionary *matching,
                                              boolean_t *matches) {
  return With<IOService>(service, [&](IOService *it) {
    *matches = drydock::MatchesTable(it, matching);
    return kIOReturnSuccess;
  });
}

kern_return_t io_service_get_matching_service(OSDictionary *matching, io_service_t *service) {
  const Trap trap;
  IOService *found = IOService::copyMatchingService(matching);
  if (found == nullptr) return kIOReturnNotFound;
  *service = Give(found);
  return kIOReturnSuccess;
}

kern_return_t io_service_get_matching_services(OSDictionary *matching, io_iterator_t *existing) {
  const Trap trap;
  *existing = Give(IOService::getMatchingServices(matching));
  return kIOReturnSuccess;
}

kern_return_t io_service_get_state(io_service_t service, uint32_t *state) {
  return With<IOService>(service, [&](IOService *it) {
    *state = it->getState();
    return kIOReturnSuccess;
  });
}

kern_return_t io_service_get_busy_state(io_service_t service, uint32_t *busyState) {
  return With<IOService>(service, [&](IOService *it) {
    *busyState = it->getBusyState();
    return kIOReturnSuccess;
  });
}

kern_return_t io_service_wait_quiet(io_service_t service, mach_timespec_t wait_time) {
  return With<IOService>(service, [&](IOService *it) {
    const bool for_ever = wait_time.tv_sec == 0 && wait_time.tv_nsec == -1;
    return it->waitQuiet(for_ever ? UINT64_MAX
                                  : wait_time.tv_sec * NSEC_PER_SEC +
                                        static_cast<uint64_t>(wait_time.tv_nsec));
  });
}

kern_return_t io_service_add_notification_64(const char *type, OSDictionary *matching,
                                             mach_port_t port, io_user_reference_t *reference,
                                             uint32_t referenceCount, io_object_t *notification) {
  const Trap trap;
  const auto made = Owned(DrydockServiceNotification::Make(type));
  if (made == nullptr) return kIOReturnUnsupported;
  made->SetReceiver(port, reference, referenceCount);
  const mach_port_t name = drydock::PortGive(made.get(), PortKind::kObject, current_task());
  if (!made->Begin(matching, name)) {
    drydock::PortChangeRights(name, current_task(), -1);
    return kIOReturnBadArgument;
  }
  *notification = name;
  return kIOReturnSuccess;
}

kern_return_t io_service_add_interest_notification_64(io_service_t service, const char *type,
                                                      mach_port_t port,
                                                      io_user_reference_t *reference,
                                                      uint32_t referenceCount,
                                                      io_object_t *notification) {
  return With<IOService>(service, [&](IOService *it) {
    const auto made = Owned(DrydockMessageNotification::Make());
    made->SetReceiver(port, reference, referenceCount);
    if (!made->Begin(it, type, service)) return kIOReturnUnsupported;
    *notification = drydock::PortGive(made.get(), PortKind::kObject, current_task());
    return kIOReturnSuccess;
  });
}

// --- Connections.

kern_return_t io_service_open_extended(io_service_t service, task_t owningTask, uint32_t type,
                                       io_connect_t *connection) {
  return With<IOService>(
      service, [&](IOService *it) { return user_calls::Open(it, owningTask, type, connection); });
}

kern_return_t io_service_close(io_connect_t connection) {
  return WithConnection(connection, [](IOUserClient *client) {
    IOReturn result;
    if (user_calls::CloseOnce(client, &result) && result == kIOReturnUnsupported) {
      kernel::Advise(
          "user-client-stays", client->getName(),
          " does not override clientClose: its connection is closed, and it stays attached "
          "until its provider is terminated");
    }
    return kIOReturnSuccess;
  });
}

namespace {

// The kernel's copies of a call's inputs, and its buffers for the outputs. On the kernel heap,
// which is freed also when a run ends in a failure and drops the stacks.
struct CallCopy {
  uint64_t scalarInput[kMostScalars];
  uint64_t scalarOutput[kMostScalars];
  io_user_reference_t reference[kOSAsyncRef64Count];
  uint8_t structureInput[kMostInline];
  uint8_t structureOutput[kMostInline];
};

kern_return_t Call(IOUserClient *client, io_connect_call *call) {
  auto *copy = static_cast<CallCopy *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, sizeof(CallCopy), /*zero=*/false));
  OSSharedPtr<IOMemoryDescriptor> large_input, large_output;
  IOExternalMethodArguments arguments = {};
  arguments.version = kIOExternalMethodArgumentsCurrentVersion;
  arguments.selector = call->selector;
  if (call->wakePort != MACH_PORT_NULL) {
    arguments.asyncWakePort = call->wakePort;
    arguments.asyncReferenceCount = std::min<uint32_t>(call->referenceCount, kOSAsyncRef64Count);
    std::copy_n(call->reference, arguments.asyncReferenceCount, copy->reference);
    copy->reference[kIOAsyncReservedIndex] = call->wakePort;
    arguments.asyncReference = copy->reference;
  }
  std::copy_n(call->scalarInput, call->scalarInputCount, copy->scalarInput);
  arguments.scalarInput = copy->scalarInput;
  arguments.scalarInputCount = call->scalarInputCount;
  if (call->structureInputSize <= kMostInline) {
    std::copy_n(static_cast<const uint8_t *>(call->structureInput), call->structureInputSize,
                copy->structureInput);
    arguments.structureInput = copy->structureInput;
    arguments.structureInputSize = static_cast<uint32_t>(call->structureInputSize);
  } else {
    large_input = Owned(IOMemoryDescriptor::withAddress(const_cast<void *>(call->structureInput),
                                                        call->structureInputSize, kIODirectionOut));
    arguments.structureInputDescriptor = large_input.get();
  }
  arguments.scalarOutput = copy->scalarOutput;
  arguments.scalarOutputCount = call->scalarOutputCount;
  if (call->structureOutputSize <= kMostInline) {
    arguments.structureOutput = copy->structureOutput;
    arguments.structureOutputSize = static_cast<uint32_t>(call->structureOutputSize);
  } else {
    large_output = Owned(IOMemoryDescriptor::withAddress(
        call->structureOutput, call->structureOutputSize, kIODirectionIn));
    arguments.structureOutputDescriptor = large_output.get();
    arguments.structureOutputDescriptorSize = static_cast<uint32_t>(call->structureOutputSize);
  }

  if (trace::Observed(trace::EventKind::kClientCall)) {
    kernel::Trace(trace::EventKind::kClientCall, drydock::ObjectIdOf(client), 0, call->selector,
                  "externalMethod", trace::Intern(client->getName()));
  }
  const IOReturn result = user_calls::ExternalMethod(client, &arguments);
  kernel::Trace(trace::EventKind::kClientReturn, drydock::ObjectIdOf(client),
                static_cast<uint32_t>(result), arguments.structureOutputSize, "externalMethod");

  if (result == kIOReturnSuccess) {
    call->scalarOutputCount = std::min(arguments.scalarOutputCount, call->scalarOutputCount);
    std::copy_n(copy->scalarOutput, call->scalarOutputCount, call->scalarOutput);
    if (large_output != nullptr) {
      call->structureOutputSize =
          std::min<size_t>(arguments.structureOutputDescriptorSize, call->structureOutputSize);
    } else {
      call->structureOutputSize =
          std::min<size_t>(arguments.structureOutputSize, call->structureOutputSize);
      std::copy_n(copy->structureOutput, call->structureOutputSize,
                  static_cast<uint8_t *>(call->structureOutput));
    }
  }
  drydock::HeapFree(copy);
  return result;
}

}  // namespace

kern_return_t io_connect_method(io_connect_t connection, io_connect_call *call) {
  if (call->scalarInputCount > kMostScalars || call->scalarOutputCount > kMostScalars) {
    return MIG_ARRAY_TOO_LARGE;
  }
  return WithConnection(connection, [call](IOUserClient *client) { return Call(client, call); });
}

kern_return_t io_connect_get_service(io_connect_t connection, io_service_t *service) {
  return WithConnection(connection, [&](IOUserClient *client) {
    IOService *its = client->getService();
    if (its == nullptr) return kIOReturnUnsupported;
    *service = drydock::PortGive(its, PortKind::kObject, current_task());
    return kIOReturnSuccess;
  });
}

kern_return_t io_connect_set_properties(io_connect_t connection, OSObject *properties) {
  return WithConnection(connection,
                        [&](IOUserClient *client) { return client->setProperties(properties); });
}

kern_return_t io_connect_set_notification_port_64(io_connect_t connection, uint32_t type,
                                                  mach_port_t port, io_user_reference_t reference) {
  return WithConnection(connection, [&](IOUserClient *client) {
    return client->registerNotificationPort(port, type, reference);
  });
}

kern_return_t io_connect_map_memory_into_task(io_connect_t connection, uint32_t type, task_t,
                                              mach_vm_address_t *address, mach_vm_size_t *size,
                                              IOOptionBits flags) {
  return WithConnection(connection, [&](IOUserClient *client) {
    IOMemoryMap *map = nullptr;
    const IOReturn result = user_calls::MapMemory(client, type, flags, &map);
    if (result != kIOReturnSuccess) return result;
    *address = map->getAddress();
    *size = map->getSize();
    return kIOReturnSuccess;
  });
}

kern_return_t io_connect_unmap_memory_from_task(io_connect_t connection, uint32_t type, task_t,
                                                mach_vm_address_t address) {
  return WithConnection(connection, [&](IOUserClient *client) {
    return user_calls::UnmapMemory(client, type, address);
  });
}

// --- Ports.

mach_port_t mach_reply_port(void) {
  const Trap trap;
  return drydock::PortAllocate(current_task());
}

kern_return_t mach_port_mod_refs(task_t task, mach_port_t name, int right, int delta) {
  if (right != MACH_PORT_RIGHT_SEND || (delta != 1 && delta != -1)) return KERN_INVALID_VALUE;
  const Trap trap;
  return drydock::PortChangeRights(name, task, delta);
}

kern_return_t mach_port_deallocate(task_t task, mach_port_t name) {
  return mach_port_mod_refs(task, name, MACH_PORT_RIGHT_SEND, -1);
}
