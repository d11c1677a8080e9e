// drivers/service/power.h
//
// The power states of services. (service.md 3.11)
//
// Each service that called PMinit has a power state it is in and one that is wanted. A change runs
// on a thread call, outside every gate, one at a time for a service: it calls the controlling
// driver and, if that says so, waits for its acknowledgement. There is no budget of power between
// parents and children here; the plane only orders sleep and wake.
#ifndef DRYDOCK_DRIVERS_SERVICE_POWER_H_
#define DRYDOCK_DRIVERS_SERVICE_POWER_H_

#include <IOKit/IOService.h>

#include "scheduler/kernel/thread_call.h"

namespace drydock {

class Power {
 public:
  // Null if the service's PMinit has not been called.
  static Power* Of(const IOService* service) { return service->fPower; }

  explicit Power(IOService* service);
  ~Power();
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;

  // PMstop: no new call-outs from here on, and none running on other threads.
  void Stop();
  // Leaves the plane, and is a finding, if PMstop was never called. The service's last detach.
  static void CheckStopped(IOService* service);

  IOReturn Register(IOService* driver, const IOPMPowerState* states, unsigned long count);
  // The service is in the power plane.
  void Join();

  // What is wanted of the device; the higher of the two counts, and 0 while the system sleeps.
  enum class Voice { kDevice, kDriver };
  IOReturn Want(Voice voice, unsigned long state);
  IOReturn WantHighest();
  void SetAsleep(bool asleep);
  // Waits until the service is in the state that is wanted.
  void Settle();

  void Acknowledge();
  void AddInterested(IOService* driver);
  void RemoveInterested(IOService* driver);

  // The highest state that needs no more of its parent than `given`.
  unsigned long HighestFor(IOPMPowerFlags given) const;
  unsigned long state() const { return state_ == kUnknown ? 0 : state_; }
  IOPMPowerFlags capabilities() const;

  // The root of the power plane, made when it is first asked for; taken away at shutdown.
  static IOPMrootDomain* RootDomain();
  static void Shutdown();

 private:
  static constexpr unsigned long kUnknown = ~0ul;

  void Halt();
  void Begin();
  void Change();
  bool Next(unsigned long* state);
  void CallDriver(unsigned long state);
  void TellInterested(unsigned long state, bool done);

  IOService* const service_;  // whose it is
  IOService* driver_ = nullptr;
  IOPMPowerState* states_ = nullptr;
  unsigned long count_ = 0;
  unsigned long state_ = kUnknown;
  unsigned long wanted_[2] = {0, 0};
  unsigned long initial_ = 0;  // wanted as long as nobody said anything
  bool spoken_ = false;
  bool joined_ = false;
  bool asleep_ = false;
  bool stopped_ = false;
  bool changing_ = false;                  // a thread call is at it
  bool acknowledged_ = false;              // since the driver was last called
  kernel::Thread* calling_out_ = nullptr;  // the thread that is in a driver
  kernel::ThreadCall* call_ = nullptr;
  OSArray* interested_ = nullptr;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_POWER_H_
