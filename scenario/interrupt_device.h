// scenario/interrupt_device.h
//
// A device that does nothing but interrupt, with the driver that answers.
#ifndef DRYDOCK_SCENARIO_INTERRUPT_DEVICE_H_
#define DRYDOCK_SCENARIO_INTERRUPT_DEVICE_H_

#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOService.h>

#include "scenario/scenario.h"
#include "scenario/scenario_fixture.h"
#include "scheduler/kernel/outside.h"

class DrydockInterruptDevice : public IOService {
  OSDeclareDefaultStructors(DrydockInterruptDevice)

 public:
  // Number `index` of the scenario's interrupts. Both must outlive the run. +1, attached to
  // nothing.
  static DrydockInterruptDevice* Make(const drydock::Scenario& scenario, size_t index,
                                      drydock::ScenarioFixture* fixture);

  bool start(IOService* provider) override;
  void stop(IOService* provider) override;
  void free() override;
  IOWorkLoop* getWorkLoop() const override { return fLoop; }

 private:
  void scheduleNext();
  static void raise(void* self);
  static bool filter(OSObject* self, IOFilterInterruptEventSource* source);
  static void handle(OSObject* self, IOInterruptEventSource* source, int count);

  const drydock::Scenario::Interrupt* fScript;
  size_t fIndex;
  drydock::ScenarioFixture* fFixture;
  IOWorkLoop* fLoop;                // retained
  IOInterruptEventSource* fSource;  // retained
  drydock::kernel::OutsideHandle fNext;
  uint32_t fRaised;
  bool fPending;  // the line is up, because of us
};

#endif  // DRYDOCK_SCENARIO_INTERRUPT_DEVICE_H_
