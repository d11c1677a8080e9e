// IOKit/IOInterruptController.h
//
// Interrupt controllers: vectors on which drivers put their primary handlers.
// (workloop.md 5.4 and 5.5)
#ifndef _IOKIT_IOINTERRUPTCONTROLLER_H
#define _IOKIT_IOINTERRUPTCONTROLLER_H

#include <atomic>

#include <IOKit/IOInterrupts.h>
#include <IOKit/IOService.h>

class IOSharedInterruptController;

// One source of a controller.
struct IOInterruptVector {
  std::atomic<bool> interruptActive;        // it is being delivered
  std::atomic<bool> interruptDisabledSoft;  // not to be delivered
  std::atomic<bool> interruptDisabledHard;  // masked at the pin
  std::atomic<bool> interruptRegistered;
  std::atomic<bool> disabledByHandler;  // of a shared vector: soft-disabled in interrupt context
  IOService *nub;
  int source;
  OSObject *target;
  IOInterruptAction handler;
  void *refCon;
  IOSharedInterruptController *sharedController;  // once a second client came
};

typedef SInt32 IOInterruptVectorNumber;

// The base class of controllers, whose vectors are `vectors`. A concrete controller implements how
// a vector is masked at the pin. `source` below is the nub's own index of its interrupt;
// vectorOf maps it to a vector.
class IOInterruptController : public IOService {
  OSDeclareAbstractStructors(IOInterruptController)

 public:
  // kIOReturnNoResources if the vector is taken and cannot be shared (IN-18).
  // (The nub's own methods of these names are IOService's.)
  using IOService::disableInterrupt;
  using IOService::enableInterrupt;
  using IOService::getInterruptType;
  using IOService::registerInterrupt;
  using IOService::unregisterInterrupt;
  virtual IOReturn registerInterrupt(IOService *nub, int source, void *target,
                                     IOInterruptAction handler, void *refCon);
  virtual IOReturn unregisterInterrupt(IOService *nub, int source);
  virtual IOReturn getInterruptType(IOService *nub, int source, int *interruptType);
  virtual IOReturn enableInterrupt(IOService *nub, int source);
  virtual IOReturn disableInterrupt(IOService *nub, int source);
  // In primary-interrupt context: the pin of `source` fired.
  virtual IOReturn handleInterrupt(void *refCon, IOService *nub, int source);

  // For concrete controllers.
  virtual bool vectorCanBeShared(IOInterruptVectorNumber vectorNumber, IOInterruptVector *vector);
  virtual int getVectorType(IOInterruptVectorNumber vectorNumber, IOInterruptVector *vector);
  virtual void disableVectorHard(IOInterruptVectorNumber vectorNumber, IOInterruptVector *vector);
  virtual void enableVector(IOInterruptVectorNumber vectorNumber, IOInterruptVector *vector);

 protected:
  // The vector behind the nub's source, or -1.
  virtual IOInterruptVectorNumber vectorOf(IOService *nub, int source);
  // In primary-interrupt context: vector `number` fired. Calls its handler unless it is
  // soft-disabled; then masks it hard.
  void deliver(IOInterruptVectorNumber number);
  // Whether a handler of the vector runs on another CPU: waits until it does not.
  static void waitInactive(IOInterruptVector *vector);

  IOInterruptVector *vectors;
  int vectorCount;
};

// A controller behind one vector of another, for several clients of that vector. (workloop.md 5.5)
class IOSharedInterruptController : public IOInterruptController {
  OSDeclareDefaultStructors(IOSharedInterruptController)

 public:
  // The vector it stands on; `parent` is not retained and outlives it.
  virtual bool initSharedController(IOInterruptController *parent,
                                    IOInterruptVectorNumber parentVector);
  virtual void free() APPLE_KEXT_OVERRIDE;

  using IOInterruptController::disableInterrupt;
  using IOInterruptController::enableInterrupt;
  using IOInterruptController::getInterruptType;
  using IOInterruptController::registerInterrupt;
  using IOInterruptController::unregisterInterrupt;
  virtual IOReturn registerInterrupt(IOService *nub, int source, void *target,
                                     IOInterruptAction handler, void *refCon) APPLE_KEXT_OVERRIDE;
  virtual IOReturn unregisterInterrupt(IOService *nub, int source) APPLE_KEXT_OVERRIDE;
  virtual IOReturn getInterruptType(IOService *nub, int source,
                                    int *interruptType) APPLE_KEXT_OVERRIDE;
  virtual IOReturn enableInterrupt(IOService *nub, int source) APPLE_KEXT_OVERRIDE;
  virtual IOReturn disableInterrupt(IOService *nub, int source) APPLE_KEXT_OVERRIDE;
  virtual IOReturn handleInterrupt(void *refCon, IOService *nub, int source) APPLE_KEXT_OVERRIDE;

 private:
  IOInterruptVector *find(IOService *nub, int source);
  // Unmasks the parent's vector if this controller had masked it and every client is enabled.
  void enableParentIfBalanced();
  void adviseOfStarvation() const;

  IOInterruptController *parent;
  IOInterruptVectorNumber parentVector;
  int vectorsRegistered;
  int vectorsEnabled;
  bool controllerDisabled;  // this controller has masked the parent's pin
};

#endif  // _IOKIT_IOINTERRUPTCONTROLLER_H
