#include "drivers/service/io_rules.h"

#include "absl/strings/str_cat.h"
#include "drivers/service/termination.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

using trace::EventKind;

void IoAccepted(IOService* provider, IOService* client, const OSObject* queue, uint64_t bytes,
                const char* name) {
  kernel::Trace(EventKind::kIoSubmit, ObjectIdOf(queue), ObjectIdOf(client), bytes, name);
  if (Termination::ClientsWereTold(provider)) {
    kernel::Misuse("io-accepted-after-will-terminate",
                   absl::StrCat(client->getName(), " submits I/O to ", provider->getName(),
                                ", after it was told that that will terminate"));
  } else if (!provider->isOpen(client)) {
    kernel::Misuse("io-without-open",
                   absl::StrCat(client->getName(), " submits I/O to ", provider->getName(),
                                ", which it does not have open"));
  }
}

void IoCompleted(IOService* provider, const IOService* client, const OSObject* queue,
                 IOReturn status, uint64_t bytes) {
  kernel::Trace(EventKind::kIoComplete, ObjectIdOf(queue), static_cast<uint32_t>(status), bytes);
  // Only an address by now, perhaps: it is compared, and not looked at.
  if (!provider->isChild(const_cast<IOService*>(client), gIOServicePlane)) {
    kernel::Misuse("io-completed-after-stop",
                   absl::StrCat(provider->getName(),
                                " completes I/O of a client that has been stopped and detached"));
  }
}

}  // namespace drydock
