// OSSharedPtr.
#include <utility>

#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSString.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(OSSharedPtr, TagsSayWhoseReferenceItIs) {
  int frees = 0;
  Probe* const probe = Probe::Make(&frees);
  {
    OSSharedPtr<Probe> own(probe, OSRetain);
    EXPECT_EQ(probe->getRetainCount(), 2);
    OSSharedPtr<Probe> adopted(probe, OSNoRetain);
    EXPECT_EQ(probe->getRetainCount(), 2);
  }
  EXPECT_EQ(frees, 1);
}

TEST(OSSharedPtr, CopyRetainsAndMoveDoesNot) {
  OSSharedPtr<Probe> first(Probe::Make(), OSNoRetain);
  OSSharedPtr<Probe> second = first;
  EXPECT_EQ(first->getRetainCount(), 2);
  OSSharedPtr<OSObject> base = std::move(second);
  EXPECT_EQ(first->getRetainCount(), 2);
  EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(base == first);
  base = first;
  EXPECT_EQ(first->getRetainCount(), 2);
  const OSSharedPtr<Probe>& same = first;
  first = same;
  EXPECT_EQ(first->getRetainCount(), 2);
  base = nullptr;
  EXPECT_EQ(first->getRetainCount(), 1);
}

TEST(OSSharedPtr, ResetDetachAndSwap) {
  int frees_a = 0, frees_b = 0;
  OSSharedPtr<Probe> a(Probe::Make(&frees_a), OSNoRetain);
  OSSharedPtr<Probe> b(Probe::Make(&frees_b), OSNoRetain);
  a.swap(b);
  a.reset();
  EXPECT_EQ(frees_b, 1);
  EXPECT_TRUE(a == nullptr);
  Probe* const plain = b.detach();
  EXPECT_EQ(frees_a, 0);
  a.reset(plain, OSRetain);
  EXPECT_EQ(plain->getRetainCount(), 2);
  a.reset(plain, OSNoRetain);
  EXPECT_EQ(plain->getRetainCount(), 1);
  EXPECT_TRUE(a == plain);
}

TEST(OSSharedPtr, MakeSharedDoesNotInit) {
  const auto probe = OSMakeShared<Probe>();
  EXPECT_EQ(probe->inits, 0);
  EXPECT_EQ(probe->getRetainCount(), 1);
}

TEST(OSSharedPtr, CastsKeepCount) {
  OSSharedPtr<OSObject> object = OSMakeShared<ProbeChild>();
  const auto probe = OSDynamicPtrCast<Probe>(object);
  EXPECT_EQ(object->getRetainCount(), 2);
  EXPECT_EQ(OSDynamicPtrCast<OSString>(object).get(), nullptr);
  auto moved = OSDynamicPtrCast<ProbeChild>(std::move(object));
  EXPECT_EQ(object.get(), nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(moved->getRetainCount(), 2);
  EXPECT_EQ(OSDynamicPtrCast<OSString>(std::move(moved)).get(), nullptr);
  EXPECT_NE(moved.get(), nullptr)
      << "not of that class, so it stays";  // NOLINT(bugprone-use-after-move)
  const OSSharedPtr<const Probe> constant = OSStaticPtrCast<const Probe>(moved);
  const auto mutable_again = OSConstPtrCast<Probe>(constant);
  EXPECT_EQ(mutable_again->getRetainCount(), 4);
}

TEST(OSSharedPtr, CollectionsTakeIt) {
  OSSharedPtr<OSArray> array(OSArray::withCapacity(1), OSNoRetain);
  const auto probe = OSMakeShared<Probe>();
  EXPECT_TRUE(array->setObject(probe));
  EXPECT_EQ(probe->getRetainCount(), 2);
}

}  // namespace
}  // namespace drydock
