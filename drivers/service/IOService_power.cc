// What drivers call about power, and what they are called with. (service.md 3.11)
#include <IOKit/IOService.h>
#include <IOKit/pwr_mgt/IOPMpowerState.h>
#include <IOKit/pwr_mgt/RootDomain.h>

#include "drivers/service/owned.h"
#include "drivers/service/power.h"

using drydock::Power;

void IOService::PMinit() {
  if (fPower == nullptr) fPower = new Power(this);
}

void IOService::PMstop() {
  if (fPower != nullptr) fPower->Stop();
}

void IOService::joinPMtree(IOService *driver) {
  if (driver->fPower == nullptr) return;
  // The nearest of its providers that takes part.
  OSSharedPtr<IOService> parent(this, OSRetain);
  while (parent != nullptr && (parent->fPower == nullptr || parent == driver)) {
    parent.reset(parent->getProvider(), OSRetain);
  }
  IOService *above = parent != nullptr ? parent.get() : Power::RootDomain();
  driver->attachToParent(above, gIOPowerPlane);
  driver->fPower->Join();
}

IOReturn IOService::registerPowerDriver(IOService *controllingDriver, IOPMPowerState *powerStates,
                                        unsigned long numberOfStates) {
  if (fPower == nullptr) return kIOPMNotYetInitialized;
  return fPower->Register(controllingDriver, powerStates, numberOfStates);
}

IOReturn IOService::setPowerState(unsigned long, IOService *) { return kIOPMAckImplied; }

IOReturn IOService::acknowledgeSetPowerState() {
  if (fPower == nullptr) return kIOPMNotYetInitialized;
  fPower->Acknowledge();
  return IOPMNoErr;
}

IOReturn IOService::makeUsable() {
  return fPower != nullptr ? fPower->WantHighest() : kIOPMNotYetInitialized;
}

IOReturn IOService::changePowerStateTo(unsigned long ordinal) {
  return fPower != nullptr ? fPower->Want(Power::Voice::kDevice, ordinal) : kIOPMNotYetInitialized;
}

IOReturn IOService::changePowerStateToPriv(unsigned long ordinal) {
  return fPower != nullptr ? fPower->Want(Power::Voice::kDriver, ordinal) : kIOPMNotYetInitialized;
}

UInt32 IOService::getPowerState() {
  return fPower != nullptr ? static_cast<UInt32>(fPower->state()) : 0;
}

IOPMPowerFlags IOService::registerInterestedDriver(IOService *driver) {
  if (fPower == nullptr || driver == nullptr) return 0;
  fPower->AddInterested(driver);
  return fPower->capabilities();
}

IOReturn IOService::deRegisterInterestedDriver(IOService *driver) {
  if (fPower == nullptr) return kIOPMNotYetInitialized;
  fPower->RemoveInterested(driver);
  return IOPMNoErr;
}

IOReturn IOService::powerStateWillChangeTo(IOPMPowerFlags, unsigned long, IOService *) {
  return kIOPMAckImplied;
}

IOReturn IOService::powerStateDidChangeTo(IOPMPowerFlags, unsigned long, IOService *) {
  return kIOPMAckImplied;
}

unsigned long IOService::initialPowerStateForDomainState(IOPMPowerFlags domainState) {
  return fPower != nullptr ? fPower->HighestFor(domainState) : 0;
}

IOPMrootDomain *IOService::getPMRootDomain() { return Power::RootDomain(); }
