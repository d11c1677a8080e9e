// The modelled device that flawed drivers run on.
#include "drivers/flawed/flawed_driver.h"

#include "drivers/service/io_rules.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/thread.h"

#define super IOService

OSDefineMetaClassAndStructors(FlawedDevice, IOService)

void FlawedDevice::acknowledge() { drydock::kernel::InterruptLower(kLine); }

void FlawedDevice::transfer(FlawedDriver *client) {
  drydock::IoAccepted(this, client, this, 1, "transfer");
  retain();
  client->retain();
  drydock::kernel::ThreadStart({.name = "device"}, [this, client] {
    drydock::kernel::Sleep(40 * drydock::kernel::kMicrosecond);
    drydock::IoCompleted(this, client, this, kIOReturnSuccess, 1);
    client->transferred();
    client->release();
    release();
  });
}

OSDefineMetaClassAndAbstractStructors(FlawedDriver, IOService)

IOReturn FlawedDriver::call(UInt32) { return kIOReturnSuccess; }

void FlawedDriver::transferred() {}

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

OSDefineMetaClassAndAbstractStructors(FlawedFilterDriver, FlawedDriver)

bool FlawedFilterDriver::start(IOService *provider) {
  if (!FlawedDriver::start(provider)) return false;
  fInterrupt = IOFilterInterruptEventSource::filterInterruptEventSource(
      this, [](OSObject *, IOInterruptEventSource *, int) {},
      [](OSObject *owner, IOFilterInterruptEventSource *) {
        return ((FlawedFilterDriver *)owner)->filter();
      },
      provider, 0);
  if (fInterrupt == NULL || fLoop->addEventSource(fInterrupt) != kIOReturnSuccess) return false;
  fInterrupt->enable();
  return true;
}

void FlawedFilterDriver::stop(IOService *provider) {
  fLoop->removeEventSource(fInterrupt);
  FlawedDriver::stop(provider);
}

void FlawedFilterDriver::free() {
  OSSafeReleaseNULL(fInterrupt);
  FlawedDriver::free();
}
