// The driver half of the USB host controller: interrupts, transfers, ports. (service.md 7.6)
#include "drivers/usb/usb_controller.h"

#include <IOKit/usb/IOUSBHostInterface.h>
#include <libkern/OSAtomic.h>

#include "drivers/service/io_rules.h"
#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "drivers/usb/usb_descriptors.h"
#include "drivers/usb/usb_hardware.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/trace.h"

using drydock::ObjectIdOf;
using drydock::UsbHardware;

OSDefineMetaClassAndStructors(DrydockUSBController, IOService)

// --- Life.

DrydockUSBController *DrydockUSBController::withOptions(const Options &options) {
  DrydockUSBController *self = OSTypeAlloc(DrydockUSBController);
  if (!self->init()) {
    self->release();
    return nullptr;
  }
  self->fOptions = options;
  self->fHardware = UsbHardware::Make(kPorts, options.interrupt_line, options.unplug_status);
  self->fFinishedTail = &self->fFinished;
  return self;
}

bool DrydockUSBController::start(IOService *provider) {
  if (!IOService::start(provider)) return false;
  // The controller is its own nub, with one interrupt.
  drydock::AddInterrupt(this, fOptions.interrupt_line);
  fWorkLoop = IOWorkLoop::workLoop();
  fGate = IOCommandGate::commandGate(this);
  fFinishedSource = IOInterruptEventSource::interruptEventSource(this, &deliverFinishedAction);
  fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(this, &handleInterrupt,
                                                                        &filterInterrupt, this);
  fPortCall = thread_call_allocate_with_options(
      &processPortsCall, this, THREAD_CALL_PRIORITY_KERNEL, THREAD_CALL_OPTIONS_ONCE);
  if (fWorkLoop == nullptr || fGate == nullptr || fFinishedSource == nullptr ||
      fInterrupt == nullptr || fPortCall == nullptr) {
    return false;
  }
  fWorkLoop->addEventSource(fGate);
  fWorkLoop->addEventSource(fFinishedSource);
  fWorkLoop->addEventSource(fInterrupt);
  fInterrupt->enable();
  fHardware->EnableInterrupts(true);
  registerService();
  return true;
}

void DrydockUSBController::stop(IOService *provider) {
  // All devices have been detached: no driver waits for an event any more.
  fHardware->PowerOff();
  fInterrupt->disable();
  fWorkLoop->removeEventSource(fInterrupt);
  thread_call_cancel_wait(fPortCall);
  fWorkLoop->removeEventSource(fFinishedSource);
  fWorkLoop->removeEventSource(fGate);
  IOService::stop(provider);
}

void DrydockUSBController::free() {
  if (fHardware != nullptr) fHardware->PowerOff();
  if (fPortCall != nullptr) thread_call_free(fPortCall);
  OSSafeReleaseNULL(fInterrupt);
  OSSafeReleaseNULL(fFinishedSource);
  OSSafeReleaseNULL(fGate);
  OSSafeReleaseNULL(fWorkLoop);
  IOService::free();
}

IOWorkLoop *DrydockUSBController::getWorkLoop() const { return fWorkLoop; }

// --- Interrupts.

bool DrydockUSBController::filterInterrupt(OSObject *self, IOFilterInterruptEventSource *source) {
  auto *controller = static_cast<DrydockUSBController *>(self);
  const uint32_t status = controller->fHardware->TakeStatus();
  if (status == 0) return false;  // another device's, on the same line
  OSBitOrAtomic(status, &controller->fStatus);
  // TakeStatus has lowered the pin, so the line need not be masked until the action has run, which
  // would delay the other devices on it.
  source->signalInterrupt();
  return false;
}

void DrydockUSBController::handleInterrupt(OSObject *self, IOInterruptEventSource *, int) {
  auto *controller = static_cast<DrydockUSBController *>(self);
  const uint32_t status = OSBitAndAtomic(0, &controller->fStatus);
  // Transfers come first: their status may tell a driver of the unplug.
  if ((status & UsbHardware::kTransferDone) != 0) {
    controller->drainRing();
    controller->deliverFinished();
  }
  if ((status & UsbHardware::kPortChange) != 0) thread_call_enter(controller->fPortCall);
}

void DrydockUSBController::deliverFinishedAction(OSObject *self, IOInterruptEventSource *, int) {
  static_cast<DrydockUSBController *>(self)->deliverFinished();
}

// --- Transfers.

void DrydockUSBController::submit(Transfer *transfer, uint16_t address, uint8_t endpoint,
                                  uint32_t timeoutMs) {
  fHardware->Submit(transfer, address, endpoint, transfer->buffer, transfer->length,
                    timeoutMs * drydock::kernel::kMillisecond);
}

bool DrydockUSBController::cancel(Transfer *transfer) { return fHardware->Cancel(transfer); }

void DrydockUSBController::drainRing() {
  UsbHardware::Completion completion;
  while (fHardware->PopCompletion(&completion)) {
    auto *transfer = static_cast<Transfer *>(completion.cookie);
    transfer->pipe->unlink(transfer);
    finish(transfer, completion.status, completion.bytes);
  }
}

