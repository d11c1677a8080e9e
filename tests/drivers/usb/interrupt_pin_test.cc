// Interrupt pins that share a line.
#include "drivers/usb/interrupt_pin.h"

#include "tests/drydock_test.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

DRYDOCK_TEST(InterruptPin, LineIsUpWhileAnyPinIs) {
  EventCount raised(trace::EventKind::kInterruptRaise);
  EventCount lowered(trace::EventKind::kInterruptLower);
  InterruptPin first(9), second(9), elsewhere(10);
  first.Set(true);
  second.Set(true);
  EXPECT_EQ(raised.count(), 1);
  first.Set(false);
  first.Set(false);
  elsewhere.Set(false);
  EXPECT_EQ(lowered.count(), 0);
  second.Set(false);
  EXPECT_EQ(lowered.count(), 1);
}

}  // namespace
}  // namespace drydock
