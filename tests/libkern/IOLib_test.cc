// IOLib: memory, delays, logging and threads.
#include <cstring>

#include <IOKit/IOLib.h>
#include <IOKit/IOLocks.h>
#include <libkern/OSByteOrder.h>
#include <libkern/version.h>

#include "gtest/gtest.h"
#include "scheduler/kernel/interrupt.h"
#include "tests/drydock_test.h"
#include "tests/libkern/fixtures.h"

// After everything that includes libc's <assert.h>, as the last one wins.
#include <IOKit/assert.h>

namespace drydock {
namespace {

using trace::EventKind;

std::vector<std::string> Logged(const std::function<void()>& body) {
  EventLog log({EventKind::kLog});
  body();
  std::vector<std::string> lines;
  for (const trace::Event& event : log.events()) lines.push_back(event.name);
  return lines;
}

TEST(IOLib, LogIsALineInTheStream) {
  const std::vector<std::string> lines = Logged([] {
    IOLog("port %d of %s\n", 3, "hub");
    IOLog("100%%");
    IOLog("plain\n");
  });
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "port 3 of hub");
  EXPECT_EQ(lines[1], "100%");
  EXPECT_EQ(lines[2], "plain");
}

TEST(IOLib, LogHidesPointersOnly) {
  int here;
  const std::vector<std::string> lines = Logged([&here] {
    IOLog("%s[%p]::start %-4d|%5.1f %p %16p %%p %x", "Driver", &here, 7, 2.5, nullptr, &here, 255);
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "Driver[<ptr>]::start 7   |  2.5 <ptr> <ptr> %p ff");
}

TEST(IOLib, LogTakesLongLines) {
  const std::string text(1000, 'x');
  EXPECT_EQ(Logged([&text] { IOLog("%s", text.c_str()); }), std::vector<std::string>{text});
}

TEST(IOLib, AllocationsGoTogetherWithTheirFrees) {
  EXPECT_TRUE(FindingsOf([] {
                struct Thing {
                  int a;
                  void* b;
                };
                IOFree(IOMalloc(10), 10);
                IOFree(IOMallocZero(10), 10);
                IOFreeAligned(IOMallocAligned(10, 256), 10);
                IOFreePageable(IOMallocPageable(10, 1), 10);
                IOPhysicalAddress physical;
                void* const contiguous = IOMallocContiguous(10, 64, &physical);
                EXPECT_EQ(physical, reinterpret_cast<uintptr_t>(contiguous));
                IOFreeContiguous(contiguous, 10);
                Thing* thing = IOMallocType(Thing);
                EXPECT_EQ(thing->a, 0);
                EXPECT_EQ(thing->b, nullptr);
                IOFreeType(thing, Thing);
                EXPECT_EQ(thing, nullptr);
                Thing* things = IONew(Thing, 4);
                IODelete(things, Thing, 4);
                things = IONewZero(Thing, 4);
                EXPECT_EQ(things[3].a, 0);
                IOSafeDeleteNULL(things, Thing, 4);
                EXPECT_EQ(things, nullptr);
                EXPECT_EQ(IOMalloc(0), nullptr);
                IOFree(nullptr, 0);
              }).empty());
}

TEST(IOLib, AlignedMemoryIs) {
  void* const aligned = IOMallocAligned(10, 256);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(aligned) % 256, 0u);
  IOFreeAligned(aligned, 10);
  void* const page = IOMallocPageable(10, 1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(page) % 4096, 0u);
  std::memset(page, 1, 4096);
  IOFreePageable(page, 10);
}

TEST(IOLib, FreeWithAnotherSizeIsAFinding) {
  EXPECT_EQ(FindingsOf([] { IOFree(IOMalloc(10), 11); }),
            std::vector<std::string>{"free-with-wrong-size"});
}

DRYDOCK_TEST(IOLib, MemoryInInterruptContextOrUnderASpinLockIsAFinding) {
  testing::AllowFinding("memory-where-nothing-may-wait");
  EventLog misuses({EventKind::kMisuse});
  kernel::InterruptInstall(
      5, kernel::Trigger::kEdge, [](void*, int) { IOFree(IOMalloc(16), 16); }, nullptr);
  kernel::InterruptUnmask(5);
  kernel::InterruptRaise(5);
  IOSleep(1);
  EXPECT_EQ(misuses.events().size(), 2u);

  IOSimpleLock* lock = IOSimpleLockAlloc();
  IOSimpleLockLock(lock);
  void* memory = IOMalloc(16);
  IOSimpleLockUnlock(lock);
  EXPECT_EQ(misuses.events().size(), 3u);
  IOFree(memory, 16);
  IOSimpleLockFree(lock);
  EXPECT_EQ(misuses.events().size(), 3u);
  for (const trace::Event& event : misuses.events()) {
    EXPECT_STREQ(event.name, "memory-where-nothing-may-wait");
  }
}

TEST(IOLib, PanicsCarryTheirText) {
  EXPECT_EQ(RunTimed([] { IOPanic("out of luck"); }).text, "out of luck");
  EXPECT_EQ(RunTimed([] { panic("%s at %p: %d", "fault", nullptr, 3); }).text, "fault at <ptr>: 3");
  const Outcome outcome = RunTimed([] {
    assert(1 + 1 == 2);
    assert(1 + 1 == 3);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_NE(outcome.text.find("assertion failed: 1 + 1 == 3"), std::string::npos) << outcome.text;
}

DRYDOCK_TEST(IOLib, SleepAndDelayTakeTheirTime) {
  uint64_t before, after;
  clock_get_uptime(&before);
  IOSleep(20);
  clock_get_uptime(&after);
  EXPECT_GE(after - before, 20'000'000u);
  before = mach_absolute_time();
  IODelay(30);
  EXPECT_GE(mach_absolute_time() - before, 30'000u);
  EXPECT_LT(mach_absolute_time() - before, 20'000'000u);
}

DRYDOCK_TEST(IOLib, CreateThreadRunsTheFunction) {
  IOLock* const lock = IOLockAlloc();
  struct Shared {
    IOLock* lock;
    IOThread thread;
  } shared = {lock, nullptr};
  const IOThread thread = IOCreateThread(
      [](void* argument) {
        auto* const s = static_cast<Shared*>(argument);
        IOLockLock(s->lock);
        s->thread = IOThreadSelf();
        IOLockWakeup(s->lock, s, true);
        IOLockUnlock(s->lock);
      },
      &shared);
  IOLockLock(lock);
  while (shared.thread == nullptr) IOLockSleep(lock, &shared, THREAD_UNINT);
  IOLockUnlock(lock);
  EXPECT_EQ(shared.thread, thread);
  EXPECT_NE(thread, IOThreadSelf());
}

TEST(IOLib, NamedValues) {
  const IONamedValue table[] = {{1, "one"}, {2, "two"}, {0, nullptr}};
  EXPECT_STREQ(IOFindNameForValue(2, table), "two");
  EXPECT_STREQ(IOFindNameForValue(3, table), "UNDEFINED");
  int value = 0;
  EXPECT_EQ(IOFindValueForName("one", table, &value), kIOReturnSuccess);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(IOFindValueForName("three", table, &value), kIOReturnBadArgument);
}

TEST(IOLib, ReturnCodesHaveTheirValues) {
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnError), 0xe00002bcu);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnBadArgument), 0xe00002c2u);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnTimeout), 0xe00002d6u);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnNotPermitted), 0xe00002e2u);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnAborted), 0xe00002ebu);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnNotFound), 0xe00002f0u);
  EXPECT_EQ(static_cast<uint32_t>(kIOReturnInvalid), 0xe0000001u);
  EXPECT_EQ(static_cast<uint32_t>(iokit_family_err(sub_iokit_usb, 0x51)), 0xe0004051u);
  EXPECT_EQ(err_get_code(kIOReturnError), 0x2bc);
}

