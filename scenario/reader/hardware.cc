#include "scenario/reader/hardware.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "drivers/usb/usb_controller.h"
#include "scenario/reader/steps.h"
#include "scheduler/kernel/interrupt.h"

namespace drydock::reader {
namespace {

// Who has the line, first if several have; empty if nobody has.
absl::string_view UserOf(int line, const Scenario& scenario) {
  for (const Scenario::Controller& controller : scenario.controllers) {
    if (controller.line == line) return controller.name;
  }
  for (const Scenario::Interrupt& interrupt : scenario.interrupts) {
    if (interrupt.line == line) return interrupt.name;
  }
  return {};
}

// A line of one's own. Only USB controllers may share one: their filters ask the hardware.
int ReadLine(Place place, int32_t line, Reading* reading) {
  const int checked = reading->Within(place, "line", line, 0, kernel::kInterruptLines - 1);
  const absl::string_view taken_by = UserOf(checked, reading->scenario());
  if (!taken_by.empty()) {
    reading->Fail(place, absl::StrCat("line ", checked, " is taken by ", taken_by,
                                      "; give each interrupt a line of its own"));
  }
  return checked;
}

}  // namespace

void ReadController(const Node<ControllerProto>& node, Reading* reading) {
  Scenario::Controller controller;
  controller.name =
      reading->Name(node.Of("name"), "controller", node.proto.name(), reading->ControllerNames());
  controller.line =
      reading->Within(node.Of("line"), "line", node.proto.line(), 0, kernel::kInterruptLines - 1);
  const std::string& status = node.proto.unplug_status();
  if (status != "kIOReturnNotResponding" && status != "kIOReturnAborted") {
    reading->Fail(node.Of("unplug_status"),
                  absl::StrCat("unplug_status is \"", status,
                               "\"; allowed is kIOReturnNotResponding or kIOReturnAborted"));
  } else {
    controller.unplug_status = reading->Code(node.Of("unplug_status"), status);
  }
  reading->scenario().controllers.push_back(std::move(controller));
}

void ReadInterrupt(const Node<InterruptProto>& node, Reading* reading) {
  const InterruptProto& proto = node.proto;
  Scenario::Interrupt interrupt;
  interrupt.name =
      reading->Name(node.Of("name"), "interrupt", proto.name(), reading->InterruptNames());
  interrupt.line = ReadLine(node.Of("line"), proto.line(), reading);
  interrupt.work_loop = reading->Find(node.Of("work_loop"), "work loop", proto.work_loop(),
                                      reading->scenario().work_loops);
  interrupt.first_ns = reading->Time(node.Of("first"), "first", proto.first());
  interrupt.every_ns = reading->Time(node.Of("every"), "every", proto.every());
  interrupt.times = reading->Within(node.Of("times"), "times", proto.times(), 1u, 1'000'000u);
  interrupt.has_filter = proto.has_filter();
  if (proto.has_filter()) {
    interrupt.filter_ns = reading->Time(node.Of("filter"), "filter", proto.filter());
  }
  interrupt.steps = ReadSteps(node, /*in_action=*/true, reading);
  reading->scenario().interrupts.push_back(std::move(interrupt));
}

void ReadDevice(const Node<DeviceProto>& node, Reading* reading) {
  const DeviceProto& proto = node.proto;
  Scenario::Device device;
  device.model.name =
      reading->Name(node.Of("name"), "device", proto.name(), reading->DeviceNames());
  device.controller = reading->Find(node.Of("controller"), "controller", proto.controller(),
                                    reading->ControllerNames());
  device.port =
      reading->Within(node.Of("port"), "port", proto.port(), 0, DrydockUSBController::kPorts - 1);
  device.driver = proto.driver();
  reading->Find(node.Of("driver"), "driver", proto.driver(), reading->drivers());

  const auto byte = [&](const char* field, uint32_t value) {
    return static_cast<uint8_t>(reading->Within(node.Of(field), field, value, 0u, 255u));
  };
  const auto word = [&](const char* field, uint32_t value) {
    return static_cast<uint16_t>(reading->Within(node.Of(field), field, value, 0u, 65535u));
  };
  UsbDeviceModel& model = device.model;
  model.vendor_id = word("vendor_id", proto.vendor_id());
  model.product_id = word("product_id", proto.product_id());
  model.device_release = word("device_release", proto.device_release());
  model.device_class = byte("device_class", proto.device_class());
  model.device_subclass = byte("device_subclass", proto.device_subclass());
  model.device_protocol = byte("device_protocol", proto.device_protocol());
  model.interface_class = byte("interface_class", proto.interface_class());
  model.interface_subclass = byte("interface_subclass", proto.interface_subclass());
  model.interface_protocol = byte("interface_protocol", proto.interface_protocol());

  for (int i = 0; i < proto.endpoint_size(); ++i) {
    const auto endpoint = node.At("endpoint", proto.endpoint(i), i);
    const uint32_t address = endpoint.proto.address();
    if ((address & ~0x8fu) != 0 || (address & 0x0fu) == 0) {
      reading->Fail(endpoint.Of("address"),
                    absl::StrCat("address is ", address,
                                 "; allowed is 0x81 to 0x8f (IN) and 0x01 to 0x0f "
                                 "(OUT)"));
    }
    for (const UsbEndpointModel& other : model.endpoints) {
      if (other.address != address) continue;
      reading->Fail(endpoint.Of("address"),
                    "a second endpoint at this address; addresses must differ");
    }
    model.endpoints.push_back(
        {static_cast<uint8_t>(address),
         static_cast<uint16_t>(reading->Within(endpoint.Of("max_packet"), "max_packet",
                                               endpoint.proto.max_packet(), 1u, 1024u)),
         reading->Time(endpoint.Of("latency"), "latency", endpoint.proto.latency())});
  }
  for (int i = 0; i < proto.data_size(); ++i) {
    const auto data = node.At("data", proto.data(i), i);
    const kernel::Time at = reading->Time(data.Of("after"), "after", data.proto.after());
    if (!model.arrivals.empty() && at < model.arrivals.back().at_ns) {
      reading->Fail(data.Of("after"),
                    "data that comes before what stands above it; order it by time");
    }
    model.arrivals.push_back(
        {at, reading->Within(data.Of("bytes"), "bytes", data.proto.bytes(), 1u, 1u << 20)});
  }
  reading->scenario().devices.push_back(std::move(device));
}

}  // namespace drydock::reader
