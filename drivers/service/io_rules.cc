// The rules of teardown for I/O, and the counts of I/O in flight that they need. (service.md 9.3)
#include "drivers/service/io_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "drivers/service/termination.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

using trace::EventKind;

namespace {

// I/O that was accepted and has not completed. The count is negative for a moment if a family
// reports the completion first.
struct InFlight {
  const IOService* provider;
  const IOService* client;  // compared only
  int count;
};
kernel::PerBoot<std::vector<InFlight>> in_flight;

std::vector<InFlight>::iterator Find(const IOService* provider, const IOService* client) {
  return std::find_if(in_flight->begin(), in_flight->end(), [&](const InFlight& entry) {
    return entry.provider == provider && entry.client == client;
  });
}

void Count(const IOService* provider, const IOService* client, int change) {
  const kernel::AtomicSection section;
  auto found = Find(provider, client);
  if (found == in_flight->end()) found = in_flight->insert(found, {provider, client, 0});
  found->count += change;
  if (found->count == 0) in_flight->erase(found);
}

}  // namespace

void IoAccepted(IOService* provider, IOService* client, const OSObject* queue, uint64_t bytes,
                const char* name) {
  Count(provider, client, 1);
  kernel::Trace(EventKind::kIoSubmit, ObjectIdOf(queue), ObjectIdOf(client), bytes, name);
  if (termination::ClientsWereTold(provider)) {
    kernel::Misuse("io-accepted-after-will-terminate",
                   absl::StrCat(client->getName(), " submits I/O to ", provider->getName(),
                                ", after it was told that the provider will terminate"));
  } else if (!provider->isOpen(client)) {
    kernel::Misuse("io-without-open",
                   absl::StrCat(client->getName(), " submits I/O to ", provider->getName(),
                                ", which it does not have open"));
  }
}

void IoCompleted(IOService* provider, const IOService* client, const OSObject* queue,
                 IOReturn status, uint64_t bytes) {
  Count(provider, client, -1);
  kernel::Trace(EventKind::kIoComplete, ObjectIdOf(queue), static_cast<uint32_t>(status), bytes);
  // The client may have been freed: its address is compared and not followed.
  if (!provider->isChild(const_cast<IOService*>(client), gIOServicePlane)) {
    kernel::Misuse("io-completed-after-stop",
                   absl::StrCat(provider->getName(),
                                " completes I/O of a client that has been stopped and detached"));
  }
}

void IoClientCloses(const IOService* provider, const IOService* client) {
  int count = 0;
  {
    const kernel::AtomicSection section;
    const auto found = Find(provider, client);
    if (found != in_flight->end()) count = found->count;
  }
  if (count <= 0) return;
  kernel::Misuse("closed-with-io-in-flight",
                 absl::StrCat(client->getName(), " closes ", provider->getName(), " with ", count,
                              " of its transfers still in flight"));
}

}  // namespace drydock
