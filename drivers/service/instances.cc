#include "drivers/service/instances.h"

#include <map>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {
namespace {

// By registry id. Not retained: a service leaves before it is freed.
kernel::PerBoot<std::map<uint64_t, IOService*>> instances;

}  // namespace

// Only the service's own thread of the moment enters it or takes it out: no lock is needed to see
// that there is nothing to do.
void Instances::Enter(IOService* service) {
  if (service->fListed) return;
  RegistryLock lock;
  service->fListed = true;
  instances->emplace(service->getRegistryEntryID(), service);
}

void Instances::Leave(IOService* service) {
  if (!service->fListed) return;
  RegistryLock lock;
  service->fListed = false;
  instances->erase(service->getRegistryEntryID());
}

std::vector<OSSharedPtr<IOService>> Instances::In(UInt32 state) {
  std::vector<OSSharedPtr<IOService>> found;
  RegistryLock lock;
  for (const auto& [id, service] : *instances) {
    const UInt32 now = service->getState();
    if ((now & kIOServiceInactiveState) != 0 || (now & state) != state) continue;
    // One whose last reference has just gone waits for the lock, to leave.
    if (service->taggedTryRetain(nullptr)) found.push_back(Owned(service));
  }
  return found;
}

}  // namespace drydock
