// Interned names, observers, digests and names of events.
#include <string>

#include "gtest/gtest.h"
#include "trace/digest.h"
#include "trace/names.h"
#include "trace/observer.h"
#include "trace/recorder.h"

namespace drydock::trace {
namespace {

TEST(Names, EqualTextsAreOnePointer) {
  const std::string a = "a work loop", b = "a work loop";
  EXPECT_EQ(Intern(a), Intern(b));
  EXPECT_STREQ(Intern(a), "a work loop");
  EXPECT_NE(Intern("x"), Intern("y"));
}

TEST(Observer, SeesEventsOnlyWhileAttached) {
  Recorder recorder;
  EXPECT_FALSE(Observed(EventKind::kPlug));
  Publish(Event{.kind = EventKind::kPlug, .value = 1});
  {
    ScopedObserver watching(&recorder);
    EXPECT_TRUE(Observed(EventKind::kPlug));
    Publish(Event{.kind = EventKind::kPlug, .value = 2});
  }
  EXPECT_FALSE(Observed(EventKind::kPlug));
  Publish(Event{.kind = EventKind::kPlug, .value = 3});
  ASSERT_EQ(recorder.events().size(), 1u);
  EXPECT_EQ(recorder.events()[0].value, 2u);
}

TEST(Observer, SeesOnlyTheKindsItAsksFor) {
  Recorder plugs;
  Recorder ends;
  ScopedObserver watching_plugs(&plugs, {EventKind::kPlug});
  {
    ScopedObserver watching_ends(&ends, {EventKind::kThreadCreate, EventKind::kPanic});
    EXPECT_TRUE(Observed(EventKind::kPlug));
    EXPECT_TRUE(Observed(EventKind::kPanic));
    EXPECT_FALSE(Observed(EventKind::kUnplug));
    for (int kind = 0; kind < kEventKindCount; ++kind) {
      Publish(Event{.kind = static_cast<EventKind>(kind)});
    }
  }
  EXPECT_FALSE(Observed(EventKind::kPanic));
  ASSERT_EQ(plugs.events().size(), 1u);
  EXPECT_EQ(plugs.events()[0].kind, EventKind::kPlug);
  ASSERT_EQ(ends.events().size(), 2u);
  EXPECT_EQ(ends.events()[0].kind, EventKind::kThreadCreate);
  EXPECT_EQ(ends.events()[1].kind, EventKind::kPanic);
}

uint64_t DigestOf(const Event& event) {
  Digest digest;
  digest.OnEvent(event);
  return digest.value();
}

TEST(Digest, CountsStringsByContentAndEveryField) {
  const std::string name = "gate";
  const Event event{.time_ns = 1, .kind = EventKind::kGateClose, .name = name.c_str()};
  Event same = event;
  same.name = "gate";
  EXPECT_EQ(DigestOf(event), DigestOf(same));
  const Event others[] = {
      {.time_ns = 2, .kind = EventKind::kGateClose, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateOpen, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .context = Context::kThread, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .cpu = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .priority = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .thread = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .object = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .other = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .value = 1, .name = "gate"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .name = "gates"},
      {.time_ns = 1, .kind = EventKind::kGateClose, .name = "gate", .detail = "d"},
  };
  for (const Event& other : others) EXPECT_NE(DigestOf(event), DigestOf(other));
}

TEST(Event, EveryKindHasAName) {
  EXPECT_STREQ(EventKindName(EventKind::kThreadCreate), "thread create");
  EXPECT_STREQ(EventKindName(EventKind::kPanic), "panic");
}

}  // namespace
}  // namespace drydock::trace
