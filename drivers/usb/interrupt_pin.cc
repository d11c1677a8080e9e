#include "drivers/usb/interrupt_pin.h"

#include <array>

#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {
namespace {

// How many pins are up on each line.
kernel::PerBoot<std::array<int, kernel::kInterruptLines>> wires;

}  // namespace

void InterruptPin::Set(bool asserted) {
  if (asserted == asserted_) return;
  asserted_ = asserted;
  int& up = (*wires)[line_];
  up += asserted ? 1 : -1;
  // Driving the line is a choice point, at which another pin may be set: the last one to leave sees
  // to it that the line agrees with the pins.
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
