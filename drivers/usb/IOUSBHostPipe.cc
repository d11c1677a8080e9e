// Pipes: submission, completion and abort of transfers. (service.md 7.3)
#include <IOKit/IOLib.h>
#include <IOKit/usb/IOUSBHostInterface.h>
#include <IOKit/usb/IOUSBHostPipe.h>

#include "drivers/service/io_rules.h"
#include "drivers/usb/usb_controller.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/trace.h"

using drydock::ObjectIdOf;
using drydock::kernel::Trace;
using drydock::trace::EventKind;

OSDefineMetaClassAndAbstractStructors(IOUSBHostIOSource, OSObject)
OSDefineMetaClassAndStructors(IOUSBHostPipe, IOUSBHostIOSource)

namespace {

// The interval at which the work loop's own thread looks for the end of a transfer: it cannot run
// the action of the interrupt meanwhile.
constexpr uint64_t kPollInterval = 20 * drydock::kernel::kMicrosecond;

// The arguments and results of calls that go through the gate.
struct Asynchronous {
  IOMemoryDescriptor *buffer;
  uint32_t length;
  IOUSBHostCompletion completion;
  uint32_t timeout_ms;
};

struct Synchronous {
  bool done;
  IOReturn status;
  uint32_t bytes;
};

const char *NameOf(const StandardUSB::EndpointDescriptor *endpoint) {
  return StandardUSB::getEndpointDirection(endpoint) == StandardUSB::kEndpointDirectionIn
             ? "bulk IN"
             : "bulk OUT";
}

}  // namespace

bool IOUSBHostPipe::initWithEndpoint(DrydockUSBController *controller,
                                     IOUSBHostInterface *interface, uint16_t deviceAddress,
                                     const StandardUSB::EndpointDescriptor *descriptor) {
  if (!init()) return false;
  fController = controller;
  fController->retain();
  fInterface = interface;
  fDescriptor = *descriptor;
  fDeviceAddress = deviceAddress;
  return true;
}

void IOUSBHostPipe::free() {
  OSSafeReleaseNULL(fController);
  IOUSBHostIOSource::free();
}

const StandardUSB::EndpointDescriptor *IOUSBHostPipe::getEndpointDescriptor() const {
  return &fDescriptor;
}

IOReturn IOUSBHostPipe::io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                           IOUSBHostCompletion *completion, uint32_t completionTimeoutMs) {
  if (completion == nullptr || completion->action == nullptr) return kIOReturnBadArgument;
  Asynchronous call = {dataBuffer, dataBufferLength, *completion, completionTimeoutMs};
  return fController->gate()->runAction(
      [](OSObject *, void *self, void *argument, void *, void *) {
        auto *call = static_cast<Asynchronous *>(argument);
        return static_cast<IOUSBHostPipe *>(self)->submit(call->buffer, call->length,
                                                          call->completion, call->timeout_ms);
      },
      this, &call);
}

IOReturn IOUSBHostPipe::io(IOMemoryDescriptor *dataBuffer, uint32_t dataBufferLength,
                           uint32_t &bytesTransferred, uint32_t completionTimeoutMs) {
  Synchronous wait = {};
  const IOUSBHostCompletion completion = {
      this,
      [](void *owner, void *parameter, IOReturn status, uint32_t bytes) {
        *static_cast<Synchronous *>(parameter) = {true, status, bytes};
        static_cast<IOUSBHostPipe *>(owner)->fController->gate()->commandWakeup(parameter);
      },
      &wait};
  Asynchronous call = {dataBuffer, dataBufferLength, completion, completionTimeoutMs};
  const IOReturn result = fController->gate()->runAction(
      [](OSObject *, void *self, void *argument, void *, void *) {
        auto *pipe = static_cast<IOUSBHostPipe *>(self);
        auto *call = static_cast<Asynchronous *>(argument);
        const IOReturn accepted =
            pipe->submit(call->buffer, call->length, call->completion, call->timeout_ms);
        if (accepted != kIOReturnSuccess) return accepted;
        auto *wait = static_cast<Synchronous *>(call->completion.parameter);
        DrydockUSBController *controller = pipe->fController;
        while (!wait->done) {
          if (controller->getWorkLoop()->onThread()) {
            controller->gate()->commandSleep(wait, drydock::kernel::Now() + kPollInterval,
                                             THREAD_UNINT);
            controller->drainRing();
            controller->deliverFinished();
          } else {
            controller->gate()->commandSleep(wait, THREAD_UNINT);
          }
        }
        return wait->status;
      },
      this, &call);
  bytesTransferred = wait.bytes;
  return result;
}

IOReturn IOUSBHostPipe::abort(IOOptionBits options, IOReturn withError, IOService *forClient) {
  if (forClient != nullptr) return kIOReturnBadArgument;  // for control endpoints only
  return fController->gate()->runAction(
      [](OSObject *, void *self, void *options, void *error, void *) {
        static_cast<IOUSBHostPipe *>(self)->abortAll(
            static_cast<IOOptionBits>(reinterpret_cast<uintptr_t>(options)),
            static_cast<IOReturn>(reinterpret_cast<uintptr_t>(error)));
        return kIOReturnSuccess;
      },
      this, reinterpret_cast<void *>(static_cast<uintptr_t>(options)),
      reinterpret_cast<void *>(static_cast<uintptr_t>(static_cast<uint32_t>(withError))));
}

IOReturn IOUSBHostPipe::submit(IOMemoryDescriptor *buffer, uint32_t length,
                               const IOUSBHostCompletion &completion, uint32_t timeoutMs) {
  if (buffer == nullptr || length > buffer->getLength()) return kIOReturnBadArgument;
  if (fDead) return kIOReturnNotOpen;
  Transfer *transfer = IONewZero(Transfer, 1);
  retain();
  buffer->retain();
  IOService *client = fInterface->fClient;
  *transfer = {nullptr, this, client, buffer, length, completion, kIOReturnSuccess, 0};
  Transfer **tail = &fPending;
  while (*tail != nullptr) tail = &(*tail)->next;
  *tail = transfer;
  drydock::IoAccepted(fInterface, client, this, length, NameOf(&fDescriptor));
  fController->submit(transfer, fDeviceAddress, fDescriptor.bEndpointAddress, timeoutMs);
  return kIOReturnSuccess;
}

void IOUSBHostPipe::unlink(Transfer *transfer) {
  Transfer **link = &fPending;
  while (*link != transfer) link = &(*link)->next;
  *link = transfer->next;
  transfer->next = nullptr;
}

void IOUSBHostPipe::abortAll(IOOptionBits options, IOReturn status) {
  int aborted = 0;
  while (fPending != nullptr) {
    Transfer *transfer = fPending;
    if (fController->cancel(transfer)) {
      unlink(transfer);
      fController->finish(transfer, status, 0);
      ++aborted;
    } else {
      fController->drainRing();  // the hardware has finished it: it keeps its own status
    }
  }
  Trace(EventKind::kIoAbort, ObjectIdOf(this), static_cast<uint32_t>(status),
        static_cast<uint64_t>(aborted), NameOf(&fDescriptor));
  if ((options & kAbortSynchronous) != 0) {
    fController->deliverFinished();
  } else {
    fController->signalFinished();
  }
}

void IOUSBHostPipe::kill() {
  fDead = true;
  abortAll(kAbortSynchronous, kIOReturnAborted);
}
