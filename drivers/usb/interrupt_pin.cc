// Interrupt pins, wired to interrupt lines of the machine.
#include "drivers/usb/interrupt_pin.h"

#include <array>

#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {
namespace {

// The number of asserted pins on each line.
kernel::PerBoot<std::array<int, kernel::kInterruptLines>> wires;

}  // namespace

void InterruptPin::Set(bool asserted) {
  if (asserted == asserted_) return;
  asserted_ = asserted;
  int& up = (*wires)[line_];
  up += asserted ? 1 : -1;
  // Driving the line is a choice point, at which another thread may set another pin. So the line is
  // driven again until it agrees with the pins.
  bool driven;
  do {
    driven = up > 0;
    if (driven) {
      kernel::InterruptRaise(line_);
    } else {
      kernel::InterruptLower(line_);
    }
  } while (driven != (up > 0));
}

}  // namespace drydock
