// How objects write themselves as XML.
#include <libkern/c++/OSContainers.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(OSSerialize, WritesEveryClass) {
  OSDictionary* const dictionary = OSDictionary::withCapacity(8);
  const auto set = [dictionary](const char* key, OSObject* value) {
    dictionary->setObject(key, value);
    value->release();
  };
  set("string", OSString::withCString("a<b & c>d"));
  set("data", OSData::withBytes("\xff\x00\x10", 3));
  set("number", OSNumber::withNumber(255, 32));
  set("a & b", OSBoolean::withBoolean(true));
  set("array", OSArray::withCapacity(1));
  set("set", OSSet::withCapacity(1));
  set("ordered", OSOrderedSet::withCapacity(1));
  EXPECT_EQ(Serialized(dictionary),
            "<dict ID=\"0\">"
            "<key>string</key><string ID=\"1\">a&lt;b &amp; c&gt;d</string>"
            "<key>data</key><data ID=\"2\">/wAQ</data>"
            "<key>number</key><integer size=\"32\" ID=\"3\">0xff</integer>"
            "<key>a &amp; b</key><true/>"
            "<key>array</key><array ID=\"4\"></array>"
            "<key>set</key><set ID=\"5\"></set>"
            "<key>ordered</key><set ID=\"6\"></set>"
            "</dict>");
  dictionary->release();
}

TEST(OSSerialize, WhatOccursAgainIsAReference) {
  OSString* const string = OSString::withCString("dock");
  const OSObject* objects[] = {string, kOSBooleanFalse, string, kOSBooleanFalse};
  OSArray* const array = OSArray::withObjects(objects, 4);
  array->setObject(array);
  EXPECT_EQ(Serialized(array),
            "<array ID=\"0\"><string ID=\"1\">dock</string><false/><reference IDREF=\"1\"/><false/>"
            "<reference IDREF=\"0\"/></array>");
  array->flushCollection();
  array->release();
  string->release();
}

TEST(OSSerialize, LengthIncludesTheNulAndClearStartsAgain) {
  OSSerialize* const serializer = OSSerialize::withCapacity(1);
  EXPECT_EQ(serializer->getLength(), 1u);
  EXPECT_STREQ(serializer->text(), "");
  OSNumber* const number = OSNumber::withNumber(1, 8);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(number->serialize(serializer));
    EXPECT_STREQ(serializer->text(), "<integer size=\"8\" ID=\"0\">0x1</integer>");
    EXPECT_EQ(serializer->getLength(), strlen(serializer->text()) + 1);
    serializer->clearText();
  }
  number->release();
  serializer->release();
}

TEST(OSSerialize, LongTextsAreNotCutOff) {
  const std::string text(100'000, 'x');
  OSString* const string = OSString::withCString(text.c_str());
  EXPECT_EQ(Serialized(string), "<string ID=\"0\">" + text + "</string>");
  string->release();
}

}  // namespace
}  // namespace drydock
