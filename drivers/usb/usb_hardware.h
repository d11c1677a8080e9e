// drivers/usb/usb_hardware.h
//
// The hardware of a USB host controller: its registers, its ring of completions, the bus, and the
// devices on it. Of drivers it knows only the memory they give it and the interrupt line it raises.
//
// The bus acts in the outside world (scheduler/kernel/outside.h), one event after the other. The
// driver's side (threads in the gate, and the interrupt filter) reads registers and the ring. To
// change something it records a request and rings the doorbell, because outside events can come at
// each choice point of a thread, also in the middle of a method below.
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
    kTransferDone = 0x1,  // the ring is not empty
    kPortChange = 0x2,    // a device was plugged or unplugged
  };

  struct Completion {
    void* cookie;
    IOReturn status;
    uint32_t bytes;
  };

  // New hardware; not owned by the caller: it lives until the end of the boot.
  static UsbHardware* Make(int ports, int interrupt_line, IOReturn unplug_status);

  // --- The driver's side. Thread context, except TakeStatus.

  // Reads the status register and clears it. Interrupt context too.
  uint32_t TakeStatus();
  void EnableInterrupts(bool enable);
  // Cancels all that is scheduled, for good. The driver is going.
  void PowerOff();

  // Starts a transfer, named `cookie` in the ring, with an endpoint of the device at `address`;
  // without such a device it ends like a transfer in flight at an unplug. `buffer` must stay valid,
  // and is written, until the transfer is in the ring or cancelled. `timeout_ns` of 0 is none.
  void Submit(void* cookie, uint16_t address, uint8_t endpoint, IOMemoryDescriptor* buffer,
              uint32_t length, kernel::Time timeout_ns);
  // Cancels a transfer; false if it is in the ring already.
  bool Cancel(void* cookie);
  // Removes the oldest completion from the ring; false if there is none.
  bool PopCompletion(Completion* completion);

  // The device on a port: address 0 and null if there is none. Addresses are never reused.
  uint16_t AddressOn(int port) const;
  const UsbDeviceModel* ModelOn(int port) const;

  // --- The ports. From outside events these act at once; from a thread they are scheduled as
  // outside events for now, and act in the order of the calls.

  void Plug(int port, const UsbDeviceModel* model);
  void Unplug(int port);

 private:
  struct Request;

  struct Endpoint {
    const UsbEndpointModel* model;
    std::deque<Request*> queue = {};  // transfers, oldest first
    uint64_t available = 0;           // IN: bytes that wait in the device
    uint8_t next_byte = 0;            // IN: the value of the next byte
  };

  // A device on a port.
  struct Device {
    UsbHardware* hardware;
    const UsbDeviceModel* model;
    uint16_t address;
    kernel::ObjectId id;
    kernel::Time plugged_at;
    std::vector<Endpoint> endpoints = {};
    size_t arrivals = 0;  // the number of arrivals so far
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
    bool started = false;          // the bus has seen it
    bool cancelled = false;        // scheduled events must leave it alone
    Endpoint* endpoint = nullptr;  // null if there is no such device
    kernel::OutsideHandle done = 0;
    kernel::OutsideHandle timeout = 0;
  };

  // A plug or an unplug.
  struct PortEvent {
    int port;
    const UsbDeviceModel* plug;  // null: unplug
  };

  UsbHardware(int ports, int interrupt_line, IOReturn unplug_status)
      : ports_(ports), pin_(interrupt_line), unplug_status_(unplug_status) {}

  void SetStatus(uint32_t status);
  void RingDoorbell();

  void Schedule(const PortEvent& event);

  // In outside events.
  void Apply(const PortEvent& event);
  void Connect(int port, const UsbDeviceModel* model);
  void Disconnect(int port);
  void AnswerDoorbell();
  void Start(Request* request);
  // Starts the first transfer in the endpoint's queue if it can proceed.
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
  std::deque<PortEvent> port_events_;  // scheduled by threads, not applied yet
  uint32_t status_ = 0;
  bool interrupts_enabled_ = false;
  bool doorbell_ = false;  // rung and not answered yet
  bool off_ = false;
  InterruptPin pin_;
  uint16_t last_address_ = 0;
  const IOReturn unplug_status_;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_USB_HARDWARE_H_
