// The booted USB controller, and the driver that records its transfers.
#include "tests/drivers/usb/fixtures.h"

#include <IOKit/IOEventSource.h>

#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "tests/workloop/fixtures.h"

namespace drydock {

UsbDeviceModel SerialModel() {
  UsbDeviceModel model;
  model.name = "serial adapter";
  model.vendor_id = 0x1209;
  model.product_id = 1;
  model.endpoints = {{.address = kInEndpoint}, {.address = kOutEndpoint}};
  return model;
}

UsbMachine::UsbMachine(const DrydockUSBController::Options& options)
    : platform_(BootPlatform()), usb_(AddController(options)) {}

DrydockUSBController* UsbMachine::AddController(const DrydockUSBController::Options& options) {
  DrydockUSBController* usb = DrydockUSBController::withOptions(options);
  EXPECT_TRUE(usb->attach(platform_));
  EXPECT_TRUE(usb->start(platform_));
  usb->release();  // the registry holds it
  return usb;
}

UsbMachine::~UsbMachine() {
  EXPECT_TRUE(ShutdownPlatform());
  for (const OSObject* object : LiveObjects()) {
    if (OSDynamicCast(IOService, object) != nullptr ||
        OSDynamicCast(IOEventSource, object) != nullptr ||
        OSDynamicCast(IOMemoryDescriptor, object) != nullptr ||
        OSDynamicCast(IOUSBHostIOSource, object) != nullptr) {
      ADD_FAILURE() << object->getMetaClass()->getClassName() << " is left, retained "
                    << object->getRetainCount() << " times";
    }
  }
}

IOUSBHostInterface* UsbMachine::WaitForInterface(int port) {
  IOUSBHostInterface* interface = nullptr;
  WaitUntil([&] {
    const auto device = Owned(usb_->copyDevice(port));
    if (device == nullptr || device->isInactive()) return false;
    interface = OSDynamicCast(IOUSBHostInterface, device->getClient());
    return interface != nullptr && (interface->getState() & kIOServiceMatchedState) != 0;
  });
  return interface;
}

void UsbMachine::WaitForNoDevice(int port) {
  WaitUntil([&] { return Owned(usb_->copyDevice(port)) == nullptr; });
}

OSDefineMetaClassAndStructors(TestUsbDriver, IOService)

TestUsbDriver* TestUsbDriver::Make(IOUSBHostInterface* interface) {
  TestUsbDriver* self = OSTypeAlloc(TestUsbDriver);
  EXPECT_TRUE(self->init());
  self->interface_ = interface;
  self->completions_ = new std::vector<Done>();
  EXPECT_TRUE(self->attach(interface));
  EXPECT_TRUE(interface->open(self));
  self->in_ = interface->copyPipe(kInEndpoint);
  self->out_ = interface->copyPipe(kOutEndpoint);
  EXPECT_TRUE(self->in_ != nullptr && self->out_ != nullptr);
  return self;
}

void TestUsbDriver::free() {
  OSSafeReleaseNULL(in_);
  OSSafeReleaseNULL(out_);
  delete completions_;
  IOService::free();
}

bool TestUsbDriver::willTerminate(IOService* provider, IOOptionBits options) {
  will_ = true;
  if (close_in_will) provider->close(this);
  return IOService::willTerminate(provider, options);
}

bool TestUsbDriver::didTerminate(IOService* provider, IOOptionBits options, bool* defer) {
  did_ = true;
  return IOService::didTerminate(provider, options, defer);
}

IOReturn TestUsbDriver::Submit(IOUSBHostPipe* pipe, uint32_t length, std::function<void()> done) {
  struct Call {
    TestUsbDriver* driver;
    std::function<void()> done;
  };
  auto* call = new Call{this, std::move(done)};
  const auto buffer = Owned(IOBufferMemoryDescriptor::withCapacity(length, kIODirectionInOut));
  IOUSBHostCompletion completion = {call,
                                    [](void* owner, void*, IOReturn status, uint32_t bytes) {
                                      const std::unique_ptr<Call> ended(static_cast<Call*>(owner));
                                      ended->driver->completions().push_back({status, bytes});
                                      if (ended->done != nullptr) ended->done();
                                    },
                                    nullptr};
  const IOReturn result = pipe->io(buffer.get(), length, &completion);
  if (result != kIOReturnSuccess) delete call;
  return result;
}

void TestUsbDriver::CloseProvider() { interface_->close(this); }

}  // namespace drydock
