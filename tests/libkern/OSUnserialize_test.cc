#include <string>

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSUnserialize.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

// What the text becomes when it is written again, or the error.
std::string Again(const std::string& text) {
  OSString* error = nullptr;
  const OSSharedPtr<OSObject> object(OSUnserializeXML(text.c_str(), &error), OSNoRetain);
  if (object != nullptr) {
    EXPECT_EQ(error, nullptr);
    return Serialized(object.get());
  }
  const std::string sentence = error->getCStringNoCopy();
  error->release();
  return sentence;
}

constexpr char kEverything[] =
    "<dict ID=\"0\"><key>string</key><string ID=\"1\">a&lt;b &amp; c&gt;d</string>"
    "<key>data</key><data ID=\"2\">/wAQ</data>"
    "<key>number</key><integer size=\"32\" ID=\"3\">0xff</integer>"
    "<key>a &amp; b</key><true/><key>f</key><false/>"
    "<key>array</key><array ID=\"4\"><string ID=\"5\">x</string></array>"
    "<key>set</key><set ID=\"6\"></set><key>again</key><reference IDREF=\"1\"/></dict>";

TEST(OSUnserialize, ReadsWhatOSSerializeWrites) { EXPECT_EQ(Again(kEverything), kEverything); }

TEST(OSUnserialize, ReadsAPropertyList) {
  EXPECT_EQ(Again("<?xml version=\"1.0\"?>\n<!DOCTYPE plist>\n<plist version=\"1.0\">\n"
                  "<array>\n <!-- <a> -->\n <integer>-1</integer><integer size=\"8\">300</integer>"
                  "<data format=\"hex\">0aFF</data><dict/></array></plist>"),
            "<array ID=\"0\"><integer size=\"64\" ID=\"1\">0xffffffffffffffff</integer>"
            "<integer size=\"8\" ID=\"2\">0x2c</integer><data ID=\"3\">Cv8=</data>"
            "<dict ID=\"4\"></dict></array>");
}

TEST(OSUnserialize, WhatIsWrongIsToldInOneLine) {
  const std::string line1 = "OSUnserializeXML: line 1: ";
  EXPECT_EQ(Again(""), line1 + "it ends too early");
  EXPECT_EQ(Again("<dict>\n<key>a</key>\n<array>\n</dict>"),
            "OSUnserializeXML: line 4: </dict> closes <array>");
  EXPECT_EQ(Again("<dict><key>a</key></dict>"), line1 + "a key without a value");
  EXPECT_EQ(Again("<dict><true/></dict>"), line1 + "a value without a key");
  EXPECT_EQ(Again("<array><key>a</key></array>"), line1 + "a key where a value should be");
  EXPECT_EQ(Again("<string>a</strin>"), line1 + "<string> is not closed");
  EXPECT_EQ(Again("<string>&what;</string>"), line1 + "an unknown entity");
  EXPECT_EQ(Again("<integer>12x</integer>"), line1 + "a malformed integer");
  EXPECT_EQ(Again("<integer size=\"65\">1</integer>"), line1 + "a malformed integer");
  EXPECT_EQ(Again("<data>!</data>"), line1 + "data that is not base64");
  EXPECT_EQ(Again("<real>1.5</real>"), line1 + "<real> is no object");
  EXPECT_EQ(Again("nonsense"), line1 + "text where a tag should be");
}

TEST(OSUnserialize, ReferencesGoBackOnly) {
  const std::string line1 = "OSUnserializeXML: line 1: ";
  EXPECT_EQ(Again("<array ID=\"0\"><reference IDREF=\"0\"/></array>"),
            line1 + "a reference to a collection that it is part of");
  EXPECT_EQ(Again("<array><reference IDREF=\"7\"/><string ID=\"7\">a</string></array>"),
            line1 + "a reference to nothing");
}

TEST(OSUnserialize, DepthIsBounded) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<array>";
    for (int i = 0; i < depth; ++i) text += "</array>";
    return text;
  };
  EXPECT_EQ(Again(nested(100)).substr(0, 7), "<array ");
  EXPECT_EQ(Again(nested(101)), "OSUnserializeXML: line 1: nested too deeply");
  EXPECT_EQ(Again(nested(1'000'000)), "OSUnserializeXML: line 1: nested too deeply");
}

// On a simulated thread, with its small stack.
TEST(OSUnserialize, EveryTruncationIsSurvivedAndLeavesNothing) {
  EXPECT_TRUE(RunTimed([] {
                const std::string whole = kEverything;
                for (size_t size = 0; size < whole.size(); ++size) {
                  EXPECT_EQ(OSUnserializeXML(whole.data(), size), nullptr) << size;
                  std::string changed = whole;
                  changed[size] = static_cast<char>(changed[size] ^ 0x15);
                  const OSSharedPtr<OSObject> object(OSUnserializeXML(changed.c_str()), OSNoRetain);
                }
                EXPECT_TRUE(LiveBlocks().empty());
              }).ok());
}

}  // namespace
}  // namespace drydock
