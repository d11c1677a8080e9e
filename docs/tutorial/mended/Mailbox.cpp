// The driver of the tutorial, mended.
#include "Mailbox.h"

#include <IOKit/IOWorkLoop.h>

#define super IOService

OSDefineMetaClassAndStructors(Mailbox, IOService)

bool Mailbox::start(IOService *provider) {
  if (!super::start(provider)) return false;
  fGate = IOCommandGate::commandGate(this);
  if (fGate == NULL || getWorkLoop()->addEventSource(fGate) != kIOReturnSuccess) return false;
  registerService();
  return true;
}

bool Mailbox::willTerminate(IOService *provider, IOOptionBits options) {
  fGone = true;
  fGate->commandWakeup(&fFull);
  return super::willTerminate(provider, options);
}

void Mailbox::stop(IOService *provider) {
  fGate->getWorkLoop()->removeEventSource(fGate);
  super::stop(provider);
}

void Mailbox::free() {
  OSSafeReleaseNULL(fGate);
  super::free();
}

IOReturn Mailbox::post(UInt32 letter) {
  return call(OSMemberFunctionCast(IOCommandGate::Action, this, &Mailbox::postGated), &letter);
}

IOReturn Mailbox::take(UInt32 *letter) {
  return call(OSMemberFunctionCast(IOCommandGate::Action, this, &Mailbox::takeGated), letter);
}

IOReturn Mailbox::call(IOCommandGate::Action action, UInt32 *letter) {
  IOReturn result = fGate->runAction(action, letter);
  // stop() has removed the gate: before the call, or while it waited.
  if (result == kIOReturnNotReady || result == kIOReturnAborted) return kIOReturnOffline;
  return result;
}

IOReturn Mailbox::postGated(UInt32 *letter) {
  while (fFull && !fGone) fGate->commandSleep(&fFull, THREAD_UNINT);
  if (fGone) return kIOReturnOffline;
  fLetter = *letter;
  fFull = true;
  fGate->commandWakeup(&fFull);
  return kIOReturnSuccess;
}

IOReturn Mailbox::takeGated(UInt32 *letter) {
  while (!fFull && !fGone) fGate->commandSleep(&fFull, THREAD_UNINT);
  if (fGone) return kIOReturnOffline;
  *letter = fLetter;
  fFull = false;
  fGate->commandWakeup(&fFull);
  return kIOReturnSuccess;
}
