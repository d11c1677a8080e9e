// The power methods of a service: those a driver calls, and what those it overrides do by default.
// (service.md 3.11)
#include <IOKit/IOService.h>
#include <IOKit/pwr_mgt/IOPMpowerState.h>
#include <IOKit/pwr_mgt/RootDomain.h>

#include "drivers/service/owned.h"
#include "drivers/service/power.h"
#include "drivers/service/service_state.h"

using drydock::Power;
using drydock::StateOf;

void IOService::PMinit() {
  if (fState.power == nullptr) fState.power = new Power(this);
}

void IOService::PMstop() {
  if (fState.power != nullptr) fState.power->Stop();
}

void IOService::joinPMtree(IOService *driver) {
  if (StateOf(driver).power == nullptr) return;
  // The nearest of this service and its providers that has called PMinit.
  OSSharedPtr<IOService> parent(this, OSRetain);
  while (parent != nullptr && (StateOf(parent.get()).power == nullptr || parent == driver)) {
    parent.reset(parent->getProvider(), OSRetain);
  }
  IOService *above = parent != nullptr ? parent.get() : drydock::PowerRootDomain();
  driver->attachToParent(above, gIOPowerPlane);
  StateOf(driver).power->Join();
}

IOReturn IOService::registerPowerDriver(IOService *controllingDriver, IOPMPowerState *powerStates,
                                        unsigned long numberOfStates) {
  if (fState.power == nullptr) return kIOPMNotYetInitialized;
  return fState.power->Register(controllingDriver, powerStates, numberOfStates);
}

IOReturn IOService::setPowerState(unsigned long, IOService *) { return kIOPMAckImplied; }

IOReturn IOService::acknowledgeSetPowerState() {
  if (fState.power == nullptr) return kIOPMNotYetInitialized;
  fState.power->Acknowledge();
  return IOPMNoErr;
}

IOReturn IOService::makeUsable() {
  return fState.power != nullptr ? fState.power->WantHighest() : kIOPMNotYetInitialized;
}

IOReturn IOService::changePowerStateTo(unsigned long ordinal) {
  return fState.power != nullptr ? fState.power->Want(Power::Voice::kDevice, ordinal)
                                 : kIOPMNotYetInitialized;
}

IOReturn IOService::changePowerStateToPriv(unsigned long ordinal) {
  return fState.power != nullptr ? fState.power->Want(Power::Voice::kDriver, ordinal)
                                 : kIOPMNotYetInitialized;
}

UInt32 IOService::getPowerState() {
  return fState.power != nullptr ? static_cast<UInt32>(fState.power->state()) : 0;
}

IOPMPowerFlags IOService::registerInterestedDriver(IOService *driver) {
  if (fState.power == nullptr || driver == nullptr) return 0;
  fState.power->AddInterested(driver);
  return fState.power->capabilities();
}

IOReturn IOService::deRegisterInterestedDriver(IOService *driver) {
  if (fState.power == nullptr) return kIOPMNotYetInitialized;
  fState.power->RemoveInterested(driver);
  return IOPMNoErr;
}

IOReturn IOService::powerStateWillChangeTo(IOPMPowerFlags, unsigned long, IOService *) {
  return kIOPMAckImplied;
}

IOReturn IOService::powerStateDidChangeTo(IOPMPowerFlags, unsigned long, IOService *) {
  return kIOPMAckImplied;
}

unsigned long IOService::initialPowerStateForDomainState(IOPMPowerFlags domainState) {
  return fState.power != nullptr ? fState.power->HighestFor(domainState) : 0;
}

IOPMrootDomain *IOService::getPMRootDomain() { return drydock::PowerRootDomain(); }
