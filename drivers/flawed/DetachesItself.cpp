// The driver has nothing more to do once its provider is terminated.
//
// Defect: didTerminate detaches it from its provider, so that it is never stopped.
// Finding: detached-without-stop.
// Sound twin: it leaves detach to I/O Kit.
#include "drivers/flawed/flawed_driver.h"

class DetachesItself : public FlawedDriver {
  OSDeclareDefaultStructors(DetachesItself)

 public:
  bool didTerminate(IOService *provider, IOOptionBits options, bool *defer) override {
    bool done = FlawedDriver::didTerminate(provider, options, defer);
    if (fFlawed) detach(provider);
    return done;
  }
};
OSDefineMetaClassAndStructors(DetachesItself, FlawedDriver)

namespace drydock {
extern const FlawedCase kDetachesItself;
const FlawedCase kDetachesItself = {
    .name = "detaches-itself",
    .defect = "Its didTerminate detaches it from its provider, so that it is never stopped",
    .failure = "detached-without-stop",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(DetachesItself); },
    .clients = 0,
    .stacks = {"DetachesItself::didTerminate"},
};
}  // namespace drydock
