// Interrupt controllers: vectors, and the shared controller that takes over a line with two
// clients. (workloop.md 5.4, 5.5)
#include <memory>
#include <new>

#include <IOKit/IOInterruptController.h>

#include "drivers/service/service_lock.h"
#include "drivers/service/service_state.h"
#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"

OSDefineMetaClassAndAbstractStructors(IOInterruptController, IOService)
OSDefineMetaClassAndStructors(IOSharedInterruptController, IOInterruptController)

using drydock::ObjectIdOf;

namespace {

constexpr int kSharedClientsMax = 128;  // (workloop.md 5.5)

// Fills a free vector in: registered, to be enabled.
void Register(IOInterruptVector *vector, IOService *nub, int source, void *target,
              IOInterruptAction handler, void *refCon) {
  vector->interruptDisabledSoft = true;
  vector->nub = nub;
  vector->source = source;
  vector->target = static_cast<OSObject *>(target);
  vector->handler = handler;
  vector->refCon = refCon;
  vector->interruptRegistered = true;
}

// An interrupt may come just before a vector is enabled or disabled.
void BeforeChange(IOService *nub) {
  drydock::kernel::ChoicePoint(drydock::kernel::OperationKind::kMask, 0);
  drydock::kernel::HandOver(ObjectIdOf(nub));
}

// False if the handler said that the interrupt is not its device's.
bool CallHandler(IOInterruptVector *vector) {
  const drydock::kernel::ObjectId nub = ObjectIdOf(vector->nub);
  drydock::kernel::InterruptClaim(true);
  drydock::kernel::TakeOver(nub);  // from the thread that enabled it
  vector->handler(vector->target, vector->refCon, vector->nub, vector->source);
  drydock::kernel::HandOver(nub);  // to the thread that disables it
  return drydock::kernel::InterruptClaimed();
}

}  // namespace

// --- The base class.

void IOInterruptController::waitInactive(IOInterruptVector *vector) {
  if (drydock::kernel::InInterruptContext()) return;  // from the handler itself: at once (IN-20)
  while (vector->interruptActive) drydock::kernel::Delay(100);
}

IOReturn IOInterruptController::registerInterrupt(IOService *nub, int source, void *target,
                                                  IOInterruptAction handler, void *refCon) {
  const IOInterruptVectorNumber number = vectorOf(nub, source);
  if (number < 0 || number >= vectorCount) return kIOReturnNoInterrupt;
  const drydock::ServiceLock lock(this);
  IOInterruptVector *vector = &vectors[number];
  if (!vector->interruptRegistered) {
    vector->interruptDisabledHard = true;
    Register(vector, nub, source, target, handler, refCon);
    return kIOReturnSuccess;
  }
  if (!vectorCanBeShared(number, vector)) return kIOReturnNoResources;
  if (vector->sharedController == nullptr) {
    // The second client: both go to a controller of their own, the first keeping its enable state.
    IOSharedInterruptController *shared = OSTypeAlloc(IOSharedInterruptController);
    if (!shared->initSharedController(this, number)) {
      shared->release();
      return kIOReturnNoResources;
    }
    const bool enabled = !vector->interruptDisabledSoft;
    IOService *first = vector->nub;
    const int firstSource = vector->source;
    disableVectorHard(number, vector);
    vector->interruptDisabledHard = true;
    shared->registerInterrupt(vector->nub, vector->source, vector->target, vector->handler,
                              vector->refCon);
    Register(
        vector, this, number, shared,
        [](OSObject *target, void *, IOService *nub, int source) {
          static_cast<IOSharedInterruptController *>(target)->handleInterrupt(nullptr, nub, source);
        },
        nullptr);
    vector->sharedController = shared;
    if (enabled) shared->enableInterrupt(first, firstSource);
  }
  return vector->sharedController->registerInterrupt(nub, source, target, handler, refCon);
}

IOReturn IOInterruptController::unregisterInterrupt(IOService *nub, int source) {
  const IOInterruptVectorNumber number = vectorOf(nub, source);
  if (number < 0 || number >= vectorCount) return kIOReturnNoInterrupt;
  const drydock::ServiceLock lock(this);
  IOInterruptVector *vector = &vectors[number];
  if (!vector->interruptRegistered) return kIOReturnSuccess;
  if (vector->sharedController != nullptr) {
    return vector->sharedController->unregisterInterrupt(nub, source);
  }
  disableInterrupt(nub, source);
  disableVectorHard(number, vector);
  std::destroy_at(vector);
  new (vector) IOInterruptVector();
  return kIOReturnSuccess;
}

