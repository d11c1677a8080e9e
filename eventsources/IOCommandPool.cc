// Command pools: a queue under a command gate of the pool's own.
#include <IOKit/IOCommandPool.h>

#include "scheduler/kernel/panic.h"

namespace kernel = drydock::kernel;

OSDefineMetaClassAndStructors(IOCommand, OSObject)

bool IOCommand::init() { return OSObject::init(); }

#define super OSObject
OSDefineMetaClassAndStructors(IOCommandPool, OSObject)

OSPtr<IOCommandPool> IOCommandPool::withWorkLoop(IOWorkLoop *workLoop) {
  auto *pool = new IOCommandPool;
  if (!pool->initWithWorkLoop(workLoop)) {
    pool->release();
    return nullptr;
  }
  return pool;
}

bool IOCommandPool::initWithWorkLoop(IOWorkLoop *workLoop) {
  if (workLoop == nullptr || !super::init()) return false;
  queue_init(&fQueueHead);
  fSerializer = IOCommandGate::commandGate(this);
  return fSerializer != nullptr && workLoop->addEventSource(fSerializer) == kIOReturnSuccess;
}

void IOCommandPool::free() {
  if (fSerializer != nullptr) {
    if (IOWorkLoop *loop = fSerializer->getWorkLoop()) loop->removeEventSource(fSerializer);
    fSerializer->release();
  }
  super::free();
}

OSPtr<IOCommand> IOCommandPool::getCommand(bool blockForCommand) {
  IOCommand *command = nullptr;
  const IOReturn result =
      fSerializer->runAction(&getInGate, &command, reinterpret_cast<void *>(blockForCommand));
  return result == kIOReturnSuccess ? command : nullptr;
}

void IOCommandPool::returnCommand(IOCommand *command) {
  if (command == nullptr) kernel::Panic("a null command was returned to a pool");
  fSerializer->runAction(&returnInGate, command);
}

IOReturn IOCommandPool::getInGate(OSObject *pool, void *command, void *block, void *, void *) {
  return static_cast<IOCommandPool *>(pool)->gatedGetCommand(static_cast<IOCommand **>(command),
                                                             block != nullptr);
}

IOReturn IOCommandPool::returnInGate(OSObject *pool, void *command, void *, void *, void *) {
  return static_cast<IOCommandPool *>(pool)->gatedReturnCommand(static_cast<IOCommand *>(command));
}

IOReturn IOCommandPool::gatedGetCommand(IOCommand **command, bool blockForCommand) {
  while (queue_empty(&fQueueHead)) {
    if (!blockForCommand) return kIOReturnNoResources;
    ++fSleepers;
    fSerializer->commandSleep(&fSleepers, THREAD_UNINT);
    --fSleepers;
  }
  queue_remove_first(&fQueueHead, *command, IOCommand *, fCommandChain);
  return kIOReturnSuccess;
}

IOReturn IOCommandPool::gatedReturnCommand(IOCommand *command) {
  queue_enter_first(&fQueueHead, command, IOCommand *, fCommandChain);
  if (fSleepers > 0) fSerializer->commandWakeup(&fSleepers, /*oneThread=*/true);
  return kIOReturnSuccess;
}
