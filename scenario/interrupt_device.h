// scenario/interrupt_device.h
//
// A device that raises its interrupt line at the times that a scenario gives, and its driver.
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
  // The device for the scenario's interrupt of that index, not attached; the caller owns a
  // reference. `scenario` and `fixture` must outlive the run. Thread context.
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
  bool fPending;  // this device holds the line up
};

#endif  // DRYDOCK_SCENARIO_INTERRUPT_DEVICE_H_
