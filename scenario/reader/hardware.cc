// USB controllers and devices, interrupt devices, and their interrupt lines.
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

// The name of the first controller or interrupt on the line; empty if there is none.
absl::string_view UserOf(int line, const Scenario& scenario) {
  for (const Scenario::Controller& controller : scenario.controllers) {
    if (controller.line == line) return controller.name;
  }
  for (const Scenario::Interrupt& interrupt : scenario.interrupts) {
    if (interrupt.line == line) return interrupt.name;
  }
  return {};
}

// A line that nothing else uses. Only USB controllers may share a line: their filters ask the
// hardware whether it interrupts.
int ReadLine(SourceLocation location, int32_t line, ReadContext* context) {
  const int checked = context->Within(location, "line", line, 0, kernel::kInterruptLines - 1);
  const absl::string_view taken_by = UserOf(checked, context->scenario());
  if (!taken_by.empty()) {
    context->Fail(location, absl::StrCat("line ", checked, " is taken by ", taken_by,
                                         "; give each interrupt a line of its own"));
  }
  return checked;
}

}  // namespace

void ReadController(const Node<ControllerProto>& node, ReadContext* context) {
  Scenario::Controller controller;
  controller.name = context->Name(node.LocationOf("name"), "controller", node.proto.name(),
                                  context->ControllerNames());
  controller.line = context->Within(node.LocationOf("line"), "line", node.proto.line(), 0,
                                    kernel::kInterruptLines - 1);
  const std::string& status = node.proto.unplug_status();
  if (status != "kIOReturnNotResponding" && status != "kIOReturnAborted") {
    context->Fail(node.LocationOf("unplug_status"),
                  absl::StrCat("unplug_status is \"", status,
                               "\"; allowed is kIOReturnNotResponding or kIOReturnAborted"));
  } else {
    controller.unplug_status = context->Code(node.LocationOf("unplug_status"), status);
  }
  context->scenario().controllers.push_back(std::move(controller));
}

void ReadInterrupt(const Node<InterruptProto>& node, ReadContext* context) {
  const InterruptProto& proto = node.proto;
  Scenario::Interrupt interrupt;
  interrupt.name =
      context->Name(node.LocationOf("name"), "interrupt", proto.name(), context->InterruptNames());
  interrupt.line = ReadLine(node.LocationOf("line"), proto.line(), context);
  interrupt.work_loop = context->Find(node.LocationOf("work_loop"), "work loop", proto.work_loop(),
                                      context->scenario().work_loops);
  interrupt.first_ns = context->Time(node.LocationOf("first"), "first", proto.first());
  interrupt.every_ns = context->Time(node.LocationOf("every"), "every", proto.every());
  interrupt.times =
      context->Within(node.LocationOf("times"), "times", proto.times(), 1u, 1'000'000u);
  interrupt.has_filter = proto.has_filter();
  if (proto.has_filter()) {
    interrupt.filter_ns = context->Time(node.LocationOf("filter"), "filter", proto.filter());
  }
  interrupt.steps = ReadSteps(node, /*in_action=*/true, context);
  context->scenario().interrupts.push_back(std::move(interrupt));
}

void ReadDevice(const Node<DeviceProto>& node, ReadContext* context) {
  const DeviceProto& proto = node.proto;
  Scenario::Device device;
  device.model.name =
      context->Name(node.LocationOf("name"), "device", proto.name(), context->DeviceNames());
  device.controller = context->Find(node.LocationOf("controller"), "controller", proto.controller(),
                                    context->ControllerNames());
  device.port = context->Within(node.LocationOf("port"), "port", proto.port(), 0,
                                DrydockUSBController::kPorts - 1);
  device.driver = proto.driver();
  context->Find(node.LocationOf("driver"), "driver", proto.driver(), context->drivers());

  const auto byte = [&](const char* field, uint32_t value) {
    return static_cast<uint8_t>(context->Within(node.LocationOf(field), field, value, 0u, 255u));
  };
  const auto word = [&](const char* field, uint32_t value) {
    return static_cast<uint16_t>(context->Within(node.LocationOf(field), field, value, 0u, 65535u));
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
    const auto endpoint = node.Child("endpoint", proto.endpoint(i), i);
    const uint32_t address = endpoint.proto.address();
    if ((address & ~0x8fu) != 0 || (address & 0x0fu) == 0) {
      context->Fail(endpoint.LocationOf("address"),
                    absl::StrCat("address is ", address,
                                 "; allowed is 0x81 to 0x8f (IN) and 0x01 to 0x0f "
                                 "(OUT)"));
    }
    for (const UsbEndpointModel& other : model.endpoints) {
      if (other.address != address) continue;
      context->Fail(endpoint.LocationOf("address"),
                    "a second endpoint at this address; addresses must differ");
    }
    model.endpoints.push_back(
        {static_cast<uint8_t>(address),
         static_cast<uint16_t>(context->Within(endpoint.LocationOf("max_packet"), "max_packet",
                                               endpoint.proto.max_packet(), 1u, 1024u)),
         context->Time(endpoint.LocationOf("latency"), "latency", endpoint.proto.latency())});
  }
  for (int i = 0; i < proto.data_size(); ++i) {
    const auto data = node.Child("data", proto.data(i), i);
    const kernel::Time at = context->Time(data.LocationOf("after"), "after", data.proto.after());
    if (!model.arrivals.empty() && at < model.arrivals.back().at_ns) {
      context->Fail(data.LocationOf("after"),
                    "data earlier than the data above it; give data in order of time");
    }
    model.arrivals.push_back(
        {at, context->Within(data.LocationOf("bytes"), "bytes", data.proto.bytes(), 1u, 1u << 20)});
  }
  context->scenario().devices.push_back(std::move(device));
}

}  // namespace drydock::reader
