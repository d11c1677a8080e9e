// OSArray.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSNumber.h>
#include <libkern/c++/OSSet.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

class OSArrayTest : public ::testing::Test {
 protected:
  OSArrayTest() {
    for (int& frees : frees_) frees = 0;
    for (int i = 0; i < 3; ++i) probes_[i] = Probe::Make(&frees_[i]);
  }
  ~OSArrayTest() override {
    array_->release();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(frees_[i], 0);
      probes_[i]->release();
      EXPECT_EQ(frees_[i], 1) << "the array kept a reference, or dropped one too many";
    }
  }

  // The array's contents as letters.
  std::string Contents() const {
    std::string letters;
    for (unsigned i = 0; i < array_->getCount(); ++i) {
      for (int probe = 0; probe < 3; ++probe) {
        if (array_->getObject(i) == probes_[probe]) letters += static_cast<char>('a' + probe);
      }
    }
    return letters;
  }

  int frees_[3];
  Probe* probes_[3];
  OSArray* array_ = OSArray::withCapacity(2);
};

TEST_F(OSArrayTest, AppendsAndInserts) {
  EXPECT_TRUE(array_->setObject(probes_[0]));
  EXPECT_TRUE(array_->setObject(probes_[1]));
  EXPECT_TRUE(array_->setObject(1, probes_[2]));
  EXPECT_EQ(Contents(), "acb");
  EXPECT_TRUE(array_->setObject(3, probes_[0]));
  EXPECT_EQ(Contents(), "acba");
  EXPECT_EQ(probes_[0]->getRetainCount(), 3);
  EXPECT_FALSE(array_->setObject(static_cast<OSObject*>(nullptr)));
}

TEST_F(OSArrayTest, OB13IndicesBeyondTheEndAreRefused) {
  array_->setObject(probes_[0]);
  array_->setObject(probes_[1]);
  EXPECT_FALSE(array_->setObject(3, probes_[2]));
  array_->removeObject(9);
  array_->replaceObject(2, probes_[2]);
  EXPECT_EQ(Contents(), "ab");
  EXPECT_EQ(array_->getObject(2), nullptr);
}

TEST_F(OSArrayTest, ReplaceReleasesTheReplaced) {
  array_->setObject(probes_[0]);
  array_->replaceObject(0, probes_[1]);
  EXPECT_EQ(Contents(), "b");
  EXPECT_EQ(probes_[0]->getRetainCount(), 1);
  array_->replaceObject(0, probes_[1]);
  EXPECT_EQ(probes_[1]->getRetainCount(), 2);
}

TEST_F(OSArrayTest, RemoveKeepsTheOrder) {
  for (Probe* const probe : probes_) array_->setObject(probe);
  array_->removeObject(0);
  EXPECT_EQ(Contents(), "bc");
  EXPECT_EQ(array_->getLastObject(), probes_[2]);
}

TEST_F(OSArrayTest, FlushKeepsTheCapacity) {
  for (Probe* const probe : probes_) array_->setObject(probe);
  const unsigned capacity = array_->getCapacity();
  array_->flushCollection();
  EXPECT_EQ(array_->getCount(), 0u);
  EXPECT_EQ(array_->getCapacity(), capacity);
  EXPECT_EQ(array_->getLastObject(), nullptr);
}

TEST_F(OSArrayTest, GrowsByItsIncrement) {
  EXPECT_EQ(array_->getCapacity(), 2u);
  EXPECT_EQ(array_->getCapacityIncrement(), 2u);
  for (Probe* const probe : probes_) array_->setObject(probe);
  EXPECT_EQ(array_->getCapacity(), 4u);
  array_->setCapacityIncrement(10);
  EXPECT_EQ(array_->ensureCapacity(11), 20u);
  EXPECT_EQ(array_->ensureCapacity(3), 20u);
  EXPECT_EQ(Contents(), "abc");
}

TEST_F(OSArrayTest, NextIndexGoesByIdentity) {
  array_->setObject(probes_[0]);
  array_->setObject(probes_[1]);
  array_->setObject(probes_[0]);
  EXPECT_EQ(array_->getNextIndexOfObject(probes_[0], 0), 0u);
  EXPECT_EQ(array_->getNextIndexOfObject(probes_[0], 1), 2u);
  EXPECT_EQ(array_->getNextIndexOfObject(probes_[2], 0), ~0u);
}

TEST_F(OSArrayTest, MergeAppendsAlsoItself) {
  array_->setObject(probes_[0]);
  array_->setObject(probes_[1]);
  EXPECT_TRUE(array_->merge(array_));
  EXPECT_EQ(Contents(), "abab");
}

TEST_F(OSArrayTest, FactoriesCheckTheirArguments) {
  const OSObject* objects[] = {probes_[0], nullptr};
  EXPECT_EQ(OSArray::withObjects(objects, 2), nullptr);
  OSArray* const made = OSArray::withObjects(objects, 1, 4);
  EXPECT_EQ(made->getCount(), 1u);
  EXPECT_EQ(made->getCapacity(), 4u);
  made->release();
  EXPECT_EQ(OSArray::withArray(nullptr), nullptr);
  array_->setObject(probes_[1]);
  array_->setObject(probes_[2]);
  EXPECT_EQ(OSArray::withArray(array_, 1), nullptr);
}

TEST(OSArray, EqualIfTheObjectsAreInOrder) {
  OSNumber* const one = OSNumber::withNumber(1, 8);
  OSNumber* const also_one = OSNumber::withNumber(1, 32);
  OSNumber* const two = OSNumber::withNumber(2, 8);
  const OSObject* a[] = {one, two};
  const OSObject* b[] = {also_one, two};
  const OSObject* c[] = {two, one};
  OSArray* const first = OSArray::withObjects(a, 2);
  OSArray* const equal = OSArray::withObjects(b, 2);
  OSArray* const other = OSArray::withObjects(c, 2);
  OSArray* const shorter = OSArray::withObjects(a, 1);
  OSSet* const set = OSSet::withObjects(a, 2);
  EXPECT_TRUE(first->isEqualTo(equal));
  EXPECT_FALSE(first->isEqualTo(other));
  EXPECT_FALSE(first->isEqualTo(shorter));
  EXPECT_FALSE(first->isEqualTo(static_cast<OSObject*>(set)));
  for (OSObject* const object :
       std::initializer_list<OSObject*>{one, also_one, two, first, equal, other, shorter, set}) {
    object->release();
  }
}

// Misuse, as the array has no lock; but the array must stay sound. Other threads may run during
// each release.
DRYDOCK_TEST(OSArray, UnlockedSharingLosesNoReference) {
  int frees = 0;
  OSArray* const array = OSArray::withCapacity(1);
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(kernel::ThreadStart({.name = "user"}, [&frees, array] {
      for (int round = 0; round < 3; ++round) {
        Probe* const probe = Probe::Make(&frees);
        array->setObject(0, probe);
        probe->release();
        array->removeObject(1);
        if (round == 1) array->flushCollection();
      }
    }));
  }
  for (kernel::Thread* const thread : threads) kernel::ThreadJoin(thread);
  array->release();
  EXPECT_EQ(frees, 9);
}

}  // namespace
}  // namespace drydock
