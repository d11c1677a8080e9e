// Unplug against every client call on the stack of four, under as many random schedules as
// --drydock_unplug_schedules says. And the same with the naive teardown of the talk of 2003, whose
// defect must be found.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/samples/BlockUserClient.h"
#include "explore/random_walk.h"
#include "gmock/gmock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/prng.h"
#include "scheduler/simulation.h"
#include "tests/drivers/samples/block_fixture.h"
#include "verify/watch.h"

ABSL_FLAG(uint64_t, drydock_unplug_schedules, 1500, "random schedules of unplug against calls");

namespace drydock {
namespace {

using kernel::kMicrosecond;

// How the calls ended, over all runs: the campaign must have met both.
struct Calls {
  uint64_t succeeded = 0;
  uint64_t refused = 0;
  uint64_t wrong = 0;

  void Count(IOReturn result) {
    if (result == kIOReturnSuccess) {
      ++succeeded;
    } else if (result == kIOReturnOffline || result == kIOReturnNotResponding ||
               result == MACH_SEND_INVALID_DEST) {
      ++refused;
    } else {
      ++wrong;
    }
  }
};

// What a program does: opens the reader, makes every call, and closes; or does not get so far.
void UseFromAProgram(Calls* calls) {
  const io_service_t service =
      IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("BlockReader"));
  io_connect_t connection = IO_OBJECT_NULL;
  const IOReturn opened = IOServiceOpen(service, mach_task_self(), 0, &connection);
  // kIOReturnUnsupported: it cannot be attached to.
  calls->Count(opened == kIOReturnUnsupported || service == IO_OBJECT_NULL ? kIOReturnOffline
                                                                           : opened);
  if (opened != kIOReturnSuccess) return;
  const uint64_t blocks[] = {3, 1};
  calls->Count(IOConnectCallScalarMethod(connection, kBlockRead, blocks, 2, nullptr, nullptr));
  calls->Count(IOConnectCallScalarMethod(connection, kBlockWrite, blocks, 2, nullptr, nullptr));
  uint64_t count = 0;
  uint32_t counts = 1;
  calls->Count(IOConnectCallScalarMethod(connection, kBlockCount, nullptr, 0, &count, &counts));
  calls->Count(IOServiceClose(connection));
}

// Threads of the kernel and of two programs make every call that there is. Meanwhile the disk is
// unplugged, and one of the programs dies, at times drawn from the seed.
void UnplugAgainstEveryCall(uint64_t seed, const PlatformOptions& options, Calls* calls) {
  BlockStack stack(options);
  Prng random(seed, "cable");
  const kernel::Time pull = random.Below(6 * kDiskLatencyUs) * kMicrosecond;
  const kernel::Time death = random.Below(6 * kDiskLatencyUs) * kMicrosecond;
  UserTask program({.name = "program"}), mortal({.name = "mortal"});
  // One of them may be closing the connection while another's call is inside.
  kernel::Thread* users[] = {program.Start("first", [calls] { UseFromAProgram(calls); }),
                             program.Start("second", [calls] { UseFromAProgram(calls); })};
  Calls of_the_dying;  // they may end in any way
  mortal.Start("third", [&of_the_dying] { UseFromAProgram(&of_the_dying); });
  kernel::Thread* threads[] = {
      kernel::ThreadStart({.name = "reader"},
                          [&] {
                            for (int i = 0; i < 3; ++i) {
                              calls->Count(stack.reader()->readBlocks(0, 1));
                            }
                          }),
      kernel::ThreadStart({.name = "writer"},
                          [&] {
                            UInt64 count;
                            calls->Count(stack.reader()->getBlockCount(&count));
                            for (int i = 0; i < 3; ++i) {
                              calls->Count(stack.reader()->writeBlocks(7, 2));
                            }
                          }),
      kernel::ThreadStart({.name = "visitor"},
                          [&] {
                            // What any service may be asked.
                            BlockReader* reader = stack.reader();
                            reader->registerService();
                            const bool opened = reader->open(stack.nub());
                            calls->Count(opened ? kIOReturnSuccess : kIOReturnOffline);
                            reader->isOpen();
                            reader->message(kIOMessageServiceIsSuspended, stack.nub());
                            const auto late = Owned(OSTypeAlloc(IOService));
                            late->init();
                            if (late->attach(reader)) {
                              late->detach(reader);
                            } else {
                              calls->Count(kIOReturnOffline);
                            }
                            reader->getBusyState();
                            reader->waitQuiet(kernel::kMillisecond);
                            if (opened) reader->close(stack.nub());
                            // A second unplug is none.
                            if (seed % 3 == 0)
                              stack.nub()->terminate(seed % 2 == 0 ? kIOServiceSynchronous : 0);
                          }),
  };
  kernel::Sleep(std::min(pull, death));
  if (death < pull) mortal.Kill();
  kernel::Sleep(std::max(pull, death) - std::min(pull, death));
  stack.nub()->unplug();
  for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
  for (kernel::Thread* thread : users) kernel::ThreadJoin(thread);
  EXPECT_EQ(stack.platform()->waitQuiet(kernel::kSecond), kIOReturnSuccess);
  EXPECT_EQ(stack.platform()->getBusyState(), 0u);
}

TEST(UnplugCampaign, TheStackSurvivesUnplugAgainstEveryCall) {
  const uint64_t schedules = absl::GetFlag(FLAGS_drydock_unplug_schedules);
  Calls calls;
  for (uint64_t seed = 1; seed <= schedules; ++seed) {
    RandomWalk random(seed);
    const verify::Watch watch({verify::Checks::All()});
    const Outcome outcome =
        Simulation({}, &random).Run([&] { UnplugAgainstEveryCall(seed, {}, &calls); });
    ASSERT_TRUE(outcome.ok()) << "seed " << seed << ": " << OutcomeName(outcome.kind) << ": "
                              << outcome.text << "\n"
                              << DescribeStack(outcome.stack, "  ");
    ASSERT_TRUE(outcome.findings.empty()) << "seed " << seed << ": " << outcome.findings[0].name
                                          << ": " << outcome.findings[0].sentence << "\n"
                                          << DescribeStack(outcome.findings[0].stack, "  ");
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_EQ(calls.wrong, 0u);
  EXPECT_GT(calls.succeeded, schedules);
  EXPECT_GT(calls.refused, schedules);
  std::printf("%llu schedules: %llu calls succeeded, %llu were refused\n",
              static_cast<unsigned long long>(schedules),
              static_cast<unsigned long long>(calls.succeeded),
              static_cast<unsigned long long>(calls.refused));
}

bool StackHas(const CallStack& stack, const char* function) {
  for (const std::string& name : stack.Functions()) {
    if (name.find(function) != std::string::npos) return true;
  }
  return false;
}

// The talk's first animation: the nub is freed at once, and a thread that is on its way down calls
// it.
TEST(UnplugCampaign, FreeingTheNubAtOnceIsFoundAsUseAfterFreeWithBothStacks) {
  constexpr uint64_t kRuns = 200;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    RandomWalk random(seed);
    const verify::Watch watch({{verify::Check::kLifetimes}});
    const Outcome outcome = Simulation({}, &random).Run([&] {
      IOService* platform = BootPlatform({.naive_teardown = true});
      BlockNub* nub = BlockNub::plug(platform, kDiskBlocks, kDiskLatencyUs);
      platform->waitQuiet();
      // A thread that reads retains the reader, as a user client does.
      auto* reader = OSDynamicCast(BlockReader, CopyAbove(nub, 3).get());
      reader->retain();
      kernel::Thread* client = kernel::ThreadStart({.name = "reader"}, [reader] {
        for (;;) reader->readBlocks(0, 1);  // no call tells the reader that the disk is gone
      });
      kernel::Sleep(seed % 500 * kMicrosecond);
      nub->release();  // the registry's reference is the last
      nub->unplug();
      kernel::ThreadJoin(client);
    });
    ASSERT_EQ(outcome.kind, Outcome::Kind::kPanic) << "seed " << seed;
    const Finding* found = nullptr;
    for (const Finding& finding : outcome.findings) {
      if (finding.name == "use-after-free") found = &finding;
    }
    ASSERT_NE(found, nullptr) << "seed " << seed << ": " << outcome.text;
    ASSERT_EQ(found->evidence.size(), 2u) << found->sentence;
    EXPECT_EQ(found->evidence[0].what.rfind("allocated", 0), 0u);
    EXPECT_FALSE(found->evidence[0].stack.empty());
    EXPECT_EQ(found->evidence[1].what.rfind("freed", 0), 0u);
    EXPECT_TRUE(StackHas(found->evidence[1].stack, "termination::Terminate")) << found->sentence;
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace drydock
