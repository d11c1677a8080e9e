// The list of published services. (service.md 1.2)
#include "drivers/service/instances.h"

#include <map>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "drivers/service/service_state.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock::instances {
namespace {

// By registry id. Not retained: a service leaves before it is freed.
kernel::PerBoot<std::map<uint64_t, IOService*>> listed;

}  // namespace

// A service is entered and taken out by one thread at a time, so no lock is needed to see that
// there is nothing to do.
void Enter(IOService* service) {
  if (StateOf(service).listed) return;
  RegistryLock lock;
  StateOf(service).listed = true;
  listed->emplace(service->getRegistryEntryID(), service);
}

void Leave(IOService* service) {
  if (!StateOf(service).listed) return;
  RegistryLock lock;
  StateOf(service).listed = false;
  listed->erase(service->getRegistryEntryID());
}

std::vector<OSSharedPtr<IOService>> In(UInt32 state) {
  std::vector<OSSharedPtr<IOService>> found;
  RegistryLock lock;
  for (const auto& [id, service] : *listed) {
    const UInt32 now = StateOf(service).published;
    if ((now & kIOServiceInactiveState) != 0 || (now & state) != state) continue;
    // A service whose last reference has just gone waits for the lock, to leave: it is skipped.
    if (service->taggedTryRetain(nullptr)) found.push_back(Owned(service));
  }
  return found;
}

}  // namespace drydock::instances
