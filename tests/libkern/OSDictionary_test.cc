// OSDictionary.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSCollectionIterator.h>
#include <libkern/c++/OSDictionary.h>
#include <libkern/c++/OSNumber.h>
#include <libkern/c++/OSString.h>
#include <libkern/c++/OSSymbol.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

std::string Keys(const OSDictionary* dictionary) {
  std::string keys;
  OSCollectionIterator* const iterator = OSCollectionIterator::withCollection(dictionary);
  while (OSObject* const key = iterator->getNextObject()) {
    keys += OSDynamicCast(OSSymbol, key)->getCStringNoCopy();
  }
  iterator->release();
  return keys;
}

class OSDictionaryTest : public ::testing::Test {
 protected:
  ~OSDictionaryTest() override {
    dictionary_->release();
    for (Probe* const probe : {v1_, v2_}) {
      EXPECT_EQ(probe->getRetainCount(), 1);
      probe->release();
    }
    EXPECT_EQ(OSSymbol::existingSymbolForCString("a"), nullptr) << "a key was not released";
  }

  Probe* const v1_ = Probe::Make();
  Probe* const v2_ = Probe::Make();
  OSDictionary* const dictionary_ = OSDictionary::withCapacity(1);
};

TEST_F(OSDictionaryTest, OB8KeysComeInOrderOfInsertion) {
  dictionary_->setObject("b", v1_);
  dictionary_->setObject("a", v1_);
  EXPECT_EQ(Keys(dictionary_), "ba");
  dictionary_->removeObject("b");
  dictionary_->setObject("b", v1_);
  EXPECT_EQ(Keys(dictionary_), "ab");
}

TEST_F(OSDictionaryTest, OB9SetReplacesAndReleases) {
  EXPECT_TRUE(dictionary_->setObject("a", v1_));
  EXPECT_TRUE(dictionary_->setObject("a", v2_));
  EXPECT_EQ(dictionary_->getCount(), 1u);
  EXPECT_EQ(dictionary_->getObject("a"), v2_);
  EXPECT_EQ(v1_->getRetainCount(), 1);
  EXPECT_FALSE(dictionary_->setObject("a", static_cast<OSObject*>(nullptr)));
  EXPECT_FALSE(dictionary_->setObject(static_cast<const char*>(nullptr), v1_));
  EXPECT_EQ(dictionary_->getObject("a"), v2_);
}

TEST_F(OSDictionaryTest, KeysOfAllKindsMeetInTheSymbol) {
  OSString* const string = OSString::withCString("a");
  const OSSymbol* const symbol = OSSymbol::withCString("a");
  dictionary_->setObject(string, v1_);
  EXPECT_EQ(dictionary_->getObject(symbol), v1_);
  EXPECT_EQ(dictionary_->getObject("a"), v1_);
  EXPECT_EQ(dictionary_->getObject(string), v1_);
  EXPECT_EQ(dictionary_->getObject("no such key"), nullptr);
  EXPECT_EQ(OSSymbol::existingSymbolForCString("no such key"), nullptr)
      << "looking up made a symbol";
  dictionary_->setObject(symbol, v2_);
  EXPECT_EQ(dictionary_->getCount(), 1u);
  dictionary_->removeObject(string);
  EXPECT_EQ(dictionary_->getCount(), 0u);
  dictionary_->removeObject("no such key");
  string->release();
  symbol->release();
}

TEST_F(OSDictionaryTest, MergeOverwrites) {
  dictionary_->setObject("a", v1_);
  OSDictionary* const other = OSDictionary::withCapacity(2);
  other->setObject("a", v2_);
  other->setObject("c", v2_);
  EXPECT_TRUE(dictionary_->merge(other));
  EXPECT_EQ(Keys(dictionary_), "ac");
  EXPECT_EQ(dictionary_->getObject("a"), v2_);
  EXPECT_FALSE(dictionary_->merge(nullptr));
  other->release();
}

