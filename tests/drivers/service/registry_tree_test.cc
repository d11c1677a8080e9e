// The registry printed as a tree.
#include "drivers/service/registry_tree.h"

#include <IOKit/IOService.h>

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "drivers/service/registry.h"
#include "gtest/gtest.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

// Two services side by side, the first with one below it.
struct World {
  Journal journal;
  BootedPlatform platform;
  RecordingService* a = RecordingService::Make("A", platform.service(), &journal);
  RecordingService* b = RecordingService::Make("B", a, &journal);
  RecordingService* c = RecordingService::Make("C", platform.service(), &journal);

  World() {
    a->setLocation("1d");
    a->registerService(kIOServiceSynchronous);
  }
  // Without the lines of root and platform, whose retain counts do not matter here.
  static std::string Below(const std::string& tree) {
    const size_t at = tree.find("    +-o A");
    return at == std::string::npos ? tree : tree.substr(at);
  }
};

DRYDOCK_TEST(RegistryTree, EveryEntryHasALine) {
  World w;
  const std::string tree = RegistryTree({});
  EXPECT_EQ(tree.rfind("+-o Root  <class IORegistryEntry, id 0x100000100, retain ", 0), 0u) << tree;
  EXPECT_NE(tree.find("\n  +-o DrydockPlatform  <class DrydockPlatform, id 0x100000101, "
                      "!registered, !matched, active, busy 0, retain "),
            std::string::npos);
  const auto line = [](const char* before, IORegistryEntry* entry, const char* after) {
    return absl::StrCat(before, "  <class RecordingService, id 0x",
                        absl::Hex(entry->getRegistryEntryID()), after);
  };
  EXPECT_EQ(World::Below(tree),
            line("    +-o A@1d", w.a, ", registered, matched, active, busy 0, retain 2>\n") +
                line("    | +-o B", w.b, ", !registered, !matched, active, busy 0, retain 1>\n") +
                line("    +-o C", w.c, ", !registered, !matched, active, busy 0, retain 1>\n"));
}

DRYDOCK_TEST(RegistryTree, WhatGoesIsInactiveAndBusy) {
  World w;
  w.a->open(w.b);  // and never closes
  w.a->terminate();
  const std::string tree = RegistryTree({});
  EXPECT_NE(tree.find(", !registered, !matched, inactive, busy 2, "), std::string::npos) << tree;
  w.a->close(w.b);
}

DRYDOCK_TEST(RegistryTree, PropertiesAreWrittenAsIoregDoes) {
  World w;
  w.a->setProperty("text", "said");
  w.a->setProperty("number", 0xffffffffffull, 64);
  w.a->setProperty("yes", true);
  w.a->setProperty("no", false);
  uint8_t bytes[] = {0, 0xab, 0x10};
  w.a->setProperty("data", bytes, sizeof(bytes));
  const auto array = Owned(OSArray::withCapacity(2));
  const auto dictionary = Owned(OSDictionary::withCapacity(2));
  dictionary->setObject("k", kOSBooleanTrue);
  dictionary->setObject("l", kOSBooleanFalse);
  array->setObject(dictionary.get());
  array->setObject(kOSBooleanTrue);
  w.a->setProperty("list", array.get());
  EXPECT_EQ(World::Below(RegistryTree({.properties = true, .columns = 41})),
            "    +-o A@1d  <class RecordingService, id\n"
            "    | | {\n"
            "    | |   \"text\" = \"said\"\n"
            "    | |   \"number\" = 1099511627775\n"
            "    | |   \"yes\" = Yes\n"
            "    | |   \"no\" = No\n"
            "    | |   \"data\" = <00ab10>\n"
            "    | |   \"list\" = ({\"k\"=Yes,\"l\"=No},Yes)\n"
            "    | | }\n"
            "    | | \n"
            "    | +-o B  <class RecordingService, id \n"
            "    |     {\n"
            "    |     }\n"
            "    |     \n"
            "    +-o C  <class RecordingService, id 0x\n"
            "        {\n"
            "        }\n"
            "        \n");
}

DRYDOCK_TEST(RegistryTree, AClassChoosesPropertiesOrSubtrees) {
  World w;
  const std::string all = RegistryTree({.class_name = "RecordingService", .columns = 12});
  EXPECT_EQ(all.find("{\n"), all.find("    | | {\n") + 8) << all;  // first below A
  EXPECT_EQ(RegistryTree({.class_name = "RecordingService", .subtrees_only = true, .columns = 12}),
            "+-o A@1d  <c\n"
            "  | {\n"
            "  | }\n"
            "  | \n"
            "  +-o B  <cl\n"
            "      {\n"
            "      }\n"
            "      \n"
            "+-o C  <clas\n"
            "    {\n"
            "    }\n"
            "    \n");
  EXPECT_EQ(RegistryTree({.class_name = "IOUserClient", .subtrees_only = true}), "");
}

DRYDOCK_TEST(RegistryTree, PlanesHaveTreesOfTheirOwn) {
  World w;
  const std::vector<std::string> planes = RegistryPlanes();
  ASSERT_GE(planes.size(), 2u);
  EXPECT_EQ(planes[0], "IOService");
  EXPECT_EQ(RegistryTree({.plane = "IOPower", .columns = 8}), "+-o Root\n");
  EXPECT_EQ(RegistryTree({.plane = "IOWhatever"}), "");
}

}  // namespace
}  // namespace drydock::testing
