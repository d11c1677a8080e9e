// The driver of the tutorial, with two defects.
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

void Mailbox::stop(IOService *provider) {
  fGate->getWorkLoop()->removeEventSource(fGate);
  super::stop(provider);
}

void Mailbox::free() {
  OSSafeReleaseNULL(fGate);
  super::free();
}

IOReturn Mailbox::post(UInt32 letter) {
  return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, &Mailbox::postGated),
                          &letter);
}

IOReturn Mailbox::take(UInt32 *letter) {
  return fGate->runAction(OSMemberFunctionCast(IOCommandGate::Action, this, &Mailbox::takeGated),
                          letter);
}

IOReturn Mailbox::postGated(UInt32 *letter) {
  while (fFull) fGate->commandSleep(&fFull, THREAD_UNINT);
  fLetter = *letter;
  fFull = true;
  fGate->commandWakeup(&fFull);
  return kIOReturnSuccess;
}

IOReturn Mailbox::takeGated(UInt32 *letter) {
  if (!fFull) fGate->commandSleep(&fFull, THREAD_UNINT);
  *letter = fLetter;
  fFull = false;
  fGate->commandWakeup(&fFull);
  return kIOReturnSuccess;
}
