// OSSet.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSSet.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

class OSSetTest : public ::testing::Test {
 protected:
  ~OSSetTest() override {
    set_->release();
    for (Probe* const probe : {a_, b_, c_}) {
      EXPECT_EQ(probe->getRetainCount(), 1);
      probe->release();
    }
  }

  Probe* const a_ = Probe::Make();
  Probe* const b_ = Probe::Make();
  Probe* const c_ = Probe::Make();
  OSSet* const set_ = OSSet::withCapacity(1);
};

TEST_F(OSSetTest, OB12ContainedObjectIsRefused) {
  EXPECT_TRUE(set_->setObject(a_));
  EXPECT_FALSE(set_->setObject(a_));
  EXPECT_EQ(set_->getCount(), 1u);
  EXPECT_EQ(a_->getRetainCount(), 2);
  EXPECT_FALSE(set_->setObject(static_cast<OSObject*>(nullptr)));
}

TEST_F(OSSetTest, MembershipIsIdentity) {
  set_->setObject(a_);
  set_->setObject(b_);
  EXPECT_TRUE(set_->containsObject(b_));
  EXPECT_TRUE(set_->member(a_));
  EXPECT_FALSE(set_->containsObject(c_));
  EXPECT_FALSE(set_->containsObject(nullptr));
  set_->removeObject(a_);
  EXPECT_FALSE(set_->member(a_));
  set_->removeObject(a_);
  EXPECT_EQ(set_->getAnyObject(), b_);
  set_->flushCollection();
  EXPECT_EQ(set_->getAnyObject(), nullptr);
}

TEST_F(OSSetTest, MergeSaysWhetherAnyWasNew) {
  const OSObject* objects[] = {a_, b_, a_};
  OSArray* const array = OSArray::withObjects(objects, 3);
  OSSet* const other = OSSet::withArray(array);
  EXPECT_EQ(other->getCount(), 2u);
  EXPECT_TRUE(set_->merge(array));
  EXPECT_FALSE(set_->merge(other));
  EXPECT_EQ(set_->getCount(), 2u);
  array->release();
  other->release();
}

TEST_F(OSSetTest, EqualWhateverTheOrder) {
  const OSObject* forwards[] = {a_, b_};
  const OSObject* backwards[] = {b_, a_};
  const OSObject* different[] = {a_, c_};
  OSSet* const first = OSSet::withObjects(forwards, 2);
  OSSet* const second = OSSet::withObjects(backwards, 2);
  OSSet* const third = OSSet::withObjects(different, 2);
  EXPECT_TRUE(first->isEqualTo(second));
  EXPECT_TRUE(first->isEqualTo(static_cast<OSObject*>(second)));
  EXPECT_FALSE(first->isEqualTo(third));
  EXPECT_FALSE(first->isEqualTo(set_));
  EXPECT_EQ(OSSet::withSet(first, 1), nullptr);
  first->release();
  second->release();
  third->release();
}

}  // namespace
}  // namespace drydock
