// USB nubs: descriptors, matching, opening and closing. (service.md 7.1 to 7.3)
#include <initializer_list>
#include <utility>

#include <IOKit/usb/IOUSBHostInterface.h>

#include "drivers/service/owned.h"
#include "tests/drivers/usb/fixtures.h"
#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

constexpr SInt32 kNoMatch = -1;

using Keys = std::initializer_list<std::pair<const char*, uint32_t>>;

OSSharedPtr<OSDictionary> Table(Keys keys) {
  const auto table = Owned(OSDictionary::withCapacity(8));
  for (const auto& [key, value] : keys) {
    table->setObject(key, Owned(OSNumber::withNumber(value, 32)).get());
  }
  return table;
}

SInt32 ScoreOf(IOService* nub, OSDictionary* table) {
  SInt32 score = 0;
  return nub->matchPropertyTable(table, &score) ? score : kNoMatch;
}

SInt32 ScoreOf(IOService* nub, Keys keys) { return ScoreOf(nub, Table(keys).get()); }

// The nubs of a device of the given classes: vendor 0x1209, product 1, release 0x0100.
struct Nubs {
  UsbDeviceModel model = SerialModel();
  UsbMachine machine;
  IOUSBHostInterface* interface;
  IOUSBHostDevice* device;

  explicit Nubs(uint8_t interface_class = 0xff, uint8_t device_class = 2) {
    model.interface_class = interface_class;
    model.interface_subclass = 6;
    model.interface_protocol = 7;
    model.device_class = device_class;
    model.device_subclass = 3;
    model.device_protocol = 4;
    machine.usb()->Plug(0, &model);
    interface = machine.WaitForInterface();
    device = interface->getDevice();
  }
};

DRYDOCK_TEST(IOUSBHostInterface, US1VendorProductNumberAndConfiguration) {
  Nubs t;
  EXPECT_EQ(ScoreOf(t.interface, {{"idVendor", 0x1209},
                                  {"idProduct", 1},
                                  {"bInterfaceNumber", 0},
                                  {"bConfigurationValue", 1}}),
            90000);
  EXPECT_EQ(ScoreOf(t.interface, {{"idVendor", 0x1209},
                                  {"idProduct", 1},
                                  {"bInterfaceNumber", 0},
                                  {"bConfigurationValue", 1},
                                  {"bcdDevice", 0x100}}),
            100000);
}

DRYDOCK_TEST(IOUSBHostInterface, US2VendorAloneDoesNotMatch) {
  Nubs t;
  EXPECT_EQ(ScoreOf(t.interface, {{"idVendor", 0x1209}}), kNoMatch);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}}), kNoMatch);
}

DRYDOCK_TEST(IOUSBHostDevice, US3VendorAndProduct) {
  Nubs t;
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 1}}), 90000);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 2}}), kNoMatch);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 1}, {"bcdDevice", 0x100}}),
            100000);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 1}, {"bcdDevice", 0x101}}),
            kNoMatch);
}

DRYDOCK_TEST(IOUSBHostInterface, US4ClassSubclassAndProtocol) {
  Nubs t(/*interface_class=*/8);
  EXPECT_EQ(ScoreOf(t.interface,
                    {{"bInterfaceClass", 8}, {"bInterfaceSubClass", 6}, {"bInterfaceProtocol", 7}}),
            60000);
  EXPECT_EQ(ScoreOf(t.interface, {{"bInterfaceClass", 8}, {"bInterfaceSubClass", 6}}), 50000);
  EXPECT_EQ(ScoreOf(t.interface, {{"bInterfaceClass", 8}}), kNoMatch);
  EXPECT_EQ(ScoreOf(t.interface, {{"bInterfaceClass", 8},
                                  {"bInterfaceSubClass", 6},
                                  {"bInterfaceProtocol", 7},
                                  {"idProduct", 1}}),
            kNoMatch);
}

DRYDOCK_TEST(IOUSBHostInterface, US5VendorSpecificRulesNeedAVendorSpecificClass) {
  const Keys keys = {{"idVendor", 0x1209}, {"bInterfaceSubClass", 6}, {"bInterfaceProtocol", 7}};
  {
    Nubs t(/*interface_class=*/0xff);
    EXPECT_EQ(ScoreOf(t.interface, keys), 80000);
    EXPECT_EQ(ScoreOf(t.interface, {{"idVendor", 0x1209}, {"bInterfaceSubClass", 6}}), 70000);
  }
}

