// The hardware half of the USB host controller: registers, ring, bus and devices.
#include "drivers/usb/usb_hardware.h"

#include <algorithm>

#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/trace.h"

namespace drydock {
namespace {

constexpr uint8_t kEndpointIn = 0x80;
// The time a controller waits for the answer of a device.
constexpr kernel::Time kNoAnswer = 30 * kernel::kMicrosecond;

kernel::PerBoot<std::vector<std::unique_ptr<UsbHardware>>> machines;

bool IsIn(const UsbEndpointModel& model) { return (model.address & kEndpointIn) != 0; }

}  // namespace

UsbHardware* UsbHardware::Make(int ports, int interrupt_line, IOReturn unplug_status) {
  const kernel::AtomicSection section;
  machines->emplace_back(new UsbHardware(ports, interrupt_line, unplug_status));
  return machines->back().get();
}

// --- The driver's side. Each method is one step also on host threads: no outside event comes
// meanwhile.

uint32_t UsbHardware::TakeStatus() {
  const kernel::AtomicSection section;
  const uint32_t status = status_;
  status_ = 0;
  pin_.Set(false);
  return status;
}

void UsbHardware::EnableInterrupts(bool enable) {
  const kernel::AtomicSection section;
  interrupts_enabled_ = enable;
  SetStatus(0);
}

void UsbHardware::SetStatus(uint32_t status) {
  status_ |= status;
  pin_.Set(interrupts_enabled_ && status_ != 0);
}

void UsbHardware::PowerOff() {
  const kernel::AtomicSection section;
  if (off_) return;
  off_ = true;
  for (const std::unique_ptr<Request>& request : requests_) {
    kernel::OutsideCancel(request->done);
    kernel::OutsideCancel(request->timeout);
  }
  for (const std::unique_ptr<Device>& device : ports_) {
    if (device != nullptr) kernel::OutsideCancel(device->next_arrival);
  }
  EnableInterrupts(false);
}

void UsbHardware::Submit(void* cookie, uint16_t address, uint8_t endpoint,
                         IOMemoryDescriptor* buffer, uint32_t length, kernel::Time timeout_ns) {
  const kernel::AtomicSection section;
  requests_.emplace_back(new Request{this, cookie, address, endpoint, buffer, length, timeout_ns});
  RingDoorbell();
}

bool UsbHardware::Cancel(void* cookie) {
  const kernel::AtomicSection section;
  const auto found =
      std::find_if(requests_.begin(), requests_.end(),
                   [cookie](const auto& request) { return request->cookie == cookie; });
  if (found == requests_.end()) return false;
  // The request is stopped first: cancelling its scheduled events lets other outside events come.
  Request* request = found->get();
  request->cancelled = true;
  Unqueue(request);
  Forget(request);
  RingDoorbell();  // for the next transfer in the queue
  return true;
}

bool UsbHardware::PopCompletion(Completion* completion) {
  const kernel::AtomicSection section;
  if (ring_.empty()) return false;
  *completion = ring_.front();
  ring_.pop_front();
  return true;
}

uint16_t UsbHardware::AddressOn(int port) const {
  const kernel::AtomicSection section;
  return ports_[port] != nullptr ? ports_[port]->address : 0;
}

const UsbDeviceModel* UsbHardware::ModelOn(int port) const {
  const kernel::AtomicSection section;
  return ports_[port] != nullptr ? ports_[port]->model : nullptr;
}

void UsbHardware::RingDoorbell() {
  if (doorbell_) return;
  doorbell_ = true;
  kernel::OutsideSchedule(
      kernel::Now(), "doorbell", 0,
      [](void* self) { static_cast<UsbHardware*>(self)->AnswerDoorbell(); }, this);
}

// --- Ports.

void UsbHardware::Plug(int port, const UsbDeviceModel* model) { Schedule({port, model}); }

void UsbHardware::Unplug(int port) { Schedule({port, nullptr}); }

void UsbHardware::Schedule(const PortEvent& event) {
  const kernel::AtomicSection section;
  if (kernel::CurrentThread() == nullptr) return Apply(event);
  port_events_.push_back(event);
  kernel::OutsideSchedule(
      kernel::Now(), "the hand on the cable", 0,
      [](void* context) {
        // Always the oldest: events that are scheduled for the same time may come in any order.
        auto* self = static_cast<UsbHardware*>(context);
        const PortEvent oldest = self->port_events_.front();
        self->port_events_.pop_front();
        self->Apply(oldest);
      },
      this);
}

// --- Outside events.

void UsbHardware::Apply(const PortEvent& event) {
  if (off_) return;
  if (ports_[event.port] != nullptr) Disconnect(event.port);
  if (event.plug != nullptr) Connect(event.port, event.plug);
}

void UsbHardware::Connect(int port, const UsbDeviceModel* model) {
  ports_[port].reset(
      new Device{this, model, ++last_address_, kernel::NewObjectId(), kernel::Now()});
  Device* device = ports_[port].get();
  for (const UsbEndpointModel& endpoint : model->endpoints)
    device->endpoints.push_back({&endpoint});
  kernel::Trace(trace::EventKind::kPlug, device->id, 0, static_cast<uint64_t>(port),
                trace::Intern(model->name));
  ScheduleArrival(device);
  SetStatus(kPortChange);
}

void UsbHardware::Disconnect(int port) {
  const std::unique_ptr<Device> device = std::move(ports_[port]);
  kernel::Trace(trace::EventKind::kUnplug, device->id, 0, static_cast<uint64_t>(port),
                trace::Intern(device->model->name));
  kernel::OutsideCancel(device->next_arrival);
  for (Endpoint& endpoint : device->endpoints) {
    while (!endpoint.queue.empty()) Post(endpoint.queue.front(), unplug_status_, 0);
  }
  SetStatus(kPortChange);
}

void UsbHardware::AnswerDoorbell() {
  doorbell_ = false;
  if (off_) return;
  for (const std::unique_ptr<Request>& request : requests_) {
    if (!request->started && !request->cancelled) Start(request.get());
  }
  for (const std::unique_ptr<Device>& device : ports_) {
    if (device == nullptr) continue;
    for (Endpoint& endpoint : device->endpoints) Advance(&endpoint);
  }
}

void UsbHardware::Start(Request* request) {
  request->started = true;
  for (const std::unique_ptr<Device>& device : ports_) {
    if (device == nullptr || device->address != request->address) continue;
    for (Endpoint& endpoint : device->endpoints) {
      if (endpoint.model->address == request->endpoint_address) request->endpoint = &endpoint;
    }
  }
  if (request->endpoint == nullptr) {
    request->done = kernel::OutsideSchedule(
        kernel::Now() + kNoAnswer, "no answer", 0,
        [](void* context) {
          auto* self = static_cast<Request*>(context);
          if (!self->cancelled) self->hardware->Post(self, self->hardware->unplug_status_, 0);
        },
        request);
    return;
  }
  request->endpoint->queue.push_back(request);
  if (request->timeout_ns == 0) return;
  request->timeout = kernel::OutsideSchedule(
      kernel::SaturatingAdd(kernel::Now(), request->timeout_ns), "transfer timeout", 0,
      [](void* context) {
        auto* self = static_cast<Request*>(context);
        if (self->cancelled) return;
        UsbHardware* hardware = self->hardware;
        Endpoint* endpoint = self->endpoint;
        hardware->Post(self, kIOReturnTimeout, 0);
        hardware->Advance(endpoint);
      },
      request);
}

void UsbHardware::Advance(Endpoint* endpoint) {
  if (endpoint->queue.empty()) return;
  Request* head = endpoint->queue.front();
  const bool in = IsIn(*endpoint->model);
  if (head->done != 0 || (in && endpoint->available == 0)) return;
  head->done = kernel::OutsideSchedule(
      kernel::Now() + endpoint->model->latency_ns, in ? "bulk IN done" : "bulk OUT done", 0,
      [](void* context) {
        auto* self = static_cast<Request*>(context);
        if (!self->cancelled) self->hardware->Complete(self);
      },
      head);
}

void UsbHardware::Complete(Request* request) {
  Endpoint* endpoint = request->endpoint;
  uint32_t bytes = request->length;
  if (IsIn(*endpoint->model)) {
    bytes = static_cast<uint32_t>(std::min<uint64_t>(bytes, endpoint->available));
    for (uint32_t i = 0; i < bytes; ++i) {
      const uint8_t value = endpoint->next_byte++;
      request->buffer->writeBytes(i, &value, sizeof(value));
    }
    endpoint->available -= bytes;
  }
  Post(request, kIOReturnSuccess, bytes);
  Advance(endpoint);
}

void UsbHardware::Post(Request* request, IOReturn status, uint32_t bytes) {
  if (off_) return;
  ring_.push_back({request->cookie, status, bytes});
  Unqueue(request);
  Forget(request);
  SetStatus(kTransferDone);
}

void UsbHardware::ScheduleArrival(Device* device) {
  device->next_arrival = 0;
  if (device->arrivals == device->model->arrivals.size()) return;
  device->next_arrival = kernel::OutsideSchedule(
      kernel::SaturatingAdd(device->plugged_at, device->model->arrivals[device->arrivals].at_ns),
      "data arrives", device->id,
      [](void* context) {
        auto* self = static_cast<Device*>(context);
        self->hardware->Arrive(self);
      },
      device);
}

void UsbHardware::Arrive(Device* device) {
  if (off_) return;
  const uint32_t bytes = device->model->arrivals[device->arrivals++].bytes;
  for (Endpoint& endpoint : device->endpoints) {
    if (!IsIn(*endpoint.model)) continue;
    endpoint.available += bytes;
    Advance(&endpoint);
    break;
  }
  ScheduleArrival(device);
}

void UsbHardware::Unqueue(Request* request) {
  if (request->endpoint == nullptr) return;
  std::deque<Request*>& queue = request->endpoint->queue;
  queue.erase(std::find(queue.begin(), queue.end(), request));
}

// Frees the request after its scheduled events are cancelled.
void UsbHardware::Forget(Request* request) {
  kernel::OutsideCancel(request->done);
  kernel::OutsideCancel(request->timeout);
  requests_.erase(
      std::find_if(requests_.begin(), requests_.end(),
                   [request](const auto& candidate) { return candidate.get() == request; }));
}

}  // namespace drydock