TEST_F(OSDictionaryTest, WithDictionaryIsShallow) {
  dictionary_->setObject("a", v1_);
  dictionary_->setObject("b", v2_);
  OSDictionary* const copy = OSDictionary::withDictionary(dictionary_, 5);
  EXPECT_EQ(copy->getCapacity(), 5u);
  EXPECT_EQ(copy->getObject("a"), v1_);
  EXPECT_EQ(Keys(copy), "ab");
  EXPECT_EQ(OSDictionary::withDictionary(dictionary_, 1), nullptr);
  EXPECT_EQ(OSDictionary::withDictionary(nullptr), nullptr);
  copy->release();
}

TEST_F(OSDictionaryTest, WithObjectsNeedsThemAll) {
  const OSSymbol* const a = OSSymbol::withCString("a");
  OSString* const b = OSString::withCString("b");
  const OSObject* objects[] = {v1_, nullptr};
  const OSSymbol* symbols[] = {a, a};
  const OSString* strings[] = {b};
  EXPECT_EQ(OSDictionary::withObjects(objects, symbols, 2), nullptr);
  OSDictionary* const made = OSDictionary::withObjects(objects, strings, 1);
  EXPECT_EQ(Keys(made), "b");
  made->release();
  a->release();
  b->release();
}

TEST_F(OSDictionaryTest, EqualityByValueAndForSomeKeys) {
  OSNumber* const one = OSNumber::withNumber(1, 8);
  OSNumber* const long_one = OSNumber::withNumber(1, 64);
  OSNumber* const two = OSNumber::withNumber(2, 8);
  OSDictionary* const other = OSDictionary::withCapacity(2);
  dictionary_->setObject("a", one);
  dictionary_->setObject("b", two);
  other->setObject("b", two);
  other->setObject("a", long_one);
  EXPECT_TRUE(dictionary_->isEqualTo(other));
  EXPECT_TRUE(dictionary_->isEqualTo(static_cast<OSObject*>(other)));
  other->setObject("c", two);
  EXPECT_FALSE(dictionary_->isEqualTo(other));

  OSArray* const keys = OSArray::withCapacity(2);
  const OSSymbol* const a = OSSymbol::withCString("a");
  const OSSymbol* const c = OSSymbol::withCString("c");
  keys->setObject(a);
  EXPECT_TRUE(dictionary_->isEqualTo(other, keys));
  keys->setObject(c);
  EXPECT_FALSE(dictionary_->isEqualTo(other, keys)) << "only one of them has c";
  dictionary_->setObject("c", one);
  EXPECT_FALSE(dictionary_->isEqualTo(other, keys)) << "their c differ";
  for (const OSObject* const object :
       std::initializer_list<const OSObject*>{one, long_one, two, other, keys, a, c}) {
    object->release();
  }
}

TEST_F(OSDictionaryTest, CopyKeysAndIterateObjects) {
  dictionary_->setObject("a", v1_);
  dictionary_->setObject("b", v2_);
  OSArray* const keys = dictionary_->copyKeys();
  ASSERT_EQ(keys->getCount(), 2u);
  EXPECT_TRUE(OSDynamicCast(OSSymbol, keys->getObject(1))->isEqualTo("b"));
  keys->release();

  std::string seen;
  EXPECT_TRUE(dictionary_->iterateObjects(&seen, [](void* refcon, const OSSymbol* key, OSObject*) {
    *static_cast<std::string*>(refcon) += key->getCStringNoCopy();
    return false;
  }));
  EXPECT_EQ(seen, "ab");
  EXPECT_FALSE(dictionary_->iterateObjects(dictionary_, [](void* refcon, const OSSymbol* key,
                                                           OSObject*) {
    static_cast<OSDictionary*>(refcon)->removeObject(key);
    return false;
  })) << "it was changed";
  EXPECT_EQ(dictionary_->getCount(), 1u);
}

}  // namespace
}  // namespace drydock
