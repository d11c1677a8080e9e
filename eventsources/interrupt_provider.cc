// The provider's methods, installed by the layer that has IOService.
#include "eventsources/interrupt_provider.h"

#include "scheduler/kernel/panic.h"

namespace drydock {

namespace {
const InterruptProvider* installed = nullptr;
}  // namespace

void SetInterruptProvider(const InterruptProvider* methods) { installed = methods; }

const InterruptProvider& GetInterruptProvider() {
  if (installed == nullptr) {
    kernel::Panic(
        "an interrupt source has a provider, but drivers/service, which knows providers, is not "
        "linked in");
  }
  return *installed;
}

}  // namespace drydock
