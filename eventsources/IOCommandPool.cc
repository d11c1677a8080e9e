#include <IOKit/IOCommandGate.h>
#include <IOKit/IOCommandPool.h>
#include <IOKit/IOWorkLoop.h>

OSDefineMetaClassAndStructors(IOCommand, OSObject)
OSDefineMetaClassAndStructors(IOCommandPool, OSObject)

bool IOCommand::init() { return OSObject::init(); }

OSPtr<IOCommandPool> IOCommandPool::withWorkLoop(IOWorkLoop *workLoop) {
  IOCommandPool *pool = OSTypeAlloc(IOCommandPool);
  if (!pool->initWithWorkLoop(workLoop)) OSSafeReleaseNULL(pool);
  return pool;
}

bool IOCommandPool::initWithWorkLoop(IOWorkLoop *workLoop) {
  if (workLoop == nullptr || !OSObject::init()) return false;
  fSerializer = IOCommandGate::commandGate(this);
  return fSerializer != nullptr && workLoop->addEventSource(fSerializer) == kIOReturnSuccess;
}

void IOCommandPool::free() {
  if (fSerializer != nullptr) {
    if (IOWorkLoop *loop = fSerializer->getWorkLoop()) loop->removeEventSource(fSerializer);
    OSSafeReleaseNULL(fSerializer);
  }
  OSObject::free();
}

OSPtr<IOCommand> IOCommandPool::getCommand(bool blockForCommand) {
  IOCommand *command = nullptr;
  fSerializer->runAction(
      [](OSObject *owner, void *place, void *block, void *, void *) -> IOReturn {
        return static_cast<IOCommandPool *>(owner)->gatedGetCommand(
            static_cast<IOCommand **>(place), block != nullptr);
      },
      &command, blockForCommand ? this : nullptr);
  return command;
}

void IOCommandPool::returnCommand(IOCommand *command) {
  if (command == nullptr) return;
  fSerializer->runAction(
      [](OSObject *owner, void *returned, void *, void *, void *) -> IOReturn {
        return static_cast<IOCommandPool *>(owner)->gatedReturnCommand(
            static_cast<IOCommand *>(returned));
      },
      command);
}

IOReturn IOCommandPool::gatedGetCommand(IOCommand **command, bool blockForCommand) {
  while (fFirst == nullptr) {
    if (!blockForCommand) return kIOReturnNoResources;
    ++fSleepers;
    fSerializer->commandSleep(&fSleepers, THREAD_UNINT);
  }
  *command = fFirst;
  fFirst = fFirst->fNext;
  (*command)->fNext = nullptr;
  return kIOReturnSuccess;
}

IOReturn IOCommandPool::gatedReturnCommand(IOCommand *command) {
  command->fNext = fFirst;
  fFirst = command;
  if (fSleepers > 0) {
    --fSleepers;
    fSerializer->commandWakeup(&fSleepers, /*oneThread=*/true);
  }
  return kIOReturnSuccess;
}
