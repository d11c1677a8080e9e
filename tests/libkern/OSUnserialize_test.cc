// OSUnserializeXML: what it reads, what it refuses, and how it says so.
#include <string>

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSUnserialize.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
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

TEST(OSUnserialize, ReadsWhatXmlAllows) {
  EXPECT_EQ(Again("<string>&quot;&#65;&#x42;&apos; <![CDATA[<&>]]></string>"),
            "<string ID=\"0\">\"AB' &lt;&amp;&gt;</string>");
  EXPECT_EQ(Again("<array><string/><data></data></array> and what follows"),
            "<array ID=\"0\"><string ID=\"1\"></string><data ID=\"2\"></data></array>");
}

// Line and column stand before what is wrong there.
TEST(OSUnserialize, WhatIsWrongIsToldInOneLine) {
  const auto problem = [](const std::string& text) {
    const std::string sentence = Again(text);
    EXPECT_TRUE(absl::StartsWith(sentence, "OSUnserializeXML: ")) << sentence;
    return std::string(absl::StripPrefix(sentence, "OSUnserializeXML: "));
  };
  EXPECT_EQ(problem(""), "1:1: no element found");
  EXPECT_EQ(problem("<dict>\n<key>a</key>\n<array>\n</dict>"),
            "4:3: another tag closes <array> of line 3");
  EXPECT_EQ(problem("<array>\n  <dict>\n"), "2:3: <dict> is not closed");
  EXPECT_EQ(problem("<dict><key>a</key></dict>"), "1:19: a key without a value");
  EXPECT_EQ(problem("<dict><true/></dict>"), "1:7: a value without a key");
  EXPECT_EQ(problem("<dict>a</dict>"), "1:7: text where a tag should be");
  EXPECT_EQ(problem("<array><key>a</key></array>"), "1:8: a key where a value should be");
  EXPECT_EQ(problem("<string>a</strin>"), "1:12: another tag closes <string> of line 1");
  EXPECT_EQ(problem("<string><true/></string>"), "1:9: a tag in <string>");
  EXPECT_EQ(problem("<string>&what;</string>"), "1:9: undefined entity");
  EXPECT_EQ(problem("<integer>12x</integer>"), "1:1: a malformed integer");
  EXPECT_EQ(problem("<integer size=\"65\">1</integer>"), "1:1: a malformed integer");
  EXPECT_EQ(problem("<data>!</data>"), "1:1: data that is not base64");
  EXPECT_EQ(problem("<data format=\"hex\">123</data>"), "1:1: data that is not hexadecimal");
  EXPECT_EQ(problem("<real>1.5</real>"), "1:1: a real number has no kernel object");
  EXPECT_EQ(problem("<rope/>"), "1:1: <rope> is no object");
  EXPECT_EQ(problem("nonsense"), "1:1: syntax error");
  EXPECT_EQ(problem("<string>\xff</string>"), "1:9: not well-formed (invalid token)");
}

TEST(OSUnserialize, EntitiesCannotBeDeclared) {
  std::string laughs = "<!DOCTYPE a [\n<!ENTITY e0 \"ha\">\n";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&laughs, "<!ENTITY e", i, " \"&e", i - 1, ";&e", i - 1, ";\">\n");
  }
  EXPECT_EQ(Again(laughs + "]><string>&e19;</string>"),
            "OSUnserializeXML: 2:13: an entity is declared");
  EXPECT_EQ(Again("<!DOCTYPE a [<!ENTITY f SYSTEM \"file:///etc/hostname\">]>"
                  "<string>&f;</string>"),
            "OSUnserializeXML: 1:54: an entity is declared");
  EXPECT_EQ(Again("<!DOCTYPE a [<!ENTITY % f \"g\">]><true/>"),
            "OSUnserializeXML: 1:27: an entity is declared");
  // A DTD elsewhere may declare it, but is not read.
  EXPECT_EQ(Again("<!DOCTYPE a SYSTEM \"a.dtd\"><string>&f;</string>"),
            "OSUnserializeXML: 1:36: undefined entity f");
}

TEST(OSUnserialize, ReferencesGoBackOnly) {
  EXPECT_EQ(Again("<array ID=\"0\"><reference IDREF=\"0\"/></array>"),
            "OSUnserializeXML: 1:15: a reference to a collection that it is part of");
  EXPECT_EQ(Again("<array><reference IDREF=\"7\"/><string ID=\"7\">a</string></array>"),
            "OSUnserializeXML: 1:8: a reference to nothing");
}

TEST(OSUnserialize, DepthIsBounded) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<array>";
    for (int i = 0; i < depth; ++i) text += "</array>";
    return text;
  };
  EXPECT_EQ(Again(nested(100)).substr(0, 7), "<array ");
  EXPECT_EQ(Again(nested(101)), "OSUnserializeXML: 1:701: nested too deeply");
  // On a simulated thread, with its small stack.
  EXPECT_TRUE(RunTimed([&] {
                EXPECT_EQ(Again(nested(1'000'000)), "OSUnserializeXML: 1:701: nested too deeply");
              }).ok());
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
