// Actions of work loops by threads that do not own the gate.
#include "verify/gate_checker.h"

#include "gtest/gtest.h"
#include "tests/verify/finding_list.h"

namespace drydock::verify {
namespace {

using trace::Event;
using trace::EventKind;

Event By(trace::ThreadId thread, EventKind kind, trace::ObjectId loop = 7) {
  Event event;
  event.kind = kind;
  event.thread = thread;
  event.object = loop;
  return event;
}

TEST(GateChecker, ActionsOfTheOwnerAreFine) {
  Listed<GateChecker> checker;
  for (trace::ThreadId thread : {1, 2}) {
    checker.OnEvent(By(thread, EventKind::kGateClose));
    checker.OnEvent(By(thread, EventKind::kActionBegin));
    checker.OnEvent(By(thread, EventKind::kActionEnd));
    checker.OnEvent(By(thread, EventKind::kGateOpen));
  }
  checker.OnEvent(By(1, EventKind::kGateClose, 7));
  checker.OnEvent(By(2, EventKind::kGateClose, 8));  // another loop
  EXPECT_TRUE(checker.findings().empty());
  EXPECT_EQ(checker.actions(), 2u);
}

TEST(GateChecker, ASecondOwnerIsABreach) {
  Listed<GateChecker> checker;
  checker.OnEvent(By(1, EventKind::kGateClose));
  checker.OnEvent(By(2, EventKind::kGateClose));
  ASSERT_EQ(checker.findings().size(), 1u);
  EXPECT_EQ(checker.findings()[0].sentence,
            "thread 2 closed the gate that another thread held, work loop 7 at 0 ns");
}

TEST(GateChecker, AnActionOutsideTheGateIsABreach) {
  Listed<GateChecker> checker;
  checker.OnEvent(By(1, EventKind::kActionBegin));
  checker.OnEvent(By(1, EventKind::kGateClose));
  checker.OnEvent(By(2, EventKind::kActionBegin));
  EXPECT_EQ(checker.findings().size(), 2u);
}

TEST(GateChecker, OpeningAnothersGateIsABreach) {
  Listed<GateChecker> checker;
  checker.OnEvent(By(1, EventKind::kGateClose));
  checker.OnEvent(By(2, EventKind::kGateOpen));
  EXPECT_EQ(checker.findings().size(), 1u);
}

}  // namespace
}  // namespace drydock::verify
