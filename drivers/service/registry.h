// drivers/service/registry.h
//
// The registry of one boot: its lock, its start and its end, and events about entries. For the
// files of drivers/service/ and for tools that read the registry.
#ifndef DRYDOCK_DRIVERS_SERVICE_REGISTRY_H_
#define DRYDOCK_DRIVERS_SERVICE_REGISTRY_H_

#include <string>
#include <vector>

#include <IOKit/IOLocks.h>
#include <IOKit/IORegistryEntry.h>

#include "libkern/object_id.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

// Makes the planes and the root; sets gIOServicePlane. On a thread.
void BootRegistry();
// Releases the root and the planes. The entries below the root must have been detached.
void ShutdownRegistry();

// The names of all planes, in the order in which they were made.
std::vector<std::string> RegistryPlanes();

// The lock over all links and property tables. Recursive; never held while drivers are called.
class RegistryLock {
 public:
  RegistryLock();
  ~RegistryLock();
  RegistryLock(const RegistryLock&) = delete;
  RegistryLock& operator=(const RegistryLock&) = delete;

 private:
  IORecursiveLock* const lock_;
};

// Publishes an event about an entry, with its id and name; `other` is the second object of the
// event.
inline void TraceEntry(trace::EventKind kind, const IORegistryEntry* entry,
                       const OSObject* other = nullptr, uint64_t value = 0,
                       const char* detail = "") {
  if (!trace::Observed(kind)) return;
  kernel::Trace(kind, ObjectIdOf(entry), ObjectIdOf(other), value, trace::Intern(entry->getName()),
                detail);
}

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_REGISTRY_H_
