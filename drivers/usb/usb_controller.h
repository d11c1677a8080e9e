// drivers/usb/usb_controller.h
//
// A USB host controller, and its driver in one: the provider of USB devices. It has a work loop of
// its own, which its devices and their drivers share, and an interrupt line, which it may share
// with other controllers.
//
//   DrydockUSBController* usb = DrydockUSBController::withOptions({.interrupt_line = 16});
//   usb->attach(platform); usb->start(platform);
//   usb->Plug(0, &serial_adapter);    // … IOUSBHostDevice and IOUSBHostInterface appear and are
//   matched usb->Unplug(0);
//
// Plugging and unplugging only change the hardware (drivers/usb/usb_hardware.h), which says so by
// an interrupt; the action completes transfers in the gate and leaves what happened to the ports to
// a thread call, where nubs are made and terminated without the gate. A transfer may therefore fail
// before the driver hears that its device is gone. (service.md 7.6)
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
  // What transfers end with that an unplug catches: kIOReturnNotResponding or kIOReturnAborted.
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

  // The hand on the cable, for scenarios and tests: any context but interrupt context. `model`
  // outlives the run. A port in use is unplugged first; unplugging an empty one does nothing.
  void Plug(int port, const drydock::UsbDeviceModel *model);
  void Unplug(int port);

  // What is on the port, +1, from the moment its nub is made until that is detached; null if
  // nothing. Thread context.
  IOUSBHostDevice *copyDevice(int port);

 private:
  friend class IOUSBHostDevice;
  friend class IOUSBHostInterface;
  friend class IOUSBHostPipe;
  using Transfer = IOUSBHostPipe::Transfer;

  struct Port {
    IOUSBHostDevice *device;  // until it is detached
    bool terminating;
  };

  static bool filterInterrupt(OSObject *self, IOFilterInterruptEventSource *source);
  static void handleInterrupt(OSObject *self, IOInterruptEventSource *source, int count);
  static void deliverFinishedAction(OSObject *self, IOInterruptEventSource *source, int count);
  static void processPortsCall(thread_call_param_t self, thread_call_param_t);

  // --- Transfers, in the gate.

  IOCommandGate *gate() const { return fGate; }
  // Hands a transfer to the hardware.
  void submit(Transfer *transfer, uint16_t address, uint8_t endpoint, uint32_t timeoutMs);
  // Takes it back; false if the hardware has finished it, and its completion is in the ring.
  bool takeBack(Transfer *transfer);
  // Completes what is in the hardware's ring.
  void drainRing();
  // Queues a transfer for its completion to be called: by deliverFinished, or on the work loop's
  // thread after signalFinished.
  void finish(Transfer *transfer, IOReturn status, uint32_t bytes);
  void signalFinished();
  void deliverFinished();

  // --- Ports, on the thread call.

  void processPorts();
  void connect(int port, uint16_t address, const drydock::UsbDeviceModel *model);
  // The device has been detached, its port is free.
  void deviceGone(IOUSBHostDevice *device);

  Options fOptions;
  drydock::UsbHardware *fHardware;  // lives as long as the boot
  IOWorkLoop *fWorkLoop;
  IOCommandGate *fGate;
  IOFilterInterruptEventSource *fInterrupt;
  IOInterruptEventSource *fFinishedSource;  // a software source
  thread_call_t fPortCall;
  volatile uint32_t fStatus;  // what the filter acknowledged and the action has not handled
  Port fPorts[kPorts];        // in the gate
  Transfer *fFinished;        // oldest first; in the gate
  Transfer **fFinishedTail;
};

#endif  // DRYDOCK_DRIVERS_USB_USB_CONTROLLER_H_
