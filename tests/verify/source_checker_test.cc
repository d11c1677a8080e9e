// Actions and filters of event sources before, during and after attachment.
#include "verify/source_checker.h"

#include "gtest/gtest.h"
#include "tests/verify/finding_list.h"

namespace drydock::verify {
namespace {

using trace::Event;
using trace::EventKind;

constexpr trace::ObjectId kLoop = 7;
constexpr trace::ObjectId kSource = 9;

class Checked : public Listed<SourceChecker> {
 public:
  Checked& See(EventKind kind, trace::ObjectId object = kLoop, uint32_t other = kSource) {
    Event event;
    event.kind = kind;
    event.thread = 3;
    event.object = object;
    event.other = other;
    event.name = "IOTimerEventSource";
    OnEvent(event);
    return *this;
  }
};

TEST(SourceChecker, ActionsOfAnAttachedSourceAreFine) {
  Checked checker;
  for (int i = 0; i < 2; ++i) {
    checker.See(EventKind::kSourceAdd)
        .See(EventKind::kActionBegin)
        .See(EventKind::kActionEnd)
        .See(EventKind::kFilterBegin)
        .See(EventKind::kSourceDisable)
        .See(EventKind::kSourceRemove);
  }
  EXPECT_TRUE(checker.findings().empty());
  EXPECT_EQ(checker.removals(), 2u);
}

TEST(SourceChecker, ActionOrFilterAfterRemovalIsABreach) {
  Checked checker;
  checker.See(EventKind::kSourceAdd).See(EventKind::kSourceRemove).See(EventKind::kActionBegin);
  ASSERT_EQ(checker.findings().size(), 1u);
  EXPECT_EQ(checker.findings()[0].sentence,
            "an action of IOTimerEventSource 9 began after the source was removed, on thread 3 at "
            "0 ns");
  checker.See(EventKind::kFilterBegin);
  EXPECT_EQ(checker.findings().size(), 2u);
}

TEST(SourceChecker, GateRemovedDuringAnActionIsGoneWhenThatHasLeft) {
  Checked checker;
  checker.See(EventKind::kSourceAdd)
      .See(EventKind::kActionBegin)
      .See(EventKind::kSourceRemove)
      .See(EventKind::kActionBegin)
      .See(EventKind::kActionEnd);
  EXPECT_TRUE(checker.findings().empty());
  checker.See(EventKind::kActionEnd).See(EventKind::kActionBegin);
  EXPECT_EQ(checker.findings().size(), 1u);
}

TEST(SourceChecker, SourceThatRemovalDisabledIsGoneAtOnce) {
  Checked checker;
  checker.See(EventKind::kSourceAdd)
      .See(EventKind::kActionBegin)
      .See(EventKind::kSourceDisable)
      .See(EventKind::kSourceRemove)
      .See(EventKind::kActionBegin);
  EXPECT_EQ(checker.findings().size(), 1u);
}

TEST(SourceChecker, ActionOfOrOnAFreedObjectIsABreach) {
  Checked checker;
  checker.See(EventKind::kObjectFree, kSource, 0).See(EventKind::kActionBegin);
  EXPECT_EQ(checker.findings().size(), 1u);
  checker.See(EventKind::kObjectFree, kLoop, 0).See(EventKind::kActionBegin, kLoop, kSource + 1);
  EXPECT_EQ(checker.findings().size(), 2u);
}

}  // namespace
}  // namespace drydock::verify
