// Mach ports: names, rights, message queues, and the death of ports. (service.md 5)
#include "drivers/service/mach_port.h"

#include <deque>
#include <map>

#include <IOKit/IOUserClient.h>

#include "drivers/service/owned.h"
#include "drivers/service/user_notification.h"
#include "eventsources/data_queue_notifier.h"
#include "libkern/task.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {
namespace {

struct Port {
  OSObject* object = nullptr;  // retained; null for a queue, and once the port is dead
  PortKind kind = PortKind::kObject;
  task_t receiver = nullptr;  // of a queue
  std::deque<PortMessage> messages;
  std::map<int, uint32_t> rights;  // how many, by the task's pid
};

struct Ports {
  kernel::Mutex* lock = kernel::MutexAlloc("ports");
  mach_port_t next_name = 0x103;
  std::map<mach_port_t, Port> by_name;
  // For look-ups only, never iterated: the order is that of addresses.
  std::map<const OSObject*, mach_port_t> by_object[2];

  std::map<const OSObject*, mach_port_t>& of(PortKind kind) {
    return by_object[static_cast<int>(kind)];
  }
};

kernel::PerBoot<Ports> ports;

// The port, if the task has a right to it; else null. With the lock held.
Port* Find(mach_port_t name, task_t task) {
  const auto found = ports->by_name.find(name);
  if (found == ports->by_name.end()) return nullptr;
  Port* port = &found->second;
  return port->receiver == task || port->rights.contains(task->pid) ? port : nullptr;
}

// The last right to the object's port has gone. The lock is not held.
void NoSenders(OSObject* object, PortKind kind) {
  if (auto* notification = OSDynamicCast(DrydockUserNotification, object)) {
    notification->Cancel();
  } else if (auto* client = OSDynamicCast(IOUserClient, object);
             client != nullptr && kind == PortKind::kConnect) {
    client->clientDied();
  }
}

// Removes `count` of the task's rights, or all.
kern_return_t Drop(mach_port_t name, task_t task, uint32_t count) {
  OSSharedPtr<OSObject> object;
  PortKind kind;
  {
    PortLock lock;
    Port* port = Find(name, task);
    if (port == nullptr) return KERN_INVALID_NAME;
    if (port->receiver != task) {
      uint32_t& rights = port->rights[task->pid];
      if (rights > count) {
        rights -= count;
        return KERN_SUCCESS;
      }
      port->rights.erase(task->pid);
      if (!port->rights.empty()) return KERN_SUCCESS;
    }
    kernel::ThreadWakeup(port, /*one_thread=*/false);
    object = Owned(port->object);
    kind = port->kind;
    if (object != nullptr) ports->of(kind).erase(object.get());
    ports->by_name.erase(name);
  }
  if (object != nullptr) NoSenders(object.get(), kind);
  return KERN_SUCCESS;
}

}  // namespace

PortLock::PortLock() { kernel::MutexLock(ports->lock); }
PortLock::~PortLock() { kernel::MutexUnlock(ports->lock); }

mach_port_t PortGive(OSObject* object, PortKind kind, task_t task) {
  PortLock lock;
  const auto [entry, is_new] = ports->of(kind).emplace(object, ports->next_name);
  if (is_new) {
    Port& port = ports->by_name[ports->next_name++];
    port.object = object;
    port.kind = kind;
    object->retain();
  }
  ++ports->by_name[entry->second].rights[task->pid];
  return entry->second;
}

OSSharedPtr<OSObject> PortCopyObject(mach_port_t name, PortKind kind, task_t task,
                                     void (*in_step)(OSObject* object)) {
  PortLock lock;
  Port* port = Find(name, task);
  if (port == nullptr || port->object == nullptr || port->kind != kind) return nullptr;
  if (in_step != nullptr) in_step(port->object);
  return OSSharedPtr<OSObject>(port->object, OSRetain);
}

void PortRevoke(const OSObject* object, OSObject* instead) {
  // Most objects never had a port.
  if (!kernel::kParallel && ports->by_name.empty()) return;
  OSSharedPtr<OSObject> revoked[2];  // released without the lock
  PortLock lock;
  for (const PortKind kind : {PortKind::kObject, PortKind::kConnect}) {
    const auto entry = ports->of(kind).find(object);
    if (entry == ports->of(kind).end()) continue;
    Port& port = ports->by_name[entry->second];
    ports->of(kind).erase(entry);
    revoked[static_cast<int>(kind)] = Owned(port.object);
    port.object = kind == PortKind::kConnect ? instead : nullptr;
    if (port.object != nullptr) port.object->retain();
  }
}

mach_port_t PortAllocate(task_t task) {
  PortLock lock;
  ports->by_name[ports->next_name].receiver = task;
  return ports->next_name++;
}

mach_msg_return_t PortSend(mach_port_t name, const PortMessage& message) {
  PortLock lock;
  const auto found = ports->by_name.find(name);
  if (found == ports->by_name.end() || found->second.receiver == nullptr) {
    return MACH_SEND_INVALID_DEST;
  }
  found->second.messages.push_back(message);
  kernel::ThreadWakeup(&found->second, /*one_thread=*/true);
  return MACH_MSG_SUCCESS;
}

mach_msg_return_t PortReceive(mach_port_t name, task_t task, kernel::Time deadline,
                              PortMessage* message) {
  PortLock lock;
  Port* port = Find(name, task);
  if (port == nullptr || port->receiver != task) return MACH_RCV_INVALID_NAME;
  while (port->messages.empty()) {
    switch (kernel::MutexSleep(ports->lock, port, kernel::Interruptible::kAbortSafe, deadline,
                               {"waits for a message", "", 0, nullptr})) {
      case kernel::WaitResult::kTimedOut:
        return MACH_RCV_TIMED_OUT;
      case kernel::WaitResult::kInterrupted:
        return MACH_RCV_INTERRUPTED;
      default:
        break;
    }
    port = Find(name, task);
    if (port == nullptr) return MACH_RCV_PORT_DIED;
  }
  *message = port->messages.front();
  port->messages.pop_front();
  return MACH_MSG_SUCCESS;
}

// How a data queue, which is a layer below, notifies its program of data.
[[maybe_unused]] static const bool installed = [] {
  SetDataQueueNotifier([](mach_port_t port) { PortSend(port, PortMessage()); });
  return true;
}();

kern_return_t PortChangeRights(mach_port_t name, task_t task, int delta) {
  if (delta < 0) return Drop(name, task, 1);
  PortLock lock;
  Port* port = Find(name, task);
  if (port == nullptr) return KERN_INVALID_NAME;
  if (port->receiver != task) ++port->rights[task->pid];
  return KERN_SUCCESS;
}

void PortDropAll(task_t task) {
  mach_port_t name = 0;
  for (;;) {
    {
      PortLock lock;
      auto next = ports->by_name.upper_bound(name);
      while (next != ports->by_name.end() && Find(next->first, task) == nullptr) ++next;
      if (next == ports->by_name.end()) return;
      name = next->first;
    }
    Drop(name, task, UINT32_MAX);
  }
}

}  // namespace drydock