IOReturn IOInterruptController::getInterruptType(IOService *nub, int source, int *interruptType) {
  if (interruptType == nullptr) return kIOReturnBadArgument;
  const IOInterruptVectorNumber number = vectorOf(nub, source);
  if (number < 0 || number >= vectorCount) return kIOReturnNoInterrupt;
  *interruptType = getVectorType(number, &vectors[number]);
  return kIOReturnSuccess;
}

IOReturn IOInterruptController::enableInterrupt(IOService *nub, int source) {
  const IOInterruptVectorNumber number = vectorOf(nub, source);
  if (number < 0 || number >= vectorCount) return kIOReturnNoInterrupt;
  IOInterruptVector *vector = &vectors[number];
  if (vector->sharedController != nullptr && nub != this) {
    return vector->sharedController->enableInterrupt(nub, source);
  }
  if (!vector->interruptRegistered) return kIOReturnNoInterrupt;
  BeforeChange(nub);
  if (!vector->interruptDisabledSoft) return kIOReturnSuccess;
  vector->interruptDisabledSoft = false;
  waitInactive(vector);
  if (vector->interruptDisabledHard) {
    vector->interruptDisabledHard = false;
    enableVector(number, vector);
  }
  return kIOReturnSuccess;
}

IOReturn IOInterruptController::disableInterrupt(IOService *nub, int source) {
  const IOInterruptVectorNumber number = vectorOf(nub, source);
  if (number < 0 || number >= vectorCount) return kIOReturnNoInterrupt;
  IOInterruptVector *vector = &vectors[number];
  if (vector->sharedController != nullptr && nub != this) {
    return vector->sharedController->disableInterrupt(nub, source);
  }
  if (!vector->interruptRegistered) return kIOReturnNoInterrupt;
  BeforeChange(nub);
  vector->interruptDisabledSoft = true;
  waitInactive(vector);
  drydock::kernel::TakeOver(ObjectIdOf(nub));
  return kIOReturnSuccess;
}

IOReturn IOInterruptController::handleInterrupt(void *, IOService *, int) {
  return kIOReturnInvalid;
}

void IOInterruptController::deliver(IOInterruptVectorNumber number) {
  IOInterruptVector *vector = &vectors[number];
  // Active until the pin is dealt with too: a thread that enables the vector waits for that, and so
  // cannot unmask the pin just before it is masked here.
  vector->interruptActive = true;
  if (vector->interruptRegistered && !vector->interruptDisabledSoft && !CallHandler(vector)) {
    drydock::kernel::Advise("spurious-interrupt", "interrupt line ", number,
                            " was delivered, and no filter on it claimed it");
  }
  if (vector->interruptDisabledSoft) {
    // Lazily: a vector that is disabled is masked at the pin when it fires.
    vector->interruptDisabledHard = true;
    disableVectorHard(number, vector);
  }
  vector->interruptActive = false;
}

bool IOInterruptController::vectorCanBeShared(IOInterruptVectorNumber, IOInterruptVector *) {
  return false;
}

int IOInterruptController::getVectorType(IOInterruptVectorNumber, IOInterruptVector *) {
  return kIOInterruptTypeEdge;
}

void IOInterruptController::disableVectorHard(IOInterruptVectorNumber, IOInterruptVector *) {}

void IOInterruptController::enableVector(IOInterruptVectorNumber, IOInterruptVector *) {}

IOInterruptVectorNumber IOInterruptController::vectorOf(IOService *nub, int source) {
  if (nub == this) return source;  // a shared controller, on its parent
  const drydock::ServiceState &its = drydock::StateOf(nub);
  return source >= 0 && source < its.interrupt_source_count ? its.interrupt_sources[source].vector
                                                            : -1;
}

// --- The shared controller.

bool IOSharedInterruptController::initSharedController(IOInterruptController *onto,
                                                       IOInterruptVectorNumber number) {
  if (!IOService::init()) return false;
  parent = onto;
  parentVector = number;
  vectors = static_cast<IOInterruptVector *>(drydock::HeapAllocate(
      drydock::BlockKind::kInternal, kSharedClientsMax * sizeof(IOInterruptVector), /*zero=*/true));
  controllerDisabled = true;
  return true;
}

