// The device keeps its line raised until its driver acknowledges the interrupt.
//
// Defect: the filter says that the interrupt is not its device's, and does not acknowledge it.
// Finding: endless; interrupt-storm.
// Sound twin: the filter acknowledges and claims it.
#include "drivers/flawed/flawed_driver.h"

class InterruptStorm : public FlawedFilterDriver {
  OSDeclareDefaultStructors(InterruptStorm)

 private:
  bool filter() override {
    if (fFlawed) return false;
    fDevice->acknowledge();
    return true;
  }
};
OSDefineMetaClassAndStructors(InterruptStorm, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kInterruptStorm;
const FlawedCase kInterruptStorm = {
    .name = "interrupt-storm",
    .defect = "Its filter says that the interrupt is not its device's, and does not acknowledge it",
    .failure = "endless; interrupt-storm",
    .make = []() -> FlawedDriver* { return OSTypeAlloc(InterruptStorm); },
    .clients = 0,
    .interrupts = 2,
};
}  // namespace drydock
