// OSOrderedSet.
#include <libkern/c++/OSCollectionIterator.h>
#include <libkern/c++/OSNumber.h>
#include <libkern/c++/OSOrderedSet.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

// By value; an object's score is its value.
SInt32 ByValue(const OSMetaClassBase* a, const OSMetaClassBase* b, void* context) {
  ++*static_cast<int*>(context);
  const auto value = [](const OSMetaClassBase* object) {
    return object == nullptr
               ? 0
               : static_cast<SInt32>(OSDynamicCast(OSNumber, object)->unsigned32BitValue());
  };
  return value(a) - value(b);
}

class OSOrderedSetTest : public ::testing::Test {
 protected:
  ~OSOrderedSetTest() override {
    set_->release();
    for (OSNumber* const number : {x_, y_, z_}) {
      EXPECT_EQ(number->getRetainCount(), 1);
      number->release();
    }
  }

  std::string Order() const {
    std::string letters;
    for (unsigned i = 0; i < set_->getCount(); ++i) {
      letters += set_->getObject(i) == x_ ? 'x' : set_->getObject(i) == y_ ? 'y' : 'z';
    }
    return letters;
  }

  int calls_ = 0;
  OSNumber* const x_ = OSNumber::withNumber(10, 32);
  OSNumber* const y_ = OSNumber::withNumber(10, 32);
  OSNumber* const z_ = OSNumber::withNumber(20, 32);
  OSOrderedSet* const set_ = OSOrderedSet::withCapacity(2, &ByValue, &calls_);
};

TEST_F(OSOrderedSetTest, OB11HighestFirstEqualsInOrderOfInsertionOnceEach) {
  EXPECT_TRUE(set_->setObject(x_));
  EXPECT_TRUE(set_->setObject(y_));
  EXPECT_TRUE(set_->setObject(z_));
  EXPECT_EQ(Order(), "zxy");
  EXPECT_FALSE(set_->setObject(x_));
  EXPECT_EQ(Order(), "zxy");

  OSCollectionIterator* const iterator = OSCollectionIterator::withCollection(set_);
  EXPECT_EQ(iterator->getNextObject(), z_);
  EXPECT_EQ(iterator->getNextObject(), x_);
  EXPECT_EQ(iterator->getNextObject(), y_);
  EXPECT_EQ(iterator->getNextObject(), nullptr);
  EXPECT_TRUE(iterator->isValid());
  iterator->release();
}

TEST_F(OSOrderedSetTest, EndsAndScores) {
  EXPECT_EQ(set_->getFirstObject(), nullptr);
  EXPECT_EQ(set_->getLastObject(), nullptr);
  set_->setObject(y_);
  EXPECT_TRUE(set_->setFirstObject(x_));
  EXPECT_TRUE(set_->setLastObject(z_));
  EXPECT_FALSE(set_->setLastObject(z_));
  EXPECT_EQ(Order(), "xyz");
  EXPECT_EQ(set_->getFirstObject(), x_);
  EXPECT_EQ(set_->getLastObject(), z_);
  EXPECT_EQ(set_->orderObject(z_), 20);
  EXPECT_EQ(set_->getOrderingRef(), &calls_);
  set_->removeObject(y_);
  EXPECT_FALSE(set_->setObject(3, y_));
  EXPECT_TRUE(set_->setObject(1, y_));
  EXPECT_EQ(Order(), "xyz");
  EXPECT_TRUE(set_->containsObject(y_));
  EXPECT_FALSE(set_->member(nullptr));
}

TEST_F(OSOrderedSetTest, WithoutAFunctionAllRankEqual) {
  OSOrderedSet* const plain = OSOrderedSet::withCapacity(1);
  plain->setObject(z_);
  plain->setObject(x_);
  EXPECT_EQ(plain->getFirstObject(), z_);
  EXPECT_EQ(plain->orderObject(z_), 0);
  set_->setLastObject(z_);
  EXPECT_FALSE(plain->isEqualTo(set_));
  set_->setLastObject(x_);
  EXPECT_TRUE(plain->isEqualTo(set_));
  plain->release();
}

}  // namespace
}  // namespace drydock
