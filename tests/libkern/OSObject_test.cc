// Counting references: retain, release, free.
#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSObject.h>

#include "gtest/gtest.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

using trace::EventKind;

TEST(OSObject, OB1FreshObjectHasOneReferenceZeroMembersAndNoInit) {
  // Twice, so that the second may get memory that the first has used.
  for (int i = 0; i < 2; ++i) {
    Probe* const probe = OSTypeAlloc(Probe);
    EXPECT_EQ(probe->getRetainCount(), 1);
    EXPECT_EQ(probe->inits, 0);
    EXPECT_EQ(probe->frees, nullptr);
    EXPECT_EQ(probe->in_free, nullptr);
    probe->inits = 5;
    probe->release();
  }
}

TEST(OSObject, OB2LastReleaseFreesOnceAndReleaseWhileFreeingIsIgnored) {
  int frees = 0;
  Probe* const probe = Probe::Make(&frees);
  std::function<void()> release_again = [probe] { probe->release(); };
  probe->in_free = &release_again;
  probe->release();
  EXPECT_EQ(frees, 1);
}

TEST(OSObject, OB2RetainWhileFreeingPanics) {
  const Outcome outcome = RunTimed([] {
    Probe* const probe = Probe::Make();
    std::function<void()> retain = [probe] { probe->retain(); };
    probe->in_free = &retain;
    probe->release();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "Probe #1 was retained while being freed");
}

TEST(OSObject, TryRetainWhileFreeingFails) {
  Probe* const probe = Probe::Make();
  EXPECT_TRUE(probe->taggedTryRetain());
  EXPECT_EQ(probe->getRetainCount(), 2);
  bool retained = true;
  std::function<void()> try_retain = [&] { retained = probe->taggedTryRetain(); };
  probe->in_free = &try_retain;
  probe->release();
  EXPECT_TRUE(retained);
  probe->release();
  EXPECT_FALSE(retained);
}

TEST(OSObject, OB3ReleasingACollectionsReferencePanics) {
  const Outcome outcome = RunTimed([] {
    Probe* const probe = Probe::Make();
    probe->taggedRetain(OSTypeID(OSCollection));
    probe->release();
    EXPECT_EQ(probe->getRetainCount(), 1);
    probe->release();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_NE(outcome.text.find("Probe #1 was released once too often"), std::string::npos)
      << outcome.text;
}

TEST(OSObject, ACollectionReleasingWhatItDoesNotHoldPanics) {
  const Outcome outcome = RunTimed([] {
    Probe* const probe = Probe::Make();
    probe->retain();
    probe->taggedRelease(OSTypeID(OSCollection));
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
}

TEST(OSObject, CollectionReferencesComeAndGo) {
  int frees = 0;
  Probe* const probe = Probe::Make(&frees);
  probe->taggedRetain(OSTypeID(OSCollection));
  probe->taggedRetain(OSTypeID(OSCollection));
  EXPECT_EQ(probe->getRetainCount(), 3);
  probe->release();
  probe->taggedRelease(OSTypeID(OSCollection));
  EXPECT_EQ(frees, 0);
  probe->taggedRelease(OSTypeID(OSCollection));
  EXPECT_EQ(frees, 1);
}

TEST(OSObject, OB4ReleaseWithWhenFreesEarlier) {
  int frees = 0;
  Probe* const probe = Probe::Make(&frees);
  probe->retain();
  probe->retain();
  probe->release(2);
  EXPECT_EQ(frees, 0);
  EXPECT_EQ(probe->getRetainCount(), 2);
  probe->release(2);
  EXPECT_EQ(frees, 1);
}

TEST(OSObject, TooManyReferencesPegTheCounter) {
  Probe* const probe = Probe::Make();
  for (int i = 1; i < 0xfffe; ++i) probe->retain();
  EXPECT_EQ(probe->getRetainCount(), 0xfffe);
  probe->retain();
  EXPECT_EQ(probe->getRetainCount(), 0xfffe);
  probe->release();
  EXPECT_EQ(probe->getRetainCount(), 0xfffe);
}

TEST(OSObject, LayoutIsVtableCounterAndId) { EXPECT_EQ(sizeof(OSObject), 16u); }

TEST(OSObject, EveryRunCountsItsObjectsFromOne) {
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = RunTimed([] {
      Probe* const first = Probe::Make();
      Probe* const second = Probe::Make();
      EXPECT_EQ(ObjectIdOf(first), 1u);
      EXPECT_EQ(ObjectIdOf(second), 2u);
      EXPECT_EQ(ObjectIdOf(nullptr), 0u);
      first->release();
      second->release();
    });
    EXPECT_TRUE(outcome.ok()) << outcome.text;
  }
}

TEST(OSObject, LifeIsPublished) {
  EventLog log(
      {EventKind::kObjectCreate, EventKind::kRetain, EventKind::kRelease, EventKind::kObjectFree});
  const Outcome outcome = RunTimed([] {
    Probe* const probe = new ProbeChild;
    probe->retain();
    probe->release();
    probe->release();
  });
  EXPECT_TRUE(outcome.ok());
  const struct {
    EventKind kind;
    uint64_t value;
  } expected[] = {{EventKind::kObjectCreate, sizeof(ProbeChild)},
                  {EventKind::kRetain, 2},
                  {EventKind::kRelease, 1},
                  {EventKind::kRelease, 0},
                  {EventKind::kObjectFree, 0}};
  ASSERT_EQ(log.events().size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(log.events()[i].kind, expected[i].kind) << i;
    EXPECT_EQ(log.events()[i].value, expected[i].value) << i;
    EXPECT_EQ(log.events()[i].object, 1u) << i;
    EXPECT_STREQ(log.events()[i].name, "ProbeChild") << i;
  }
}

TEST(OSObject, SerializeSaysThatItCannotBe) {
  Probe* const probe = Probe::Make();
  EXPECT_EQ(Serialized(probe), "<string ID=\"0\">Probe is not serializable</string>");
  probe->release();
}

DRYDOCK_TEST(OSObject, ThreadsMayRetainAndReleaseInAnyOrder) {
  int frees = 0;
  Probe* const probe = Probe::Make(&frees);
  std::vector<kernel::Thread*> threads;
  for (int i = 0; i < 3; ++i) {
    probe->retain();
    threads.push_back(kernel::ThreadStart({.name = "holder"}, [probe] {
      probe->retain();
      probe->release();
      probe->release();
    }));
  }
  probe->release();
  for (kernel::Thread* const thread : threads) kernel::ThreadJoin(thread);
  EXPECT_EQ(frees, 1);
}

}  // namespace
}  // namespace drydock