void DrydockUSBController::finish(Transfer *transfer, IOReturn status, uint32_t bytes) {
  transfer->status = status;
  transfer->bytes = bytes;
  *fFinishedTail = transfer;
  fFinishedTail = &transfer->next;
}

void DrydockUSBController::signalFinished() {
  fFinishedSource->interruptOccurred(nullptr, this, 0);
}

void DrydockUSBController::deliverFinished() {
  while (fFinished != nullptr) {
    // Unlinked first: a completion may abort transfers, and so call this function again.
    Transfer *transfer = fFinished;
    fFinished = transfer->next;
    if (fFinished == nullptr) fFinishedTail = &fFinished;
    drydock::IoCompleted(transfer->pipe->fInterface, transfer->client, transfer->pipe,
                         transfer->status, transfer->bytes);
    transfer->completion.action(transfer->completion.owner, transfer->completion.parameter,
                                transfer->status, transfer->bytes);
    transfer->buffer->release();
    transfer->pipe->release();
    IODelete(transfer, Transfer, 1);
  }
}

// --- Ports.

void DrydockUSBController::Plug(int port, const drydock::UsbDeviceModel *model) {
  fHardware->Plug(port, model);
}

void DrydockUSBController::Unplug(int port) { fHardware->Unplug(port); }

IOUSBHostDevice *DrydockUSBController::copyDevice(int port) {
  IOUSBHostDevice *device = nullptr;
  fGate->runAction(
      [](OSObject *self, void *port, void *result, void *, void *) {
        IOUSBHostDevice *found =
            static_cast<DrydockUSBController *>(self)->fPorts[*static_cast<int *>(port)].device;
        if (found != nullptr) found->retain();
        *static_cast<IOUSBHostDevice **>(result) = found;
        return kIOReturnSuccess;
      },
      &port, &device);
  return device;
}

void DrydockUSBController::processPortsCall(thread_call_param_t self, thread_call_param_t) {
  static_cast<DrydockUSBController *>(self)->processPorts();
}

// The thread call runs on one thread at a time. It brings each port in line with the hardware: a
// device that was unplugged is terminated, and the next one is made when deviceGone enters the
// thread call again.
void DrydockUSBController::processPorts() {
  struct Step {
    int port;
    uint16_t address = 0;
    const drydock::UsbDeviceModel *model = nullptr;  // to be connected
    IOUSBHostDevice *leaving = nullptr;              // to be terminated
  };
  for (int port = 0; port < kPorts; ++port) {
    Step step = {.port = port};
    fGate->runAction(
        [](OSObject *owner, void *argument, void *, void *, void *) {
          auto *self = static_cast<DrydockUSBController *>(owner);
          auto *step = static_cast<Step *>(argument);
          Port *port = &self->fPorts[step->port];
          const drydock::kernel::AtomicSection section;  // address and model of the same device
          step->address = self->fHardware->AddressOn(step->port);
          if (port->device == nullptr) {
            step->model = self->fHardware->ModelOn(step->port);
          } else if (port->device->fAddress != step->address && !port->terminating) {
            port->terminating = true;
            step->leaving = port->device;
            step->leaving->retain();
          }
          return kIOReturnSuccess;
        },
        &step);
    if (step.leaving != nullptr) {
      step.leaving->terminate(kIOServiceRequired);
      step.leaving->release();
    } else if (step.model != nullptr) {
      connect(port, step.address, step.model);
    }
  }
}

void DrydockUSBController::connect(int port, uint16_t address,
                                   const drydock::UsbDeviceModel *model) {
  const std::vector<uint8_t> configuration = drydock::MakeConfigurationDescriptor(*model);
  const auto device = drydock::Owned(IOUSBHostDevice::withDescriptors(
      this, port, address, drydock::MakeDeviceDescriptor(*model),
      reinterpret_cast<const StandardUSB::ConfigurationDescriptor *>(configuration.data())));
  if (device == nullptr) return;
  device->setName(model->name.c_str());
  if (!device->attach(this)) return;  // the controller is being terminated
  fGate->runAction(
      [](OSObject *self, void *port, void *device, void *, void *) {
        static_cast<DrydockUSBController *>(self)->fPorts[*static_cast<int *>(port)] = {
            static_cast<IOUSBHostDevice *>(device), /*terminating=*/false};
        return kIOReturnSuccess;
      },
      &port, device.get());
  device->retain();
  device->registerService();
  device->setConfiguration(drydock::kUsbConfiguration);
}

void DrydockUSBController::deviceGone(IOUSBHostDevice *device) {
  fGate->runAction(
      [](OSObject *owner, void *argument, void *, void *, void *) {
        auto *self = static_cast<DrydockUSBController *>(owner);
        auto *gone = static_cast<IOUSBHostDevice *>(argument);
        Port *port = &self->fPorts[gone->fPort];
        if (port->device == gone) {
          *port = {};
          gone->release();
        }
        return kIOReturnSuccess;
      },
      device);
  thread_call_enter(fPortCall);
}
