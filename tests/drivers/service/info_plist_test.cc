// Personalities from Info.plist files, sound and not.
#include "drivers/service/info_plist.h"

#include <string>

#include <IOKit/IOCatalogue.h>
#include <IOKit/IOService.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "tests/drivers/service/IdentityKext.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

std::string Info(absl::string_view personality) {
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>"
      "<key>CFBundleIdentifier</key><string>com.example.kext</string>"
      "<key>CFBundleVersion</key><string>1.2.3</string>"
      "<key>IOKitPersonalities</key><dict><key>P</key>",
      personality, "</dict></dict></plist>");
}

std::string Key(absl::string_view key, absl::string_view value) {
  return Info(absl::StrCat("<dict><key>", key, "</key>", value, "</dict>"));
}

constexpr char kSound[] =
    "<dict><key>IOClass</key><string>IOService</string>"
    "<key>IOProviderClass</key><string>RecordingService</string>"
    "<key>IOProbeScore</key><integer>1000</integer>"
    "<key>IONameMatch</key><array><string>A</string><string>B</string></array></dict>";

DRYDOCK_TEST(InfoPlist, ItsPersonalitiesMatch) {
  static const auto* const info = new absl::StatusOr<InfoPlist>(InfoPlist::Parse(Info(kSound)));
  ASSERT_TRUE(info->ok()) << info->status();
  EXPECT_EQ((*info)->identifier(), "com.example.kext");
  EXPECT_EQ((*info)->version(), "1.2.3");
  Journal journal;
  BootedPlatform platform;
  const auto personalities = Owned(OSArray::withCapacity(1));
  (*info)->AddPersonalities(personalities.get());
  ASSERT_EQ(personalities->getCount(), 1u);
  EXPECT_TRUE(gIOCatalogue->addDrivers(personalities.get()));
  RecordingService* nub = RecordingService::Make("B", platform.service(), &journal);
  nub->registerService();
  EXPECT_EQ(nub->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  IOService* driver = nub->getClient();
  ASSERT_NE(driver, nullptr);
  OSString* bundle = OSDynamicCast(OSString, driver->getProperty(kCFBundleIdentifierKey));
  ASSERT_NE(bundle, nullptr);
  EXPECT_TRUE(bundle->isEqualTo("com.example.kext"));
}

TEST(InfoPlist, WrongTypesAreTold) {
  const auto problem = [](const std::string& text) {
    return std::string(InfoPlist::Parse(text).status().message());
  };
  const std::string path = "Info.plist: IOKitPersonalities.P";
  EXPECT_EQ(problem(Key("IOClass", "<true/>")), path + ".IOClass must be a string");
  EXPECT_EQ(problem(Key("IOProbeScore", "<string>1000</string>")),
            path + ".IOProbeScore must be an integer");
  EXPECT_EQ(problem(Key("IOProviderClass", "<array/>")),
            path + ".IOProviderClass must be a string");
  EXPECT_EQ(problem(Key("IONameMatch", "<array><string>a</string><true/></array>")),
            path + ".IONameMatch must be a string, or an array of such");
  EXPECT_EQ(problem(Key("IOPropertyMatch", "<string>a</string>")),
            path + ".IOPropertyMatch must be a dictionary, or an array of such");
  EXPECT_EQ(problem(Info("<string>no personality</string>")), path + " must be a dictionary");
  EXPECT_EQ(problem("<plist><array/></plist>"), "Info.plist: it must be a dictionary");
  EXPECT_EQ(problem("<plist><dict><key>IOKitPersonalities</key><array/></dict></plist>"),
            "Info.plist: IOKitPersonalities must be a dictionary");
  EXPECT_EQ(problem(Key("IOClass", "<real>1.0</real>")),
            "property list: 2:209: a real number has no kernel object");
}

TEST(InfoPlist, EveryTruncationIsOneLine) {
  const std::string whole = Info(kSound);
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto info = InfoPlist::Parse(whole.substr(0, size));
    ASSERT_FALSE(info.ok()) << size;
    EXPECT_FALSE(info.status().message().empty());
    EXPECT_EQ(info.status().message().find('\n'), absl::string_view::npos);
  }
}

TEST(InfoPlist, AKextWithoutPersonalitiesIsSound) {
  EXPECT_TRUE(InfoPlist::Parse("<plist><dict/></plist>").ok());
}

DRYDOCK_TEST(Kext, KnowsItself) {
  EXPECT_STREQ(IdentityKextIdentifier(), "com.example.identity");
  EXPECT_STREQ(IdentityKextVersion(), "4.5");
}

}  // namespace
}  // namespace drydock::testing
