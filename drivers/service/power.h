// drivers/service/power.h
//
// The power states of services. (service.md 3.11)
//
// Each service that called PMinit has a current power state and a wanted one. A change runs on a
// thread call, outside every gate, one at a time for a service: it calls the controlling driver
// and, if the driver asks for time, waits for its acknowledgement. There is no budget of power
// between parents and children here; the plane only orders sleep and wake.
//
// All of this is called in thread context, with no lock of power management held.
#ifndef DRYDOCK_DRIVERS_SERVICE_POWER_H_
#define DRYDOCK_DRIVERS_SERVICE_POWER_H_

#include <IOKit/IOService.h>

#include "scheduler/kernel/thread_call.h"

namespace drydock {

class Power {
 public:
  explicit Power(IOService* service);
  ~Power();
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;

  // PMstop: no new call-outs from here on, and none running on other threads.
  void Stop();
  bool stopped() const { return stopped_; }

  IOReturn Register(IOService* driver, const IOPMPowerState* states, unsigned long count);
  // The service is in the power plane.
  void Join();

  // Asks for a state on behalf of the device's users or of its driver: the higher of the two is
  // wanted, or 0 while the system sleeps.
  enum class Voice { kDevice, kDriver };
  IOReturn Want(Voice voice, unsigned long state);
  IOReturn WantHighest();
  void SetAsleep(bool asleep);
  // Waits until the service is in the wanted state.
  void Settle();

  void Acknowledge();
  void AddInterested(IOService* driver);
  void RemoveInterested(IOService* driver);

  // The highest state that needs no more of its parent than `given`.
  unsigned long HighestFor(IOPMPowerFlags given) const;
  unsigned long state() const { return state_ == kUnknown ? 0 : state_; }
  IOPMPowerFlags capabilities() const;

 private:
  static constexpr unsigned long kUnknown = ~0ul;

  void Halt();
  void Begin();
  void Change();
  bool Next(unsigned long* state);
  void CallDriver(unsigned long state);
  void TellInterested(unsigned long state, bool done);

  IOService* const service_;  // owns this
  IOService* driver_ = nullptr;
  IOPMPowerState* states_ = nullptr;
  unsigned long count_ = 0;
  unsigned long state_ = kUnknown;
  unsigned long wanted_[2] = {0, 0};
  unsigned long initial_ = 0;  // wanted until the first Want()
  bool asked_ = false;         // Want() was called
  bool joined_ = false;
  bool asleep_ = false;
  bool stopped_ = false;
  bool changing_ = false;                  // a thread call is pending or running
  bool acknowledged_ = false;              // since the driver was last called
  kernel::Thread* calling_out_ = nullptr;  // the thread that calls a driver
  kernel::ThreadCall* call_ = nullptr;
  OSArray* interested_ = nullptr;
};

// The last detach of a service: takes it out of the power plane, and reports a finding, if it
// called PMinit and not PMstop.
void CheckPowerStopped(IOService* service);

// The root of the power plane, made at the first call; not retained. ShutdownPower takes it away.
IOPMrootDomain* PowerRootDomain();
void ShutdownPower();

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_POWER_H_
