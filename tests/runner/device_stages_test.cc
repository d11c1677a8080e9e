// Devices that wait for one another: two stages, and circles, which are refused.
#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "runner/device_registry.h"
#include "tests/drydock_test.h"
#include "tests/runner/fixtures.h"

namespace drydock {
namespace {

using ::testing::HasSubstr;

constexpr DeviceId kDisk = {.type = 3, .index = 0};
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

struct Planner {
  static constexpr DeviceStage kStage = DeviceStage::kUpstream;
  int plans = 0;
};

// Several clients, rings so small that they are often full, and each plan waits for its execution.
BOTH_RUNNERS(APipelineNeverWaitsForItself) {
  constexpr int kThreads = 3;
  constexpr int kEach = 4;
  DeviceRegistryOf<Runner> devices({.slots = 2});
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  JoinAll(StartThreads(kThreads, [&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      const auto plan = [log, i](Planner& p) {
        ++p.plans;
        EXPECT_TRUE(log.Submit([i](Log& l) { l.entries.push_back(i); }).ok());
        EXPECT_TRUE(log.Call([i](Log& l) { l.entries.push_back(i); }).ok());
      };
      if (i % 2 == thread % 2) {
        EXPECT_TRUE(planner.Submit(plan).ok());
      } else {
        EXPECT_TRUE(planner.Call(plan).ok());
      }
    }
  }));
  EXPECT_TRUE(planner.Flush().ok());
  EXPECT_EQ(planner.Call([](Planner& p) { return p.plans; }).value(), kThreads * kEach);
  EXPECT_EQ(log.Call([](Log& l) { return l.entries.size(); }).value(),
            static_cast<size_t>(2 * kThreads * kEach));
}

BOTH_RUNNERS(TheStageDownstreamMayCallUpstreamThatDoesNotWait) {
  DeviceRegistryOf<Runner> devices;
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  const auto report = [&](Log&) { return planner.Call([](Planner& p) { return ++p.plans; }); };
  EXPECT_EQ(log.Call([&](Log& l) { return report(l).value(); }).value(), 1);
}

BOTH_RUNNERS(ACallBackToAStageThatWaitsIsRefused) {
  DeviceRegistryOf<Runner> devices;
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  bool posted_ran = false;
  const auto call_back = [&](Log&) {
    const absl::Status status = planner.Call([](Planner&) { ADD_FAILURE() << "it cannot run"; });
    EXPECT_EQ(status.code(), kRefused);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("downstream device 3:0 would wait for itself: it called upstream device "
                          "3:0, which waits for it"));
    EXPECT_EQ(planner.Flush().code(), kRefused);
    // To post is not to wait.
    EXPECT_TRUE(planner.Submit([&posted_ran](Planner&) { posted_ran = true; }).ok());
  };
  EXPECT_TRUE(planner.Call([&](Planner&) { EXPECT_TRUE(log.Call(call_back).ok()); }).ok());
  EXPECT_TRUE(planner.Flush().ok());
  EXPECT_TRUE(posted_ran);
  // It is refused only as long as there is a circle.
  EXPECT_TRUE(log.Call([&](Log&) { EXPECT_TRUE(planner.Call([](Planner&) {}).ok()); }).ok());
}

BOTH_RUNNERS(ToWaitForRoomThatCannotComeIsRefused) {
  DeviceRegistryOf<Runner> devices({.slots = 2});
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  std::atomic<int> taken{0}, ran{0};
  const auto fill = [&](Log&) {
    absl::Status status;
    while (status.ok() && taken < 10) {
      status = planner.Submit([&ran](Planner&) { ++ran; });
      if (status.ok()) ++taken;
    }
    EXPECT_EQ(status.code(), kRefused);
  };
  EXPECT_TRUE(planner.Call([&](Planner&) { EXPECT_TRUE(log.Call(fill).ok()); }).ok());
  EXPECT_TRUE(planner.Flush().ok());
  EXPECT_GT(taken, 0);
  EXPECT_EQ(ran, taken.load());
}

// Each calls the next, all at the same time: as many as not to close the circle get through.
template <typename Runner>
void Circle(int devices_count) {
  DeviceRegistryOf<Runner> devices({.slots = 4});
  std::vector<DeviceHandle<Log, Runner>> logs;
  for (int i = 0; i < devices_count; ++i) {
    logs.push_back(devices.template Handle<Log>({.type = 1, .index = static_cast<uint16_t>(i)}));
  }
  std::atomic<int> refused{0}, inside{0};
  const auto call_next = [&](size_t i) {
    return logs[i].Call([&, i](Log& l) {
      ++inside;
      // So that the circle closes, whatever the schedule.
      while (inside < devices_count) kernel::Sleep(kernel::kMicrosecond);
      const absl::Status status = logs[(i + 1) % logs.size()].Call([](Log&) {});
      if (status.code() == kRefused) ++refused;
      EXPECT_TRUE(status.ok() || status.code() == kRefused) << status;
      l.entries.push_back(1);
    });
  };
  JoinAll(StartThreads(devices_count,
                       [&](int i) { EXPECT_TRUE(call_next(static_cast<size_t>(i)).ok()); }));
  EXPECT_EQ(refused, 1) << "the last to call, and no other";
}

BOTH_RUNNERS(OfTwoThatCallEachOtherOneIsRefused) { Circle<Runner>(2); }
BOTH_RUNNERS(OfThreeInACircleOneIsRefused) { Circle<Runner>(3); }

// What runs right behind a call may call back, even if the caller's thread has not gone on yet.
BOTH_RUNNERS(AWaitThatIsOverIsNoReasonToRefuse) {
  DeviceRegistryOf<Runner> devices({.slots = 4});
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  std::atomic<bool> called{false}, posted{false}, called_back{false};
  const auto ask = [&](Planner&) {
    EXPECT_TRUE(log.Call([&](Log&) {
                     called = true;
                     while (!posted) kernel::Sleep(kernel::kMicrosecond);
                   })
                    .ok());
  };
  EXPECT_TRUE(planner.Submit(ask).ok());
  while (!called) kernel::Sleep(kernel::kMicrosecond);
  EXPECT_TRUE(log.Submit([&](Log&) { called_back = planner.Call([](Planner&) {}).ok(); }).ok());
  posted = true;
  EXPECT_TRUE(log.Flush().ok());
  EXPECT_TRUE(called_back);
}

// A device's thread fills the ring of one that is busy, and waits like any other producer.
BOTH_RUNNERS(ADevicesThreadWaitsForRoom) {
  constexpr int kClosures = 6;
  DeviceRegistryOf<Runner> devices({.slots = 2});
  const auto planner = devices.template Handle<Planner>(kDisk);
  const auto log = devices.template Handle<Log>(kDisk);
  const auto plan = [log](Planner&) {
    for (int i = 0; i < kClosures; ++i) {
      EXPECT_TRUE(log.Submit([i](Log& l) { l.entries.push_back(i); }).ok());
    }
  };
  {
    Barrier<Runner> barrier(log.runner());
    EXPECT_TRUE(planner.Submit(plan).ok());
    kernel::Sleep(kernel::kMillisecond);
  }
  EXPECT_TRUE(planner.Flush().ok());
  EXPECT_THAT(log.Call([](Log& l) { return l.entries; }).value(),
              ::testing::ElementsAre(0, 1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace drydock
