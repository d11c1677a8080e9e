// drivers/usb/usb_controller.h
//
// A USB host controller together with its driver: the provider of USB devices. It has a work loop
// of its own, which its devices and their drivers share, and an interrupt line, which it may share
// with other controllers.
//
//   DrydockUSBController* usb = DrydockUSBController::withOptions({.interrupt_line = 16});
//   usb->attach(platform);
//   usb->start(platform);
//   usb->Plug(0, &serial_adapter);  // an IOUSBHostDevice and its interfaces appear and are matched
//   usb->Unplug(0);                 // they are terminated
//
// Plug and Unplug only change the hardware (drivers/usb/usb_hardware.h), which raises an interrupt.
// The interrupt's action completes transfers in the gate; a thread call, without the gate, makes
// and terminates nubs for the ports that changed. A transfer may therefore fail before the driver
// is told that its device is gone. (service.md 7.6)
#ifndef DRYDOCK_DRIVERS_USB_USB_CONTROLLER_H_
#define DRYDOCK_DRIVERS_USB_USB_CONTROLLER_H_

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>
#include <IOKit/usb/IOUSBHostDevice.h>
#include <IOKit/usb/IOUSBHostPipe.h>
#include <kern/thread_call.h>

#include "drivers/usb/usb_model.h"

namespace drydock {
class UsbHardware;
}

struct DrydockUSBControllerOptions {
  int interrupt_line = 16;
  // The status of transfers in flight at an unplug: kIOReturnNotResponding or kIOReturnAborted.
  // (US-18)
  IOReturn unplug_status = kIOReturnNotResponding;
};

class DrydockUSBController : public IOService {
  OSDeclareDefaultStructors(DrydockUSBController)

 public:
  using Options = DrydockUSBControllerOptions;
  static constexpr int kPorts = 8;

  // +1; to be attached and started.
  static DrydockUSBController *withOptions(const Options &options);

  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  IOWorkLoop *getWorkLoop() const override;

  // Plug a device into a port and unplug it, for scenarios and tests. Any context but interrupt
  // context. `model` must outlive the run. A port in use is unplugged first; unplugging an empty
  // port does nothing.
  void Plug(int port, const drydock::UsbDeviceModel *model);
  void Unplug(int port);

  // The nub of the device on the port, from its creation until it is detached; +1, or null. Thread
  // context.
  IOUSBHostDevice *copyDevice(int port);

 private:
  friend class IOUSBHostDevice;
  friend class IOUSBHostInterface;
  friend class IOUSBHostPipe;
  using Transfer = IOUSBHostPipe::Transfer;

  struct Port {
    IOUSBHostDevice *device;  // retained until it is detached; null: none
    bool terminating;
  };

  static bool filterInterrupt(OSObject *self, IOFilterInterruptEventSource *source);
  static void handleInterrupt(OSObject *self, IOInterruptEventSource *source, int count);
  static void deliverFinishedAction(OSObject *self, IOInterruptEventSource *source, int count);
  static void processPortsCall(thread_call_param_t self, thread_call_param_t);

  // --- Transfers, in the gate.

  IOCommandGate *gate() const { return fGate; }
  // Submits a transfer to the hardware.
  void submit(Transfer *transfer, uint16_t address, uint8_t endpoint, uint32_t timeoutMs);
  // Cancels a transfer in the hardware; false if it is finished, and its completion is in the ring.
  bool cancel(Transfer *transfer);
  // Finishes the transfers whose completions are in the hardware's ring.
  void drainRing();
  // Queues a transfer until deliverFinished calls its completion. signalFinished has the work
  // loop's thread do that.
  void finish(Transfer *transfer, IOReturn status, uint32_t bytes);
  void signalFinished();
  void deliverFinished();

  // --- Ports, on the thread call.

  void processPorts();
  void connect(int port, uint16_t address, const drydock::UsbDeviceModel *model);
  // The device has been detached, so its port is free.
  void deviceGone(IOUSBHostDevice *device);

  Options fOptions;
  drydock::UsbHardware *fHardware;  // lives as long as the boot
  IOWorkLoop *fWorkLoop;
  IOCommandGate *fGate;
  IOFilterInterruptEventSource *fInterrupt;
  IOInterruptEventSource *fFinishedSource;  // a software source
  thread_call_t fPortCall;
  volatile uint32_t fStatus;  // status bits that the filter acknowledged, for the action
  Port fPorts[kPorts];        // in the gate
  Transfer *fFinished;        // oldest first; in the gate
  Transfer **fFinishedTail;
};

#endif  // DRYDOCK_DRIVERS_USB_USB_CONTROLLER_H_
