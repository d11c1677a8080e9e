// Property lists, XML and binary: the objects they become, and what is refused.
#include "libkern/property_list.h"

#include <cstdlib>
#include <string>

#include <libkern/c++/OSContainers.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "tests/libkern/fixtures.h"
#include <plist/plist.h>

namespace drydock {
namespace {

constexpr char kHead[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
    "<plist version=\"1.0\">";

std::string Xml(absl::string_view body) { return absl::StrCat(kHead, body, "</plist>"); }

constexpr char kPersonality[] =
    "<dict><key>IOClass</key><string>Dock &amp; Co</string>"
    "<key>idVendor</key><integer>1452</integer><key>offset</key><integer>-1</integer>"
    "<key>IOMatch</key><array><true/><false/></array>"
    "<key>firmware</key><data>AQID</data></dict>";

constexpr char kSerialized[] =
    "<dict ID=\"0\"><key>IOClass</key><string ID=\"1\">Dock &amp; Co</string>"
    "<key>idVendor</key><integer size=\"64\" ID=\"2\">0x5ac</integer>"
    "<key>offset</key><integer size=\"64\" ID=\"3\">0xffffffffffffffff</integer>"
    "<key>IOMatch</key><array ID=\"4\"><true/><false/></array>"
    "<key>firmware</key><data ID=\"5\">AQID</data></dict>";

std::string Parsed(absl::string_view text) {
  const absl::StatusOr<OSSharedPtr<OSObject>> object = ParsePropertyList(text);
  return object.ok() ? Serialized(object->get()) : std::string(object.status().message());
}

std::string Binary(const std::string& xml) {
  plist_t plist = nullptr;
  plist_from_xml(xml.data(), static_cast<uint32_t>(xml.size()), &plist);
  char* bytes = nullptr;
  uint32_t size = 0;
  plist_to_bin(plist, &bytes, &size);
  const std::string binary(bytes, size);
  std::free(bytes);
  plist_free(plist);
  return binary;
}

TEST(PropertyList, XmlBecomesKernelObjectsInOrder) {
  EXPECT_EQ(Parsed(Xml(kPersonality)), kSerialized);
}

TEST(PropertyList, SoDoesBinary) { EXPECT_EQ(Parsed(Binary(Xml(kPersonality))), kSerialized); }

TEST(PropertyList, EmptyValues) {
  EXPECT_EQ(Parsed(Xml("<array><string></string><data></data><dict/><array/></array>")),
            "<array ID=\"0\"><string ID=\"1\"></string><data ID=\"2\"></data><dict ID=\"3\"></dict>"
            "<array ID=\"4\"></array></array>");
}

TEST(PropertyList, MalformedInputIsAStatus) {
  for (const std::string& text :
       {std::string(), std::string("nonsense"), std::string("<plist>"), std::string(kHead),
        Xml("<dict><key>a</key></dict"), Xml("<dict><key>a</key><string>b</dict>"), Xml(""),
        std::string("bplist00"), std::string("bplist00") + std::string(100, '\xff'),
        Binary(Xml(kPersonality)).substr(0, 60)}) {
    const auto object = ParsePropertyList(text);
    EXPECT_FALSE(object.ok()) << text;
    EXPECT_EQ(object.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(PropertyList, LineAndColumnOfWhatIsWrongAreTold) {
  EXPECT_EQ(Parsed("<plist>\n<dict>\n<key>a</key>\n<string>b</string>\n"),
            "property list: 2:1: <dict> is not closed");
  EXPECT_EQ(Parsed("<plist>\n<dict>\n<key>a</key>\n  <array>\n</dict>\n</plist>"),
            "property list: 5:3: another tag closes <array> of line 4");
  EXPECT_EQ(Parsed("<plist><true/>\n</plist>\n</dict>"),
            "property list: 3:2: not well-formed (invalid token)");
  EXPECT_EQ(Parsed("<plist>\n<dict>\n<key"), "property list: 3:1: unclosed token");
  EXPECT_EQ(Parsed("<plist>\n</plist>"), "property list: 2:9: no value");
  EXPECT_EQ(Parsed("<plist><true/>\n <false/></plist>"), "property list: 2:2: a second value");
}

// They are OSSerialize's alone.
TEST(PropertyList, HasNoSetsAndNoReferences) {
  EXPECT_EQ(Parsed("<plist><set/></plist>"), "property list: 1:8: <set> is no object");
  EXPECT_EQ(Parsed("<array><true ID=\"1\"/><reference IDREF=\"1\"/></array>"),
            "property list: 1:22: <reference> is no object");
}

TEST(PropertyList, AKeyThatComesAgainHasItsLastValue) {
  const absl::StatusOr<PropertyList> list = PropertyList::Parse(
      "<dict><key>a</key><string>1</string><key>b</key><true/><key>a</key><dict/></dict>");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(list->Find("a")->kind(), PropertyList::Kind::kDictionary);
}

// A binary list of these objects, references one byte wide, the first of them outermost.
std::string BinaryOf(const std::vector<std::string>& objects) {
  std::string list = "bplist00", offsets;
  for (const std::string& object : objects) {
    offsets += std::string{static_cast<char>(list.size() >> 8), static_cast<char>(list.size())};
    list += object;
  }
  const size_t table = list.size();
  list += offsets + std::string(6, '\0') + "\x02\x01";
  list += std::string(7, '\0') + static_cast<char>(objects.size()) + std::string(8, '\0');
  return list + std::string(6, '\0') +
         std::string{static_cast<char>(table >> 8), static_cast<char>(table)};
}

TEST(PropertyList, ReferencesInACircleAreFound) {
  const std::string of_self("\xa1\x00", 2);
  EXPECT_EQ(Parsed(BinaryOf({of_self})), "property list: a collection is in itself");
  EXPECT_EQ(Parsed(BinaryOf({"\xa1\x01", "\xa1\x02", std::string("\xa1\x00", 2)})),
            "property list: a collection is in itself");
  EXPECT_EQ(Parsed(BinaryOf({"\xa1\x07"})), "property list: not a well-formed binary list");
  // Used twice is no circle.
  EXPECT_EQ(Parsed(BinaryOf({"\xa2\x01\x01", "\xa0"})),
            "<array ID=\"0\"><array ID=\"1\"></array><array ID=\"2\"></array></array>");
}

TEST(PropertyList, WhatWouldBeHugeWrittenOutIsRefused) {
  std::vector<std::string> doubled;  // each the next one twice: 2^40 in all
  for (char i = 1; i <= 40; ++i) doubled.push_back({'\xa2', i, i});
  doubled.push_back("\xa0");
  EXPECT_EQ(Parsed(BinaryOf(doubled)), "property list: more than 1048576 objects when written out");
}

TEST(PropertyList, MegabytesAreRefusedAtOnce) {
  std::string nested = "<plist>";
  while (nested.size() < (60 << 20)) nested += "<array><dict><key/>";
  EXPECT_EQ(Parsed(nested), "property list: 1:958: nested too deeply");
  EXPECT_EQ(
      Parsed(absl::StrCat("<plist><string>", std::string(100 << 20, 'x'), "</string></plist>")),
      "property list: larger than 64 MB");
}

TEST(PropertyList, EveryTruncationIsSurvived) {
  for (const std::string& whole : {Xml(kPersonality), Binary(Xml(kPersonality))}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      // Cut off, or with a byte changed: whatever comes of it, it is an answer.
      ParsePropertyList(whole.substr(0, size)).IgnoreError();
      std::string changed = whole;
      changed[size] = static_cast<char>(changed[size] ^ 0x15);
      ParsePropertyList(changed).IgnoreError();
    }
  }
}

// By its position in XML; a binary list has none, but a path.
TEST(PropertyList, WhatHasNoKernelObjectIsNamed) {
  const std::string real =
      "<plist><dict><key>a</key><array><real>1.5</real></array></dict></plist>";
  EXPECT_EQ(Parsed(real), "property list: 1:33: a real number has no kernel object");
  EXPECT_EQ(Parsed(Binary(real)), "property list: a[0]: a real number has no kernel object");
  const std::string date =
      "<plist><dict><key>a</key><dict><key>b</key>\n<date>2003-06-23T10:00:00Z</date></dict></dict>"
      "</plist>";
  EXPECT_EQ(Parsed(date), "property list: 2:1: a date has no kernel object");
  EXPECT_EQ(Parsed(Binary(date)), "property list: a.b: a date has no kernel object");
}

std::string Nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "<array>";
  for (int i = 0; i < depth; ++i) text += "</array>";
  return Xml(text);
}

TEST(PropertyList, DepthIsBounded) {
  EXPECT_TRUE(ParsePropertyList(Nested(100)).ok());
  EXPECT_EQ(Parsed(Nested(101)), "property list: 3:722: nested too deeply");
  EXPECT_EQ(Parsed(Nested(1'000'000)), "property list: 3:722: nested too deeply");
  // Not nesting, although there are many.
  std::string wide;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&wide, "<array/><!-- <array> --><dict></dict>");
  EXPECT_TRUE(ParsePropertyList(Xml(absl::StrCat("<array>", wide, "</array>"))).ok());
}

TEST(PropertyList, BinaryDepthIsBounded) {
  // 6000 arrays, each of the next one and the last one empty, put together by hand.
  constexpr int kArrays = 6000;
  const auto two_bytes = [](int value) {
    return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  std::string list = "bplist00";
  std::string offsets;
  for (int i = 0; i < kArrays; ++i) {
    offsets += two_bytes(static_cast<int>(list.size()));
    list += i + 1 < kArrays ? '\xa1' + two_bytes(i + 1) : std::string(1, '\xa0');
  }
  const size_t table = list.size();
  list += offsets + std::string(6, '\0') + "\x02\x02";
  list += std::string(6, '\0') + two_bytes(kArrays) + std::string(8, '\0') + std::string(6, '\0') +
          two_bytes(static_cast<int>(table));
  EXPECT_EQ(Parsed(list), "property list: nested too deeply");
}

TEST(PropertyList, OneParseServesManyRuns) {
  const absl::StatusOr<PropertyList> list = PropertyList::Parse(Xml(kPersonality));
  ASSERT_TRUE(list.ok());
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = RunTimed([&list] {
      const OSSharedPtr<OSObject> object = list->MakeObject();
      const auto* const dictionary = OSDynamicCast(OSDictionary, object.get());
      EXPECT_TRUE(
          OSDynamicCast(OSString, dictionary->getObject("IOClass"))->isEqualTo("Dock & Co"));
      EXPECT_EQ(object->getRetainCount(), 1);
      EXPECT_FALSE(LiveObjects().empty());
    });
    EXPECT_TRUE(outcome.ok()) << outcome.text;
  }
}

// On a simulated thread, with its small stack.
TEST(PropertyList, TheDeepestListIsMadeOnASimulatedThread) {
  EXPECT_TRUE(RunTimed([] {
                const auto object = ParsePropertyList(Nested(100));
                ASSERT_TRUE(object.ok());
                EXPECT_EQ(Serialized(object->get()).rfind("<array ", 0), 0u);
              }).ok());
}

TEST(PropertyList, KeepsNoReferenceOfItsOwn) {
  EXPECT_TRUE(RunTimed([] {
                ParsePropertyList(Xml(kPersonality)).IgnoreError();
                EXPECT_TRUE(LiveBlocks().empty());
              }).ok());
}

}  // namespace
}  // namespace drydock
