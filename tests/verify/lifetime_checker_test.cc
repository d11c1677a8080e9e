// Uses of freed objects and memory, leaks, wrong sizes.
#include "verify/lifetime_checker.h"

#include <functional>
#include <string>

#include <IOKit/IOLib.h>
#include <IOKit/IOService.h>
#include <libkern/c++/OSContainers.h>

#include "absl/strings/match.h"
#include "drivers/service/platform.h"
#include "explore/random_walk.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"
#include "verify/watch.h"

// A class whose free() forgets its superclass.
class ForgetfulObject : public OSObject {
  OSDeclareDefaultStructors(ForgetfulObject)

 public:
  void free() override {}
};

OSDefineMetaClassAndStructors(ForgetfulObject, OSObject)

namespace drydock::verify {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Outcome RunBody(const std::function<void()>& body) {
  TimedStrategy timed;
  const Watch watch({{Check::kLifetimes}});
  return Simulation({}, &timed).Run(body);
}

// Not inlined, so that they stand in stacks.
[[gnu::noinline]] OSArray* MakeArray() {
  OSArray* array = OSArray::withCapacity(1);
  asm volatile("");
  return array;
}
[[gnu::noinline]] void DropArray(OSArray* array) {
  array->release();
  asm volatile("");
}

bool StackHas(const CallStack& stack, const char* function) {
  for (const std::string& name : stack.Functions()) {
    if (absl::StrContains(name, function)) return true;
  }
  return false;
}

void ExpectBothStacks(const Finding& finding) {
  ASSERT_THAT(finding.evidence, SizeIs(2));
  EXPECT_THAT(finding.evidence[0].what, HasSubstr("allocated on thread main at "));
  EXPECT_TRUE(StackHas(finding.evidence[0].stack, "MakeArray"));
  EXPECT_THAT(finding.evidence[1].what, HasSubstr("freed on thread main at "));
  EXPECT_TRUE(StackHas(finding.evidence[1].stack, "DropArray"));
}

void ExpectDeath(const std::function<void(OSArray*)>& use, const char* name, const char* how) {
  const Outcome outcome = RunBody([&] {
    OSArray* array = MakeArray();
    DropArray(array);
    use(array);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, name);
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr(how));
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("OSArray #"));
  ExpectBothStacks(outcome.findings[0]);
}

TEST(LifetimeChecker, CallingAFreedObjectIsAUseAfterFreeWithBothStacks) {
  ExpectDeath([](OSArray* array) { array->getCount(); }, "use-after-free",
              "is called after it was freed");
}

TEST(LifetimeChecker, RetainingAFreedObjectIsAUseAfterFree) {
  ExpectDeath([](OSArray* array) { array->retain(); }, "use-after-free", "is retained after");
}

TEST(LifetimeChecker, CastingAFreedObjectIsAUseAfterFree) {
  ExpectDeath([](OSArray* array) { EXPECT_EQ(OSDynamicCast(OSDictionary, array), nullptr); },
              "use-after-free", "is called after");
}

TEST(LifetimeChecker, ReleasingAFreedObjectIsAnOverRelease) {
  ExpectDeath([](OSArray* array) { array->release(); }, "over-release", "is released after");
}

TEST(LifetimeChecker, WhatAFreedObjectPointsToIsAsDead) {
  const Outcome outcome = RunBody([] {
    struct Holder {
      void* first[2];
      OSArray* array;
    };
    auto* holder = IONewZero(Holder, 1);
    Holder* volatile stale = holder;
    IODelete(holder, Holder, 1);
    stale->array->getCount();
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, "use-after-free");
  EXPECT_EQ(outcome.findings[0].sentence,
            "memory of 24 bytes, or what it pointed to, is called after it was freed");
  EXPECT_THAT(outcome.findings[0].evidence, SizeIs(2));
}

TEST(LifetimeChecker, FreeingMemoryTwiceIsADoubleFree) {
  const Outcome outcome = RunBody([] {
    void* memory = IOMalloc(40);
    IOFree(memory, 40);
    IOFree(memory, 40);
  });
  EXPECT_TRUE(outcome.ok());
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, "double-free");
  EXPECT_EQ(outcome.findings[0].sentence, "memory of 40 bytes is freed again");
  EXPECT_THAT(outcome.findings[0].evidence, SizeIs(2));
}

TEST(LifetimeChecker, WritingToFreedMemoryIsFoundAtTheEnd) {
  const Outcome outcome = RunBody([] {
    auto* memory = static_cast<char*>(IOMalloc(40));
    char* volatile stale = memory;
    IOFree(memory, 40);
    stale[17] = 1;
    AuditHeap();
  });
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, "write-after-free");
}

TEST(LifetimeChecker, WhatIsLeftAtTheEndIsALeak) {
  const Outcome outcome = RunBody([] {
    MakeArray()->retain();
    AuditHeap();
  });
  EXPECT_TRUE(outcome.ok());
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, "leak");
  EXPECT_THAT(outcome.findings[0].sentence, HasSubstr("is never freed; references: 2"));
  ASSERT_THAT(outcome.findings[0].evidence, SizeIs(1));
  EXPECT_TRUE(StackHas(outcome.findings[0].evidence[0].stack, "MakeArray"));
}

TEST(LifetimeChecker, FreeThatForgetsItsSuperclassIsNoOrdinaryLeak) {
  const Outcome outcome = RunBody([] {
    (new ForgetfulObject)->release();
    AuditHeap();
  });
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].name, "free-without-super");
}

TEST(LifetimeChecker, AWholeBootLeavesNothingBehind) {
  for (int i = 0; i < 2; ++i) {  // and one run does not see the other's
    const Outcome outcome = RunBody([] {
      BootPlatform();
      EXPECT_TRUE(ShutdownPlatform());
      AuditHeap();
    });
    EXPECT_TRUE(outcome.ok());
    EXPECT_THAT(outcome.findings, IsEmpty());
  }
}

TEST(LifetimeChecker, WithoutACheckerNothingIsConcluded) {
  TimedStrategy timed;
  const Outcome outcome = Simulation({}, &timed).Run([] {
    MakeArray();
    AuditHeap();
  });
  EXPECT_THAT(outcome.findings, IsEmpty());
}

}  // namespace
}  // namespace drydock::verify
