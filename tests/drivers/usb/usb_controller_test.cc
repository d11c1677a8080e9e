// The controller: plugging, unplugging, sharing an interrupt line. (service.md 7.6)
#include "drivers/usb/usb_controller.h"

#include "drivers/service/owned.h"
#include "tests/drivers/usb/fixtures.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

using kernel::kMillisecond;

DRYDOCK_TEST(UsbController, PlugMakesADeviceAndItsInterface) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  machine.usb()->Plug(3, &model);
  IOUSBHostInterface* interface = machine.WaitForInterface(3);
  IOUSBHostDevice* device = interface->getDevice();
  EXPECT_EQ(interface->getProvider(), device);
  EXPECT_EQ(device->getProvider(), machine.usb());
  EXPECT_STREQ(device->getName(), "serial adapter");
  EXPECT_EQ(device->getWorkLoop(), machine.usb()->getWorkLoop());
  EXPECT_EQ(USBToHost16(device->getDeviceDescriptor()->idVendor), 0x1209);
}

DRYDOCK_TEST(UsbController, UnplugTakesTheNubsAway) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  machine.usb()->Plug(0, &model);
  machine.WaitForInterface();
  machine.usb()->Unplug(0);
  machine.WaitForNoDevice();
  EXPECT_EQ(machine.usb()->getClient(), nullptr);
}

DRYDOCK_TEST(UsbController, UnplugWhileTheNubsAppear) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  for (int i = 0; i < 4; ++i) {
    machine.usb()->Plug(0, &model);
    kernel::Sleep(i * 5 * kernel::kMicrosecond);
    machine.usb()->Unplug(0);
  }
  kernel::Sleep(10 * kMillisecond);
  machine.WaitForNoDevice();
}

DRYDOCK_TEST(UsbController, ReplugMakesANewDevice) {
  UsbDeviceModel first = SerialModel();
  UsbDeviceModel second = SerialModel();
  second.name = "another";
  UsbMachine machine;
  machine.usb()->Plug(0, &first);
  machine.WaitForInterface();
  machine.usb()->Plug(0, &second);
  WaitUntil([&] {
    const auto device = Owned(machine.usb()->copyDevice(0));
    return device != nullptr && absl::string_view(device->getName()) == "another";
  });
  machine.WaitForInterface();
}

DRYDOCK_TEST(UsbController, US17DriverThatDoesNotCloseKeepsThePort) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  machine.usb()->Plug(0, &model);
  TestUsbDriver* driver = TestUsbDriver::Make(machine.WaitForInterface());
  const auto old = Owned(machine.usb()->copyDevice(0));
  machine.usb()->Unplug(0);
  WaitUntil([&] { return driver->did(); });
  machine.usb()->Plug(0, &model);
  kernel::Sleep(100 * kMillisecond);
  EXPECT_EQ(Owned(machine.usb()->copyDevice(0)).get(), old.get());
  driver->CloseProvider();
  IOUSBHostInterface* interface = machine.WaitForInterface();
  EXPECT_NE(interface->getDevice(), old.get());
  driver->release();
}

// Interrupts of the two devices meet: neither may hide the other.
DRYDOCK_TEST(UsbController, TwoControllersShareALine) {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine({.interrupt_line = 20});
  DrydockUSBController* other = machine.AddController({.interrupt_line = 20});
  machine.usb()->Plug(0, &model);
  TestUsbDriver* drivers[2] = {TestUsbDriver::Make(machine.WaitForInterface()), nullptr};
  other->Plug(0, &model);
  IOUSBHostInterface* interface = nullptr;
  WaitUntil([&] {
    const auto device = Owned(other->copyDevice(0));
    if (device != nullptr) interface = OSDynamicCast(IOUSBHostInterface, device->getClient());
    return interface != nullptr;
  });
  drivers[1] = TestUsbDriver::Make(interface);
  constexpr int kTransfers = 8;
  for (TestUsbDriver* driver : drivers) {
    driver->close_in_will = true;
    for (int i = 0; i < kTransfers; ++i) driver->Submit(driver->out(), 8);
  }
  for (TestUsbDriver* driver : drivers) {
    WaitUntil([&] { return driver->completions().size() == kTransfers; });
    driver->release();
  }
}

DRYDOCK_TEST(UsbController, PlatformShutsDownWithADriverAtWork) {
  UsbDeviceModel model = SerialModel();
  TestUsbDriver* driver;
  {
    UsbMachine machine;
    machine.usb()->Plug(0, &model);
    driver = TestUsbDriver::Make(machine.WaitForInterface());
    driver->close_in_will = true;
    driver->Submit(driver->in(), 8);
    driver->release();
  }
}

}  // namespace
}  // namespace drydock