DRYDOCK_TEST(IOUSBHostInterface, US5VendorSpecificRulesFailOnAStandardClass) {
  Nubs t(/*interface_class=*/8);
  EXPECT_EQ(ScoreOf(t.interface,
                    {{"idVendor", 0x1209}, {"bInterfaceSubClass", 6}, {"bInterfaceProtocol", 7}}),
            kNoMatch);
}

DRYDOCK_TEST(IOUSBHostInterface, US6ProbeScoreIsAddedAndClamped) {
  Nubs t;
  const auto table = Table({{"idVendor", 0x1209},
                            {"idProduct", 1},
                            {"bInterfaceNumber", 0},
                            {"bConfigurationValue", 1},
                            {kIOProbeScoreKey, 1000}});
  EXPECT_EQ(ScoreOf(t.interface, table.get()), 91000);
  table->setObject(kIOProbeScoreKey, Owned(OSNumber::withNumber(20000, 32)).get());
  EXPECT_EQ(ScoreOf(t.interface, table.get()), 99000);
}

DRYDOCK_TEST(IOUSBHostDevice, US7WildcardsMasksAndArraysCost) {
  Nubs t;
  const auto any = Table({{"idVendor", 0x1209}});
  any->setObject("idProduct", Owned(OSString::withCString("*")).get());
  EXPECT_EQ(ScoreOf(t.device, any.get()), 89000);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 0x11}, {"idProductMask", 0x0f}}),
            89500);
  EXPECT_EQ(ScoreOf(t.device, {{"idVendor", 0x1209}, {"idProduct", 0x12}, {"idProductMask", 0x0f}}),
            kNoMatch);
  const auto set = Table({{"idVendor", 0x1209}});
  const auto products = Owned(OSArray::withCapacity(2));
  products->setObject(Owned(OSNumber::withNumber(7, 32)).get());
  set->setObject("idProductArray", products.get());
  EXPECT_EQ(ScoreOf(t.device, set.get()), kNoMatch);
  products->setObject(Owned(OSNumber::withNumber(1, 32)).get());
  EXPECT_EQ(ScoreOf(t.device, set.get()), 90000);
}

DRYDOCK_TEST(IOUSBHostInterface, PipesAreCopiedOfAnOpenInterfaceOnly) {
  Nubs t;
  EXPECT_EQ(t.interface->copyPipe(kInEndpoint), nullptr);
  TestUsbDriver* driver = TestUsbDriver::Make(t.interface);
  driver->close_in_will = true;
  const auto again = Owned(t.interface->copyPipe(kInEndpoint));
  EXPECT_EQ(again.get(), driver->in());
  EXPECT_EQ(t.interface->copyPipe(0x83), nullptr);
  driver->release();
}

DRYDOCK_TEST(IOUSBHostInterface, US16CloseAbortsAndCompletesWhatIsOutstanding) {
  Nubs t;
  TestUsbDriver* driver = TestUsbDriver::Make(t.interface);
  driver->close_in_will = true;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(driver->Submit(driver->in(), 16), kIOReturnSuccess);
  driver->CloseProvider();
  ASSERT_EQ(driver->completions().size(), 3u);
  for (const auto& done : driver->completions()) EXPECT_EQ(done.status, kIOReturnAborted);
  // The pipe is dead, also for the next session.
  EXPECT_EQ(driver->Submit(driver->in(), 16), kIOReturnNotOpen);
  ASSERT_TRUE(t.interface->open(driver));
  EXPECT_EQ(driver->Submit(driver->in(), 16), kIOReturnNotOpen);
  const auto fresh = Owned(t.interface->copyPipe(kInEndpoint));
  EXPECT_EQ(driver->Submit(fresh.get(), 16), kIOReturnSuccess);
  driver->CloseProvider();
  EXPECT_EQ(driver->completions().size(), 4u);
  driver->release();
}

}  // namespace
}  // namespace drydock
