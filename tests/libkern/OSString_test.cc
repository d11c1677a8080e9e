// OSString and OSSymbol.
#include <libkern/c++/OSData.h>
#include <libkern/c++/OSString.h>
#include <libkern/c++/OSSymbol.h>

#include "gtest/gtest.h"
#include "libkern/object_id.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(OSString, LengthExcludesTheNul) {
  OSString* const string = OSString::withCString("dock");
  EXPECT_EQ(string->getLength(), 4u);
  EXPECT_STREQ(string->getCStringNoCopy(), "dock");
  EXPECT_EQ(string->getChar(3), 'k');
  EXPECT_EQ(string->getChar(4), '\0');
  string->release();
}

TEST(OSString, CopiesItsTextUnlessToldNotTo) {
  char text[] = "dock";
  OSString* const copy = OSString::withCString(text);
  OSString* const same = OSString::withCStringNoCopy(text);
  OSString* const part = OSString::withCString(text, 2);
  text[0] = 'l';
  EXPECT_TRUE(copy->isEqualTo("dock"));
  EXPECT_TRUE(same->isEqualTo("lock"));
  EXPECT_TRUE(part->isEqualTo("do"));
  EXPECT_TRUE(copy->setChar('r', 0));
  EXPECT_TRUE(copy->isEqualTo("rock"));
  EXPECT_FALSE(copy->setChar('x', 4));
  EXPECT_FALSE(same->setChar('x', 0));
  OSString* const another = OSString::withString(copy);
  EXPECT_TRUE(another->isEqualTo(copy));
  for (OSString* const string : {copy, same, part, another}) string->release();
}

TEST(OSString, LongestTextIs262142) {
  const std::string longest(262142, 'x');
  OSString* const string = OSString::withCString(longest.c_str());
  ASSERT_NE(string, nullptr);
  EXPECT_EQ(string->getLength(), 262142u);
  string->release();
  EXPECT_EQ(OSString::withCString((longest + "x").c_str()), nullptr);
  EXPECT_EQ(OSString::withCStringNoCopy((longest + "x").c_str()), nullptr);
  EXPECT_EQ(OSString::withCString(nullptr), nullptr);
  EXPECT_EQ(OSString::withString(nullptr), nullptr);
}

TEST(OSString, ComparesWithTextSymbolsAndData) {
  OSString* const string = OSString::withCString("dock");
  const OSSymbol* const symbol = OSSymbol::withCString("dock");
  OSData* const with_nul = OSData::withBytes("dock", 5);
  OSData* const without_nul = OSData::withBytes("dock", 4);
  OSData* const other = OSData::withBytes("docks", 5);
  EXPECT_TRUE(string->isEqualTo(static_cast<const OSMetaClassBase*>(symbol)));
  EXPECT_TRUE(symbol->isEqualTo(string));
  EXPECT_TRUE(string->isEqualTo(with_nul));
  EXPECT_TRUE(without_nul->isEqualTo(static_cast<const OSMetaClassBase*>(string)));
  EXPECT_FALSE(string->isEqualTo(other));
  EXPECT_FALSE(string->isEqualTo("doc"));
  EXPECT_FALSE(string->isEqualTo(static_cast<const char*>(nullptr)));
  for (const OSObject* const object :
       std::initializer_list<const OSObject*>{string, symbol, with_nul, without_nul, other}) {
    object->release();
  }
}

TEST(OSSymbol, OneTextIsOneObject) {
  const OSSymbol* const symbol = OSSymbol::withCString("dock");
  OSString* const string = OSString::withCString("dock");
  EXPECT_EQ(OSSymbol::withString(string), symbol);
  EXPECT_EQ(OSSymbol::withCStringNoCopy("dock"), symbol);
  EXPECT_EQ(OSSymbol::existingSymbolForCString("dock"), symbol);
  EXPECT_EQ(OSSymbol::existingSymbolForString(string), symbol);
  EXPECT_EQ(symbol->getRetainCount(), 5);
  const OSSymbol* const other = OSSymbol::withCString("lock");
  EXPECT_FALSE(symbol->isEqualTo(other));
  EXPECT_TRUE(symbol->isEqualTo(symbol));
  EXPECT_TRUE(symbol->isEqualTo("dock"));
  for (int i = 0; i < 5; ++i) symbol->release();
  other->release();
  string->release();
}

TEST(OSSymbol, LeavesThePoolWithItsLastReference) {
  const OSSymbol* const symbol = OSSymbol::withCString("short-lived");
  symbol->release();
  EXPECT_EQ(OSSymbol::existingSymbolForCString("short-lived"), nullptr);
  EXPECT_EQ(OSSymbol::withCString(nullptr), nullptr);
}

TEST(OSSymbol, CannotBeChanged) {
  const OSSymbol* const symbol = OSSymbol::withCString("dock");
  auto* const string = static_cast<OSString*>(const_cast<OSSymbol*>(symbol));
  EXPECT_FALSE(string->setChar('l', 0));
  EXPECT_FALSE(string->initWithCString("lock"));
  EXPECT_TRUE(symbol->isEqualTo("dock"));
  symbol->release();
}

TEST(OSSymbol, EveryRunHasItsOwnPool) {
  const OSSymbol* const outside = OSSymbol::withCString("dock");
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = RunTimed([] {
      EXPECT_EQ(OSSymbol::existingSymbolForCString("dock"), nullptr);
      const OSSymbol* const inside = OSSymbol::withCString("dock");  // and never releases it
      EXPECT_EQ(ObjectIdOf(inside), 1u);
      EXPECT_EQ(OSSymbol::existingSymbolForCString("dock"), inside);
    });
    EXPECT_TRUE(outcome.ok()) << outcome.text;
  }
  EXPECT_EQ(OSSymbol::existingSymbolForCString("dock"), outside);
  outside->release();
  outside->release();
}

}  // namespace
}  // namespace drydock
