#include "scheduler/global_name.h"

#include <memory>

#include "gtest/gtest.h"

int a_global[4];

namespace drydock {
namespace {

int unnamed;

struct Counter {
  static int count;
};
int Counter::count;

const void* OfAFunction() {
  static int kept = 1;
  return &kept;
}

TEST(GlobalName, StaticVariablesHaveNamesToo) {
  EXPECT_EQ(GlobalAt(&a_global).name, "a_global");
  EXPECT_EQ(GlobalAt(&unnamed).name, "drydock::(anonymous namespace)::unnamed");
  EXPECT_EQ(GlobalAt(&Counter::count).name, "drydock::(anonymous namespace)::Counter::count");
  EXPECT_NE(GlobalAt(OfAFunction()).name.find("OfAFunction()::kept"), std::string::npos)
      << GlobalAt(OfAFunction()).name;
}

TEST(GlobalName, OffsetsAreFromTheVariablesBeginning) {
  EXPECT_EQ(GlobalAt(&a_global[3]).name, "a_global");
  EXPECT_EQ(GlobalAt(&a_global[3]).offset, 12u);
}

TEST(GlobalName, OtherMemoryHasNone) {
  const int local = 0;
  EXPECT_EQ(GlobalAt(&local).name, "");
  EXPECT_EQ(GlobalAt(std::make_unique<int>().get()).name, "");
  EXPECT_EQ(GlobalAt(nullptr).name, "");
}

}  // namespace
}  // namespace drydock
