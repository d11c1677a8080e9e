// USB controllers of a scenario, and the search for the driver of a device in the registry.
#include "scenario/usb_fixture.h"

#include "drivers/service/owned.h"
#include "scheduler/kernel/panic.h"
#include "trace/names.h"

namespace drydock {
namespace {

// The first published service of class `driver` below `nub`, +1 reference; null if there is none.
StreamService* CopyStreamBelow(IOService* nub, const std::string& driver) {
  const auto clients = Owned(nub->getClientIterator());
  while (OSObject* object = clients->getNextObject()) {
    auto* client = static_cast<IOService*>(object);
    if (auto* stream = OSDynamicCast(StreamService, client)) {
      if ((stream->getState() & kIOServiceRegisteredState) != 0 && !stream->isInactive() &&
          driver == stream->getMetaClass()->getClassName()) {
        stream->retain();
        return stream;
      }
    } else if (StreamService* below = CopyStreamBelow(client, driver)) {
      return below;
    }
  }
  return nullptr;
}

}  // namespace

void UsbFixture::Start(IOService* platform) {
  for (const Scenario::Controller& options : scenario_.controllers) {
    const auto controller = Owned(DrydockUSBController::withOptions(
        {.interrupt_line = options.line, .unplug_status = options.unplug_status}));
    controller->setName(options.name.c_str());
    if (!controller->attach(platform) || !controller->start(platform)) {
      kernel::Panic("the controller ", options.name, " does not start");
    }
    controllers_.push_back(controller.get());
  }
}

void UsbFixture::Plug(size_t index) {
  const Scenario::Device& device = scenario_.devices[index];
  controllers_[device.controller]->Plug(device.port, &device.model);
}

void UsbFixture::Unplug(size_t index) {
  const Scenario::Device& device = scenario_.devices[index];
  controllers_[device.controller]->Unplug(device.port);
}

StreamService* UsbFixture::CopyStream(size_t index) {
  const Scenario::Device& device = scenario_.devices[index];
  const auto nub = Owned(controllers_[device.controller]->copyDevice(device.port));
  return nub != nullptr ? CopyStreamBelow(nub.get(), device.driver) : nullptr;
}

const char* UsbFixture::NameOf(size_t device) const {
  return trace::Intern(scenario_.devices[device].model.name);
}

}  // namespace drydock
