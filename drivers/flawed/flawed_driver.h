// drivers/flawed/flawed_driver.h
//
// Small drivers with one classic concurrency defect each, and what they run on.
//
// A driver here is a class of plain I/O Kit source with a flag: flawed, it has its defect; else it
// is its own sound twin, the same source with the defect put right. Beside the class stands what
// the defect is and the failure it must earn. One rig drives them all: a device, clients that call
// on their own threads, interrupts, an unplug.
#ifndef DRYDOCK_DRIVERS_FLAWED_FLAWED_DRIVER_H_
#define DRYDOCK_DRIVERS_FLAWED_FLAWED_DRIVER_H_

#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>

class FlawedDriver;

// A device with one interrupt, number 0.
class FlawedDevice : public IOService {
  OSDeclareDefaultStructors(FlawedDevice)

 public:
  static const int kLine = 40;

  // Quiets the device: lowers its line. Any context.
  void acknowledge();

  // Begins a transfer for `client`, which takes 40 us; FlawedDriver::transferred is called then, on
  // a thread of the device's. In the client's gate.
  void transfer(FlawedDriver *client);
};

// What the drivers have in common: a work loop of their own, and a command gate on it from start to
// stop.
class FlawedDriver : public IOService {
  OSDeclareAbstractStructors(FlawedDriver)

 public:
  void setFlawed(bool flawed) { fFlawed = flawed; }

  // What a client asks, on its own thread, once; clients count from 0. They hold a reference on the
  // driver meanwhile.
  virtual IOReturn call(UInt32 client);

  // A transfer of its own is done.
  virtual void transferred();

  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;
  IOWorkLoop *getWorkLoop() const override { return fLoop; }

 protected:
  bool fFlawed;
  FlawedDevice *fDevice;  // the provider, from start on
  IOWorkLoop *fLoop;
  IOCommandGate *fGate;
};

// One that is about its filter: a filter source on the device's interrupt, enabled from start to
// stop, with an action that does nothing.
class FlawedFilterDriver : public FlawedDriver {
  OSDeclareAbstractStructors(FlawedFilterDriver)

 public:
  bool start(IOService *provider) override;
  void stop(IOService *provider) override;
  void free() override;

 protected:
  // Primary-interrupt context; whether the interrupt was the device's.
  virtual bool filter() = 0;

 private:
  IOFilterInterruptEventSource *fInterrupt;
};

namespace drydock {

// One of the drivers, and how it is used.
struct FlawedCase {
  const char *name;             // kebab-case
  const char *defect;           // one sentence without its full stop
  const char *failure;          // what every failing run of it comes to, as RunFlawed says it
  const char *or_failure = "";  // or comes to, where it does its worst
  FlawedDriver *(*make)();
  UInt32 clients = 2;
  int interrupts = 0;                 // that the device raises, 20 us apart
  bool interrupts_at_start = false;   // the first 20 us after the driver is told to start; else
                                      // after it has done so
  bool unplug_under_clients = false;  // else when all of them have returned
  bool also_races = false;            // a data race leads to the failure, and is not counted
  bool needs_hooks = false;           // it shows only in code that is compiled with hooks
  // Functions, each of which is in a stack of its own among those that such a failure shows.
  std::vector<const char *> stacks = {};
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_FLAWED_FLAWED_DRIVER_H_