TEST(Libkern, StringsAreCutToTheirRoom) {
  char text[6];
  EXPECT_EQ(strlcpy(text, "drydock", sizeof(text)), 7u);
  EXPECT_STREQ(text, "drydo");
  EXPECT_EQ(strlcpy(text, "dry", sizeof(text)), 3u);
  EXPECT_EQ(strlcat(text, "dock", sizeof(text)), 7u);
  EXPECT_STREQ(text, "drydo");
  EXPECT_EQ(version_major, 24);
}

TEST(Libkern, AbsoluteTimesAddAndCompare) {
  AbsoluteTime a = 5, b = 7;
  EXPECT_EQ(CMP_ABSOLUTETIME(&a, &b), -1);
  ADD_ABSOLUTETIME(&a, &b);
  EXPECT_EQ(a, 12u);
  EXPECT_EQ(CMP_ABSOLUTETIME(&a, &b), 1);
  SUB_ABSOLUTETIME(&a, &b);
  EXPECT_EQ(a, 5u);
}

TEST(OSByteOrder, SwapsAndReadsAnywhere) {
  EXPECT_EQ(OSSwapInt16(0x1234), 0x3412);
  EXPECT_EQ(OSSwapInt32(0x12345678), 0x78563412u);
  EXPECT_EQ(OSSwapHostToLittleInt32(OSSwapLittleToHostInt32(0x12345678)), 0x12345678u);
  unsigned char bytes[9] = {0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0};
  EXPECT_EQ(OSReadLittleInt16(bytes, 1), 0x3412);
  EXPECT_EQ(OSReadBigInt32(bytes, 1), 0x12345678u);
  EXPECT_EQ(OSReadBigInt64(bytes, 1), 0x123456789abcdef0u);
  EXPECT_EQ(OSReadLittleInt64(bytes, 1), 0xf0debc9a78563412u);
  OSWriteBigInt16(bytes, 3, 0xabcd);
  OSWriteLittleInt32(bytes, 5, 0x01020304);
  EXPECT_EQ(bytes[3], 0xab);
  EXPECT_EQ(bytes[4], 0xcd);
  EXPECT_EQ(bytes[5], 4);
  EXPECT_EQ(bytes[8], 1);
}

}  // namespace
}  // namespace drydock
