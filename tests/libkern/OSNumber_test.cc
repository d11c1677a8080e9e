// OSNumber.
#include <libkern/c++/OSBoolean.h>
#include <libkern/c++/OSNumber.h>

#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(OSNumber, OB10EqualityIgnoresTheWidth) {
  OSNumber* const narrow = OSNumber::withNumber(5, 8);
  OSNumber* const wide = OSNumber::withNumber(5, 64);
  OSNumber* const other = OSNumber::withNumber(6, 8);
  EXPECT_TRUE(narrow->isEqualTo(wide));
  EXPECT_TRUE(narrow->isEqualTo(static_cast<OSObject*>(wide)));
  EXPECT_FALSE(narrow->isEqualTo(other));
  EXPECT_FALSE(narrow->isEqualTo(static_cast<OSObject*>(kOSBooleanTrue)));
  narrow->release();
  wide->release();
  other->release();
}

TEST(OSNumber, ValueIsCutToTheWidth) {
  OSNumber* const number = OSNumber::withNumber(0x1ff, 8);
  EXPECT_EQ(number->unsigned64BitValue(), 0xffu);
  number->addValue(2);
  EXPECT_EQ(number->unsigned32BitValue(), 1u);
  number->addValue(-2);
  EXPECT_EQ(number->unsigned8BitValue(), 0xff);
  number->setValue(0x100);
  EXPECT_EQ(number->unsigned16BitValue(), 0);
  EXPECT_EQ(number->numberOfBits(), 8u);
  number->release();

  OSNumber* const odd = OSNumber::withNumber(~0ull, 12);
  EXPECT_EQ(odd->unsigned64BitValue(), 0xfffu);
  EXPECT_EQ(odd->numberOfBytes(), 2u);
  odd->release();

  OSNumber* const whole = OSNumber::withNumber(~0ull, 64);
  EXPECT_EQ(whole->unsigned64BitValue(), ~0ull);
  EXPECT_EQ(whole->unsigned8BitValue(), 0xff);
  whole->release();
}

TEST(OSNumber, WidthsBeyond64AreRefused) {
  EXPECT_EQ(OSNumber::withNumber(1, 65), nullptr);
  EXPECT_EQ(OSNumber::withNumber(1, 0), nullptr);
  EXPECT_EQ(OSNumber::withNumber(static_cast<const char*>(nullptr), 8), nullptr);
}

TEST(OSNumber, TextIsDecimalOrHexadecimal) {
  OSNumber* const decimal = OSNumber::withNumber("42", 32);
  OSNumber* const hexadecimal = OSNumber::withNumber("0x2a", 32);
  EXPECT_EQ(decimal->unsigned32BitValue(), 42u);
  EXPECT_TRUE(decimal->isEqualTo(hexadecimal));
  decimal->release();
  hexadecimal->release();
}

TEST(OSBoolean, IsTwoImmortalObjects) {
  EXPECT_EQ(OSBoolean::withBoolean(true), kOSBooleanTrue);
  EXPECT_EQ(OSBoolean::withBoolean(false), kOSBooleanFalse);
  EXPECT_TRUE(kOSBooleanTrue->isTrue());
  EXPECT_TRUE(kOSBooleanTrue->getValue());
  EXPECT_TRUE(kOSBooleanFalse->isFalse());
  EXPECT_FALSE(kOSBooleanTrue->isEqualTo(kOSBooleanFalse));
  for (int i = 0; i < 3; ++i) kOSBooleanTrue->release();
  kOSBooleanTrue->retain();
  EXPECT_TRUE(kOSBooleanTrue->isTrue());
}

TEST(OSBoolean, BelongsToNoRunAndShowsInNone) {
  EventLog log(
      {trace::EventKind::kObjectCreate, trace::EventKind::kRetain, trace::EventKind::kRelease});
  const Outcome outcome = RunTimed([] {
    kOSBooleanTrue->retain();
    OSBoolean::withBoolean(false)->release();
    EXPECT_TRUE(LiveObjects().empty());
  });
  EXPECT_TRUE(outcome.ok());
  EXPECT_TRUE(log.events().empty());
  EXPECT_EQ(ObjectIdOf(kOSBooleanTrue), 0u);
}

}  // namespace
}  // namespace drydock