void IOSharedInterruptController::free() {
  drydock::HeapFree(vectors);
  vectors = nullptr;
  IOInterruptController::free();
}

IOInterruptVector *IOSharedInterruptController::find(IOService *nub, int source) {
  for (int i = 0; i < vectorCount; ++i) {
    IOInterruptVector *vector = &vectors[i];
    if (vector->interruptRegistered && vector->nub == nub && vector->source == source)
      return vector;
  }
  return nullptr;
}

IOReturn IOSharedInterruptController::registerInterrupt(IOService *nub, int source, void *target,
                                                        IOInterruptAction handler, void *refCon) {
  int slot = 0;
  while (slot < vectorCount && vectors[slot].interruptRegistered) ++slot;
  if (slot == kSharedClientsMax) return kIOReturnNoResources;
  if (slot == vectorCount) ++vectorCount;
  Register(&vectors[slot], nub, source, target, handler, refCon);
  ++vectorsRegistered;
  return kIOReturnSuccess;
}

void IOSharedInterruptController::enableParentIfBalanced() {
  if (!controllerDisabled || vectorsEnabled != vectorsRegistered) return;
  controllerDisabled = false;
  parent->enableInterrupt(parent, parentVector);
}

IOReturn IOSharedInterruptController::unregisterInterrupt(IOService *nub, int source) {
  while (IOInterruptVector *vector = find(nub, source)) {
    disableInterrupt(nub, source);
    std::destroy_at(vector);
    new (vector) IOInterruptVector();
    --vectorsRegistered;
  }
  enableParentIfBalanced();
  return kIOReturnSuccess;
}

IOReturn IOSharedInterruptController::getInterruptType(IOService *, int, int *interruptType) {
  return parent->getInterruptType(parent, parentVector, interruptType);
}

IOReturn IOSharedInterruptController::enableInterrupt(IOService *nub, int source) {
  IOInterruptVector *vector = find(nub, source);
  if (vector == nullptr) return kIOReturnNoInterrupt;
  BeforeChange(nub);
  if (!vector->interruptDisabledSoft) return kIOReturnSuccess;
  vector->interruptDisabledSoft = false;
  ++vectorsEnabled;
  waitInactive(vector);
  enableParentIfBalanced();
  return kIOReturnSuccess;
}

IOReturn IOSharedInterruptController::disableInterrupt(IOService *nub, int source) {
  IOInterruptVector *vector = find(nub, source);
  if (vector == nullptr) return kIOReturnNoInterrupt;
  BeforeChange(nub);
  if (!vector->interruptDisabledSoft) {
    vector->interruptDisabledSoft = true;
    vector->disabledByHandler = drydock::kernel::InInterruptContext();
    --vectorsEnabled;
  }
  waitInactive(vector);
  drydock::kernel::TakeOver(ObjectIdOf(nub));
  return kIOReturnSuccess;
}

// Names a client that keeps the line masked by being registered and disabled. A client whose
// handler disabled it is not meant: its action will enable it.
void IOSharedInterruptController::adviseOfStarvation() const {
  for (int i = 0; i < vectorCount; ++i) {
    const IOInterruptVector *vector = &vectors[i];
    if (!vector->interruptRegistered || !vector->interruptDisabledSoft || vector->disabledByHandler)
      continue;
    drydock::kernel::Advise("shared-line-starved", "interrupt line ", parentVector,
                            " is masked for all devices that share it, because interrupt ",
                            vector->source, " of ", vector->nub->getMetaClass()->getClassName(),
                            " is registered but not enabled; it stays so until that is enabled or "
                            "unregistered");
    return;
  }
}

IOReturn IOSharedInterruptController::handleInterrupt(void *, IOService *, int) {
  // Every handler is called, whether or not another claimed the interrupt. (IN-24)
  bool claimed = vectorsEnabled == 0;
  for (int i = 0; i < vectorCount; ++i) {
    IOInterruptVector *vector = &vectors[i];
    if (!vector->interruptRegistered || vector->interruptDisabledSoft) continue;
    vector->interruptActive = true;
    if (CallHandler(vector)) claimed = true;
    vector->interruptActive = false;
  }
  drydock::kernel::InterruptClaim(claimed);
  // One client that is registered but disabled takes the line down. (IN-21, IN-23)
  if (vectorsEnabled != vectorsRegistered) {
    controllerDisabled = true;
    parent->disableInterrupt(parent, parentVector);
    adviseOfStarvation();
  }
  return kIOReturnSuccess;
}
