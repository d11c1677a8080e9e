// Thousands of damaged property lists: each is refused with one line or read as something sound.
#include <random>
#include <string>
#include <vector>

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSUnserialize.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "libkern/property_list.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

constexpr char kSound[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist>\n<plist version=\"1.0\">\n"
    "<dict ID=\"0\"><key>string</key><string ID=\"1\">a&lt;b &amp; c&#62;d</string>"
    "<key>data</key><data ID=\"2\">/wAQ</data><!-- a comment -->\n"
    "<key>number</key><integer size=\"32\" ID=\"3\">0xff</integer>"
    "<key>a &amp; b</key><true/><key>f</key><false/>"
    "<key>array</key><array ID=\"4\"><string ID=\"5\"><![CDATA[x]]></string><dict/></array>"
    "<key>set</key><set ID=\"6\"><integer>-1</integer></set>"
    "<key>again</key><reference IDREF=\"1\"/></dict></plist>";

// Makes one or two random changes to `text`.
std::string Damaged(std::string text, std::mt19937* random) {
  static const std::vector<std::string> kPieces = {"<dict>",
                                                   "</dict>",
                                                   "<array ID=\"4\">",
                                                   "</array>",
                                                   "<key>",
                                                   "</key>",
                                                   "<plist>",
                                                   "&lt;",
                                                   "&e;",
                                                   "<![CDATA[",
                                                   "]]>",
                                                   "<!--",
                                                   "-->",
                                                   "<?x?>",
                                                   "ID",
                                                   "\"",
                                                   "<reference IDREF=\"0\"/>",
                                                   "<string/>",
                                                   ">",
                                                   "<",
                                                   "\xff",
                                                   std::string(1, '\0'),
                                                   "<!DOCTYPE a [<!ENTITY e \"&e;\">]>",
                                                   "<set>",
                                                   "</set>"};
  const auto below = [random](size_t limit) { return (*random)() % limit; };
  for (size_t changes = 1 + below(2); changes > 0; --changes) {
    const size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 1:
        text.erase(at, below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size() + 1), below(80)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
    }
  }
  return text;
}

bool IsOneLine(absl::string_view text) { return !text.empty() && !absl::StrContains(text, '\n'); }

TEST(DamagedLists, AreRefusedOrReadByOSUnserializeXML) {
  std::mt19937 random(16);
  int read = 0;
  int refused = 0;
  EXPECT_TRUE(RunTimed([&] {
                for (int i = 0; i < 20'000; ++i) {
                  const std::string text = Damaged(kSound, &random);
                  OSString* error = nullptr;
                  const OSSharedPtr<OSObject> object(
                      OSUnserializeXML(text.data(), text.size(), &error), OSNoRetain);
                  ASSERT_NE(object == nullptr, error == nullptr) << text;
                  if (object == nullptr) {
                    EXPECT_TRUE(IsOneLine(error->getCStringNoCopy())) << text;
                    error->release();
                    ++refused;
                    continue;
                  }
                  ++read;
                  const std::string written = Serialized(object.get());
                  const OSSharedPtr<OSObject> again(OSUnserializeXML(written.c_str()), OSNoRetain);
                  ASSERT_NE(again, nullptr) << written;
                  EXPECT_EQ(Serialized(again.get()), written) << text;
                }
                EXPECT_TRUE(LiveBlocks().empty());
              }).ok());
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

TEST(DamagedLists, AreRefusedOrReadAsPropertyLists) {
  std::mt19937 random(17);
  const std::string sound =
      "<plist><dict><key>a</key><array><integer>1</integer><data>AQID</data></array>"
      "<key>b &amp;</key><dict><key>c</key><string>d</string></dict></dict></plist>";
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = Damaged(sound, &random);
    const absl::StatusOr<PropertyList> list = PropertyList::Parse(text);
    if (list.ok()) {
      ++read;
      EXPECT_NE(list->MakeObject(), nullptr) << text;
    } else {
      ++refused;
      EXPECT_TRUE(IsOneLine(list.status().message())) << text;
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace drydock
