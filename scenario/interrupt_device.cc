// The interrupt device: raised by the outside world, handled by a filter and an action.
#include "scenario/interrupt_device.h"

#include "drivers/service/platform.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"

namespace kernel = drydock::kernel;

OSDefineMetaClassAndStructors(DrydockInterruptDevice, IOService)

DrydockInterruptDevice* DrydockInterruptDevice::Make(const drydock::Scenario& scenario,
                                                     size_t index,
                                                     drydock::ScenarioFixture* fixture) {
  auto* self = OSTypeAlloc(DrydockInterruptDevice);
  self->init();
  self->fScript = &scenario.interrupts[index];
  self->fIndex = index;
  self->fFixture = fixture;
  self->fLoop = fixture->work_loop(self->fScript->work_loop);
  self->fLoop->retain();
  self->setName(self->fScript->name.c_str());
  return self;
}

bool DrydockInterruptDevice::start(IOService* provider) {
  if (!IOService::start(provider)) return false;
  drydock::AddInterrupt(this, fScript->line);
  fSource = fScript->has_filter ? IOFilterInterruptEventSource::filterInterruptEventSource(
                                      this, &handle, &filter, this)
                                : IOInterruptEventSource::interruptEventSource(this, &handle, this);
  if (fSource == nullptr || fLoop->addEventSource(fSource) != kIOReturnSuccess) return false;
  fSource->enable();
  scheduleNext();
  return true;
}

void DrydockInterruptDevice::stop(IOService* provider) {
  kernel::OutsideCancel(fNext);
  fSource->disable();
  fLoop->removeEventSource(fSource);
  IOService::stop(provider);
}

void DrydockInterruptDevice::free() {
  OSSafeReleaseNULL(fSource);
  OSSafeReleaseNULL(fLoop);
  IOService::free();
}

void DrydockInterruptDevice::scheduleNext() {
  if (fRaised == fScript->times) return;
  fNext = kernel::OutsideSchedule(fScript->first_ns + fRaised * fScript->every_ns, "interrupt", 0,
                                  &raise, this);
}

void DrydockInterruptDevice::raise(void* argument) {
  auto* self = static_cast<DrydockInterruptDevice*>(argument);
  ++self->fRaised;
  self->fPending = true;
  kernel::InterruptRaise(self->fScript->line);
  self->scheduleNext();
}

bool DrydockInterruptDevice::filter(OSObject* object, IOFilterInterruptEventSource* source) {
  auto* self = static_cast<DrydockInterruptDevice*>(object);
  if (!self->fPending) return false;
  self->fPending = false;
  kernel::InterruptLower(self->fScript->line);
  kernel::Delay(self->fScript->filter_ns);
  // The interrupt is acknowledged here, so the line need not stay masked until the action has run:
  // signal the source and return false.
  source->signalInterrupt();
  return false;
}

void DrydockInterruptDevice::handle(OSObject* object, IOInterruptEventSource*, int) {
  auto* self = static_cast<DrydockInterruptDevice*>(object);
  if (!self->fScript->has_filter) {
    self->fPending = false;
    kernel::InterruptLower(self->fScript->line);
  }
  self->fFixture->DoAction(self->fScript->steps);
  self->fFixture->CountAction(self->fIndex);
}
