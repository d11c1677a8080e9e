// drivers/usb/interrupt_pin.h
//
// A device's interrupt pin. Pins on one line are wired together: the line is raised while at least
// one pin is asserted.
#ifndef DRYDOCK_DRIVERS_USB_INTERRUPT_PIN_H_
#define DRYDOCK_DRIVERS_USB_INTERRUPT_PIN_H_

namespace drydock {

class InterruptPin {
 public:
  explicit InterruptPin(int line) : line_(line) {}

  // Drives the pin. Any context.
  void Set(bool asserted);

 private:
  const int line_;
  bool asserted_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_USB_INTERRUPT_PIN_H_
