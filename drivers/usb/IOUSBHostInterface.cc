// The nub of a USB interface, and its pipes. (service.md 7.3)
#include <IOKit/usb/IOUSBHostDevice.h>
#include <IOKit/usb/IOUSBHostInterface.h>

#include "drivers/usb/usb_controller.h"
#include "drivers/usb/usb_matching.h"

OSDefineMetaClassAndStructors(IOUSBHostInterface, IOService)

IOUSBHostInterface *IOUSBHostInterface::withDescriptor(
    IOUSBHostDevice *device, const StandardUSB::InterfaceDescriptor *descriptor) {
  IOUSBHostInterface *self = OSTypeAlloc(IOUSBHostInterface);
  if (!self->init()) {
    self->release();
    return nullptr;
  }
  self->fDevice = device;
  device->retain();
  self->fDescriptor = descriptor;
  self->fPipes = OSArray::withCapacity(2);
  for (const char *inherited : {kUSBHostMatchingPropertyVendorID, kUSBHostMatchingPropertyProductID,
                                kUSBHostMatchingPropertyDeviceReleaseNumber}) {
    self->setProperty(inherited, device->getProperty(inherited));
  }
  self->setProperty(kUSBHostMatchingPropertyConfigurationValue,
                    device->getConfigurationDescriptor()->bConfigurationValue, 8);
  self->setProperty(kUSBHostMatchingPropertyInterfaceNumber, descriptor->bInterfaceNumber, 8);
  self->setProperty(kUSBHostMatchingPropertyInterfaceClass, descriptor->bInterfaceClass, 8);
  self->setProperty(kUSBHostMatchingPropertyInterfaceSubClass, descriptor->bInterfaceSubClass, 8);
  self->setProperty(kUSBHostMatchingPropertyInterfaceProtocol, descriptor->bInterfaceProtocol, 8);
  return self;
}

void IOUSBHostInterface::free() {
  OSSafeReleaseNULL(fPipes);
  OSSafeReleaseNULL(fDevice);
  IOService::free();
}

bool IOUSBHostInterface::handleOpen(IOService *forClient, IOOptionBits options, void *argument) {
  if (!IOService::handleOpen(forClient, options, argument)) return false;
  fClient = forClient;
  return true;
}

void IOUSBHostInterface::close(IOService *forClient, IOOptionBits options) {
  if (isOpen(forClient)) fDevice->fController->gate()->runAction(&killPipesGated, this);
  IOService::close(forClient, options);
}

bool IOUSBHostInterface::matchPropertyTable(OSDictionary *table, SInt32 *score) {
  return drydock::MatchUsbInterface(this, table, score);
}

IOUSBHostPipe *IOUSBHostInterface::copyPipe(uint8_t address) {
  if (!isOpen()) return nullptr;
  IOUSBHostPipe *pipe = nullptr;
  fDevice->fController->gate()->runAction(
      &copyPipeGated, this, reinterpret_cast<void *>(static_cast<uintptr_t>(address)), &pipe);
  return pipe;
}

IOReturn IOUSBHostInterface::copyPipeGated(OSObject *, void *interface, void *address, void *result,
                                           void *) {
  auto *self = static_cast<IOUSBHostInterface *>(interface);
  const auto wanted = static_cast<uint8_t>(reinterpret_cast<uintptr_t>(address));
  auto **pipe = static_cast<IOUSBHostPipe **>(result);
  for (unsigned i = 0; i < self->fPipes->getCount(); ++i) {
    auto *existing = static_cast<IOUSBHostPipe *>(self->fPipes->getObject(i));
    if (existing->getEndpointDescriptor()->bEndpointAddress != wanted) continue;
    existing->retain();
    *pipe = existing;
    return kIOReturnSuccess;
  }
  const StandardUSB::EndpointDescriptor *endpoint = nullptr;
  do {
    endpoint = StandardUSB::getNextEndpointDescriptor(self->getConfigurationDescriptor(),
                                                      self->fDescriptor, endpoint);
    if (endpoint == nullptr) return kIOReturnNotFound;
  } while (endpoint->bEndpointAddress != wanted);
  IOUSBHostPipe *made = OSTypeAlloc(IOUSBHostPipe);
  if (!made->initWithEndpoint(self->fDevice->fController, self, self->fDevice->fAddress,
                              endpoint)) {
    made->release();
    return kIOReturnNoMemory;
  }
  self->fPipes->setObject(made);
  *pipe = made;
  return kIOReturnSuccess;
}

IOReturn IOUSBHostInterface::killPipesGated(OSObject *, void *interface, void *, void *, void *) {
  auto *self = static_cast<IOUSBHostInterface *>(interface);
  // Completions may look for pipes, so each is taken from the list first.
  while (self->fPipes->getCount() > 0) {
    auto *pipe = static_cast<IOUSBHostPipe *>(self->fPipes->getObject(0));
    pipe->retain();
    self->fPipes->removeObject(0);
    pipe->kill();
    pipe->release();
  }
  return kIOReturnSuccess;
}

IOUSBHostDevice *IOUSBHostInterface::getDevice() const { return fDevice; }

const StandardUSB::ConfigurationDescriptor *IOUSBHostInterface::getConfigurationDescriptor() const {
  return fDevice->getConfigurationDescriptor();
}

const StandardUSB::InterfaceDescriptor *IOUSBHostInterface::getInterfaceDescriptor() const {
  return fDescriptor;
}
