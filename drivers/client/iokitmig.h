// drivers/client/iokitmig.h
//
// A program's calls into the kernel's half of I/O Kit, under the names of the Mach interface
// definition. Programs use IOKitLib.h, which is made of these calls.
//
// Every call fails with MACH_SEND_INVALID_DEST if the port is dead or the task has no right to it,
// and with kIOReturnBadArgument if the port stands for something else. They are made on a
// program's thread (drivers/client/user_task.h); any other thread calls as the kernel's task.
#ifndef DRYDOCK_DRIVERS_CLIENT_IOKITMIG_H_
#define DRYDOCK_DRIVERS_CLIENT_IOKITMIG_H_

#include <IOKit/IOTypes.h>
#include <IOKit/OSMessageNotification.h>
#include <kern/task.h>
#include <libkern/c++/OSDictionary.h>
#include <mach/clock_types.h>
#include <mach/message.h>
#include <mach/port.h>

typedef mach_port_t io_object_t;
typedef io_object_t io_connect_t;
typedef io_object_t io_iterator_t;
typedef io_object_t io_registry_entry_t;
typedef io_object_t io_service_t;

typedef char io_name_t[128];
typedef char io_string_t[512];

// --- Objects.

kern_return_t io_object_get_class(io_object_t object, io_name_t className);
kern_return_t io_object_conforms_to(io_object_t object, const char *className, boolean_t *conforms);
kern_return_t io_object_get_retain_count(io_object_t object, uint32_t *retainCount);
kern_return_t io_object_is_equal_to(io_object_t object, io_object_t other, boolean_t *equal);

// kIOReturnNoDevice at the end. (UC-14)
kern_return_t io_iterator_next(io_iterator_t iterator, io_object_t *object);
kern_return_t io_iterator_reset(io_iterator_t iterator);
kern_return_t io_iterator_is_valid(io_iterator_t iterator, boolean_t *valid);

// --- The registry.

kern_return_t io_registry_get_root_entry(io_registry_entry_t *root);
// `path` begins with the plane's name; kIOReturnNotFound if there is no such entry.
kern_return_t io_registry_entry_from_path(const char *path, io_registry_entry_t *entry);
kern_return_t io_registry_entry_in_plane(io_registry_entry_t entry, const char *plane,
                                         boolean_t *inPlane);
kern_return_t io_registry_entry_get_registry_entry_id(io_registry_entry_t entry, uint64_t *entryID);
kern_return_t io_registry_entry_get_name(io_registry_entry_t entry, io_name_t name);
// kIOReturnNotFound if the entry has no location.
kern_return_t io_registry_entry_get_location_in_plane(io_registry_entry_t entry, const char *plane,
                                                      io_name_t location);
kern_return_t io_registry_entry_get_path(io_registry_entry_t entry, const char *plane,
                                         io_string_t path);
// `*property` is +1; kIOReturnNotFound if there is none. `options` are kIORegistryIterate….
kern_return_t io_registry_entry_get_property(io_registry_entry_t entry, const char *plane,
                                             const char *key, IOOptionBits options,
                                             OSObject **property);
kern_return_t io_registry_entry_get_properties(io_registry_entry_t entry,
                                               OSDictionary **properties);
kern_return_t io_registry_entry_set_properties(io_registry_entry_t entry, OSObject *properties);
// kIOReturnBadArgument if there is no such plane.
kern_return_t io_registry_entry_get_child_iterator(io_registry_entry_t entry, const char *plane,
                                                   io_iterator_t *iterator);
kern_return_t io_registry_entry_get_parent_iterator(io_registry_entry_t entry, const char *plane,
                                                    io_iterator_t *iterator);

// An iterator over all entries below the entry (or, with the option, above); `options` as above.
kern_return_t io_registry_entry_create_iterator(io_registry_entry_t entry, const char *plane,
                                                IOOptionBits options, io_iterator_t *iterator);

// --- Services.

// Whether the dictionary describes the service.
kern_return_t io_service_match_property_table(io_service_t service, OSDictionary *matching,
                                              boolean_t *matches);
kern_return_t io_service_get_matching_service(OSDictionary *matching, io_service_t *service);
kern_return_t io_service_get_matching_services(OSDictionary *matching, io_iterator_t *existing);
kern_return_t io_service_get_state(io_service_t service, uint32_t *state);
kern_return_t io_service_get_busy_state(io_service_t service, uint32_t *busyState);
// {0, -1} is no timeout. (UC-15)
kern_return_t io_service_wait_quiet(io_service_t service, mach_timespec_t wait_time);

// Messages of kIOService…NotificationType arrive at the queue `port`, with `reference`, from the
// iterator `*notification`, which returns the services; `type` is one of kIO…Notification. Existing
// services are in the iterator; a message comes only after the iterator was exhausted.
kern_return_t io_service_add_notification_64(const char *type, OSDictionary *matching,
                                             mach_port_t port, io_user_reference_t *reference,
                                             uint32_t referenceCount, io_object_t *notification);
// Messages of kIOServiceMessageNotificationType arrive at the queue `port`, with `reference`.
kern_return_t io_service_add_interest_notification_64(io_service_t service, const char *type,
                                                      mach_port_t port,
                                                      io_user_reference_t *reference,
                                                      uint32_t referenceCount,
                                                      io_object_t *notification);

// --- Connections.

kern_return_t io_service_open_extended(io_service_t service, task_t owningTask, uint32_t type,
                                       io_connect_t *connection);
kern_return_t io_service_close(io_connect_t connection);

// The inputs and outputs of a call. The counts of outputs are set to the actual ones.
struct io_connect_call {
  uint32_t selector;
  // Of an asynchronous call.
  mach_port_t wakePort;
  const io_user_reference_t *reference;
  uint32_t referenceCount;

  const uint64_t *scalarInput;
  uint32_t scalarInputCount;  // at most 16: MIG_ARRAY_TOO_LARGE
  const void *structureInput;
  size_t structureInputSize;

  uint64_t *scalarOutput;
  uint32_t scalarOutputCount;  // at most 16
  void *structureOutput;
  size_t structureOutputSize;
};
// Outputs are written only if the result is kIOReturnSuccess.
kern_return_t io_connect_method(io_connect_t connection, io_connect_call *call);

kern_return_t io_connect_get_service(io_connect_t connection, io_service_t *service);
kern_return_t io_connect_set_properties(io_connect_t connection, OSObject *properties);
kern_return_t io_connect_set_notification_port_64(io_connect_t connection, uint32_t type,
                                                  mach_port_t port, io_user_reference_t reference);
kern_return_t io_connect_map_memory_into_task(io_connect_t connection, uint32_t type, task_t task,
                                              mach_vm_address_t *address, mach_vm_size_t *size,
                                              IOOptionBits flags);
kern_return_t io_connect_unmap_memory_from_task(io_connect_t connection, uint32_t type, task_t task,
                                                mach_vm_address_t address);

// --- Ports.

// A new queue that the calling task receives from.
mach_port_t mach_reply_port(void);
// Adds a send right (1) or removes one (-1); a queue whose right is removed is destroyed.
// KERN_INVALID_NAME if the task has none.
kern_return_t mach_port_mod_refs(task_t task, mach_port_t name, int right, int delta);
kern_return_t mach_port_deallocate(task_t task, mach_port_t name);

#endif  // DRYDOCK_DRIVERS_CLIENT_IOKITMIG_H_
