// drivers/usb/usb_hardware.h
//
// The hardware of a USB host controller: its registers, its ring of completions, the bus, and what
// is plugged into it. It knows nothing of drivers but the memory they give it and the interrupt
// line it raises.
//
// All that happens on the bus happens in the outside world, one event after the other. The driver's
// side, threads in the gate and the interrupt filter, reads registers and the ring; what it wants
// done it writes down and rings the doorbell, for a thread can be overtaken by the outside at each
// choice point, also in the middle of a method below.
#ifndef DRYDOCK_DRIVERS_USB_USB_HARDWARE_H_
#define DRYDOCK_DRIVERS_USB_USB_HARDWARE_H_

#include <deque>
#include <memory>
#include <vector>

#include <IOKit/IOMemoryDescriptor.h>
#include <IOKit/IOReturn.h>

#include "drivers/usb/interrupt_pin.h"
#include "drivers/usb/usb_model.h"
#include "scheduler/kernel/outside.h"

namespace drydock {

class UsbHardware {
 public:
  // Bits of the status register; the line is up while one is set and interrupts are enabled.
  enum Status : uint32_t {
    kTransferDone = 0x1,  // there is something in the ring
    kPortChange = 0x2,    // something was plugged or unplugged
  };

  struct Completion {
    void* cookie;
    IOReturn status;
    uint32_t bytes;
  };

  // New hardware, which lives until the end of the boot, whoever has forgotten it by then.
  static UsbHardware* Make(int ports, int interrupt_line, IOReturn unplug_status);

  // --- The driver's side. Thread context, but TakeStatus.

  // Reads the status register and clears it. Interrupt context too.
  uint32_t TakeStatus();
  void EnableInterrupts(bool enable);
  // Stops everything that was to happen, for good: nobody listens any more.
  void PowerOff();

  // Starts a transfer, called `cookie` in the ring, with an endpoint of the device at `address`; if
  // there is none, it fails as one does that an unplug catches. `buffer` stays valid, and is
  // written to, until the transfer is in the ring or cancelled. `timeout_ns` of 0 is none.
  void Submit(void* cookie, uint16_t address, uint8_t endpoint, IOMemoryDescriptor* buffer,
              uint32_t length, kernel::Time timeout_ns);
  // Takes a transfer back; false if it is in the ring already.
  bool Cancel(void* cookie);
  // Takes the oldest completion out of the ring; false if there is none.
  bool PopCompletion(Completion* completion);

  // The device on a port: address 0 and null if there is none. Addresses are never reused.
  uint16_t AddressOn(int port) const;
  const UsbDeviceModel* ModelOn(int port) const;

  // --- The hand on the cable. At once from the outside, from a thread as soon as may be, one after
  // the other.

  void Plug(int port, const UsbDeviceModel* model);
  void Unplug(int port);

 private:
  struct Request;

  struct Endpoint {
    const UsbEndpointModel* model;
    std::deque<Request*> queue = {};  // transfers, oldest first
    uint64_t available = 0;           // IN: bytes that wait in the device
    uint8_t next_byte = 0;            // IN: the value of the next
  };

  // Something plugged in.
  struct Device {
    UsbHardware* hardware;
    const UsbDeviceModel* model;
    uint16_t address;
    kernel::ObjectId id;
    kernel::Time plugged_at;
    std::vector<Endpoint> endpoints = {};
    size_t arrivals = 0;  // how many have come
    kernel::OutsideHandle next_arrival = 0;
  };

  // A transfer between Submit and its place in the ring.
  struct Request {
    UsbHardware* hardware;
    void* cookie;
    uint16_t address;
    uint8_t endpoint_address;
    IOMemoryDescriptor* buffer;
    uint32_t length;
    kernel::Time timeout_ns;
    bool started = false;          // the doorbell was heard
    bool cancelled = false;        // nothing must happen to it any more
    Endpoint* endpoint = nullptr;  // null if nobody is there
    kernel::OutsideHandle done = 0;
    kernel::OutsideHandle timeout = 0;
  };

  // What a hand does to a port.
  struct Deed {
    int port;
    const UsbDeviceModel* plug;  // null: unplug
  };

  UsbHardware(int ports, int interrupt_line, IOReturn unplug_status)
      : ports_(ports), pin_(interrupt_line), unplug_status_(unplug_status) {}

  void SetStatus(uint32_t status);
  void RingDoorbell();

  void Do(const Deed& deed);

  // In the outside.
  void DoNow(const Deed& deed);
  void Connect(int port, const UsbDeviceModel* model);
  void Disconnect(int port);
  void HearDoorbell();
  void Start(Request* request);
  // Lets the transfer at the head of the line proceed if it can.
  void Advance(Endpoint* endpoint);
  void Complete(Request* request);
  // Puts the transfer's completion into the ring.
  void Post(Request* request, IOReturn status, uint32_t bytes);
  void ScheduleArrival(Device* device);
  void Arrive(Device* device);

  static void Unqueue(Request* request);
  void Forget(Request* request);

  std::vector<std::unique_ptr<Device>> ports_;  // null: empty
  std::vector<std::unique_ptr<Request>> requests_;
  std::deque<Completion> ring_;
  std::deque<Deed> deeds_;  // asked for by threads, not done yet
  uint32_t status_ = 0;
  bool interrupts_enabled_ = false;
  bool doorbell_ = false;  // rung and not heard yet
  bool off_ = false;
  InterruptPin pin_;
  uint16_t last_address_ = 0;
  const IOReturn unplug_status_;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_HARDWARE_H_
