#include "drivers/flawed/flawed_driver.h"

#include "scheduler/kernel/interrupt.h"

#define super IOService

OSDefineMetaClassAndStructors(FlawedDevice, IOService)

void FlawedDevice::acknowledge() { drydock::kernel::InterruptLower(kLine); }

OSDefineMetaClassAndAbstractStructors(FlawedDriver, IOService)

IOReturn FlawedDriver::call(UInt32) { return kIOReturnSuccess; }

bool FlawedDriver::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fDevice = OSDynamicCast(FlawedDevice, provider);
  fLoop = IOWorkLoop::workLoop();
  fGate = IOCommandGate::commandGate(this);
  return fDevice != NULL && fLoop != NULL && fGate != NULL &&
         fLoop->addEventSource(fGate) == kIOReturnSuccess;
}

void FlawedDriver::stop(IOService *provider) {
  fLoop->removeEventSource(fGate);
  super::stop(provider);
}

void FlawedDriver::free() {
  OSSafeReleaseNULL(fGate);
  OSSafeReleaseNULL(fLoop);
  super::free();
}
