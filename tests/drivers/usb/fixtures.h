// tests/drivers/usb/fixtures.h
//
// The fixtures of the USB tests: a booted platform with one controller, and a recording driver.
#ifndef DRYDOCK_TESTS_DRIVERS_USB_FIXTURES_H_
#define DRYDOCK_TESTS_DRIVERS_USB_FIXTURES_H_

#include <functional>
#include <string>
#include <vector>

#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/usb/IOUSBHostDevice.h>
#include <IOKit/usb/IOUSBHostInterface.h>

#include "drivers/usb/usb_controller.h"

namespace drydock {

inline constexpr uint8_t kInEndpoint = 0x81;
inline constexpr uint8_t kOutEndpoint = 0x02;

// Vendor 0x1209, product 1, one bulk endpoint in each direction.
UsbDeviceModel SerialModel();

// From construction to destruction a platform is booted, below which there is a controller. At the
// end it is shut down, which must be possible and must leave no objects of the USB family, of
// drivers or of their event sources.
class UsbMachine {
 public:
  explicit UsbMachine(const DrydockUSBController::Options& options = {});
  ~UsbMachine();

  IOService* platform() const { return platform_; }
  DrydockUSBController* usb() const { return usb_; }

  // Another controller.
  DrydockUSBController* AddController(const DrydockUSBController::Options& options);

  // Waits for the nubs of the device on the port, and until nothing is busy below the controller.
  // The nubs live as long as the device is plugged in; they are not retained for the caller.
  IOUSBHostInterface* WaitForInterface(int port = 0);
  // Waits until the port has no device nub.
  void WaitForNoDevice(int port = 0);

 private:
  IOService* const platform_;
  DrydockUSBController* const usb_;
};

// A client of an interface with its pipes, which counts the calls it receives.
class TestUsbDriver : public IOService {
  OSDeclareDefaultStructors(TestUsbDriver)

 public:
  // Attached to the interface, which it opens; the caller releases it.
  static TestUsbDriver* Make(IOUSBHostInterface* interface);

  void free() override;
  bool willTerminate(IOService* provider, IOOptionBits options) override;
  bool didTerminate(IOService* provider, IOOptionBits options, bool* defer) override;

  // Starts a transfer with a buffer of its own; its end calls `done`, if not null, and goes to
  // `completions`.
  IOReturn Submit(IOUSBHostPipe* pipe, uint32_t length, std::function<void()> done = nullptr);
  void CloseProvider();

  struct Done {
    IOReturn status;
    uint32_t bytes;
  };

  IOUSBHostInterface* interface() const { return interface_; }
  IOUSBHostPipe* in() const { return in_; }
  IOUSBHostPipe* out() const { return out_; }
  // Plain members of an OSObject have no constructors worth the name: made in Make, gone in free.
  std::vector<Done>& completions() const { return *completions_; }
  bool will() const { return will_; }
  bool did() const { return did_; }
  bool close_in_will;

 private:
  IOUSBHostInterface* interface_;
  IOUSBHostPipe* in_;
  IOUSBHostPipe* out_;
  std::vector<Done>* completions_;
  bool will_;
  bool did_;
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_DRIVERS_USB_FIXTURES_H_
