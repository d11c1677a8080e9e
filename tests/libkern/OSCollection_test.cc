// What all collections have in common: options, copies, iteration.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSCollectionIterator.h>
#include <libkern/c++/OSDictionary.h>
#include <libkern/c++/OSOrderedSet.h>
#include <libkern/c++/OSSet.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

TEST(OSCollection, OB14ChangingAnImmutableOnePanics) {
  // One change of each kind of collection.
  const std::function<void(OSObject*)> changes[] = {
      [](OSObject* object) {
        OSDictionary* const dictionary = OSDictionary::withCapacity(1);
        dictionary->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);
        dictionary->setObject("key", object);
      },
      [](OSObject* object) {
        OSArray* const array = OSArray::withCapacity(1);
        array->setObject(object);
        array->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);
        array->removeObject(0);
      },
      [](OSObject*) {
        OSSet* const set = OSSet::withCapacity(1);
        set->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);
        set->flushCollection();
      },
      [](OSObject* object) {
        OSOrderedSet* const set = OSOrderedSet::withCapacity(1);
        set->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);
        set->setFirstObject(object);
      },
  };
  for (const auto& change : changes) {
    const Outcome outcome = RunTimed([&change] { change(Probe::Make()); });
    EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
    EXPECT_NE(outcome.text.find("immutable"), std::string::npos) << outcome.text;
  }
}

TEST(OSCollection, ImmutabilityReachesInside) {
  OSDictionary* const outer = OSDictionary::withCapacity(1);
  OSArray* const inner = OSArray::withCapacity(1);
  outer->setObject("inner", inner);
  EXPECT_EQ(outer->setOptions(OSCollection::kImmutable, OSCollection::kImmutable), 0u);
  EXPECT_EQ(inner->setOptions(0, 0), static_cast<unsigned>(OSCollection::kImmutable));
  EXPECT_EQ(outer->setOptions(0, OSCollection::kImmutable),
            static_cast<unsigned>(OSCollection::kImmutable));
  EXPECT_EQ(inner->setOptions(0, 0), 0u);
  inner->release();
  outer->release();
}

TEST(OSCollection, CopyIsDeepForCollectionsOnly) {
  Probe* const probe = Probe::Make();
  OSArray* const inner = OSArray::withCapacity(1);
  inner->setObject(probe);
  OSDictionary* const outer = OSDictionary::withCapacity(3);
  outer->setObject("first", inner);
  outer->setObject("probe", probe);
  outer->setObject("second", inner);
  outer->setOptions(OSCollection::kImmutable, OSCollection::kImmutable);

  OSCollection* const collection = outer->copyCollection();
  auto* const copy = OSDynamicCast(OSDictionary, collection);
  ASSERT_NE(copy, nullptr);
  auto* const inner_copy = OSDynamicCast(OSArray, copy->getObject("first"));
  EXPECT_NE(inner_copy, inner);
  EXPECT_EQ(copy->getObject("second"), inner_copy) << "what occurs twice is copied once";
  EXPECT_EQ(inner_copy->getObject(0), probe);
  EXPECT_EQ(copy->getObject("probe"), probe);
  copy->setObject("third", probe);
  inner_copy->removeObject(0);
  EXPECT_EQ(inner->getCount(), 1u);

  copy->release();
  outer->setOptions(0, OSCollection::kImmutable);
  outer->release();
  inner->release();
  EXPECT_EQ(probe->getRetainCount(), 1);
  probe->release();
}

TEST(OSCollection, CopyOfSetsKeepsTheOrder) {
  OSArray* const inner = OSArray::withCapacity(1);
  Probe* const probe = Probe::Make();
  OSSet* const set = OSSet::withCapacity(2);
  OSOrderedSet* const ordered = OSOrderedSet::withCapacity(2);
  for (OSObject* const object : std::initializer_list<OSObject*>{inner, probe}) {
    set->setObject(object);
    ordered->setObject(object);
  }
  for (OSCollection* const original : std::initializer_list<OSCollection*>{set, ordered}) {
    OSCollection* const copy = original->copyCollection();
    OSCollectionIterator* const iterator = OSCollectionIterator::withCollection(copy);
    OSObject* const first = iterator->getNextObject();
    EXPECT_NE(OSDynamicCast(OSArray, first), nullptr);
    EXPECT_NE(first, inner);
    EXPECT_EQ(iterator->getNextObject(), probe);
    iterator->release();
    copy->release();
  }
  for (OSObject* const object : std::initializer_list<OSObject*>{inner, probe, set, ordered}) {
    EXPECT_EQ(object->getRetainCount(), object == inner || object == probe ? 3 : 1);
  }
  set->release();
  ordered->release();
  inner->release();
  probe->release();
}

TEST(OSCollection, CopyOfACycleEnds) {
  OSArray* const array = OSArray::withCapacity(1);
  array->setObject(array);
  auto* const copy = OSDynamicCast(OSArray, array->copyCollection());
  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy, array);
  EXPECT_EQ(copy->getObject(0), copy);
  for (OSArray* const each : {array, copy}) {
    each->flushCollection();
    each->release();
  }
}

TEST(OSCollection, IterateObjectsStopsWhenToldOrChanged) {
  OSArray* const array = OSArray::withCapacity(3);
  Probe* const probe = Probe::Make();
  for (int i = 0; i < 3; ++i) array->setObject(probe);
  int seen = 0;
  EXPECT_TRUE(array->iterateObjects(
      &seen, [](void* refcon, OSObject*) { return ++*static_cast<int*>(refcon) == 2; }));
  EXPECT_EQ(seen, 2);
  EXPECT_FALSE(array->iterateObjects(array, [](void* refcon, OSObject*) {
    static_cast<OSArray*>(refcon)->removeObject(0);
    return false;
  }));
  EXPECT_EQ(array->getCount(), 2u);
  array->release();
  probe->release();
}

TEST(OSCollectionIterator, OB7ChangeInvalidatesUntilReset) {
  Probe* const probe = Probe::Make();
  OSDictionary* const dictionary = OSDictionary::withCapacity(2);
  dictionary->setObject("one", probe);
  dictionary->setObject("two", probe);
  OSCollectionIterator* const iterator = OSCollectionIterator::withCollection(dictionary);
  EXPECT_NE(iterator->getNextObject(), nullptr);
  dictionary->setObject("one", probe);  // a replacement is a change too
  EXPECT_FALSE(iterator->isValid());
  EXPECT_EQ(iterator->getNextObject(), nullptr);
  iterator->reset();
  EXPECT_TRUE(iterator->isValid());
  EXPECT_NE(iterator->getNextObject(), nullptr);
  EXPECT_NE(iterator->getNextObject(), nullptr);
  EXPECT_EQ(iterator->getNextObject(), nullptr);
  iterator->release();
  dictionary->release();
  probe->release();
}

TEST(OSCollectionIterator, StartsWithTheFirstUse) {
  Probe* const probe = Probe::Make();
  OSArray* const array = OSArray::withCapacity(1);
  OSCollectionIterator* const iterator = OSCollectionIterator::withCollection(array);
  EXPECT_EQ(array->getRetainCount(), 2);
  array->setObject(probe);
  EXPECT_EQ(iterator->getNextObject(), probe);
  EXPECT_EQ(OSCollectionIterator::withCollection(nullptr), nullptr);
  iterator->release();
  EXPECT_EQ(array->getRetainCount(), 1);
  array->release();
  probe->release();
}

}  // namespace
}  // namespace drydock
