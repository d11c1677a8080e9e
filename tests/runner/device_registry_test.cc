// Devices found by id: started once, used through handles, and torn down in order.
#include "runner/device_registry.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/drydock_test.h"
#include "tests/runner/fixtures.h"

namespace drydock {
namespace {

using ::testing::HasSubstr;

constexpr DeviceId kDisk = {.type = 3, .index = 0};
constexpr DeviceId kOtherDisk = {.type = 3, .index = 1};
constexpr DeviceId kPort = {.type = 4, .index = 0};

struct Planner {
  static constexpr DeviceStage kStage = DeviceStage::kUpstream;
  int plans = 0;
};

std::string NameHere() { return kernel::ThreadName(kernel::CurrentThread()); }

BOTH_RUNNERS(AHandleByIdFindsTheSameDevice) {
  DeviceRegistryOf<Runner> devices;
  const DeviceHandle<Log, Runner> first = devices.template Handle<Log>(kDisk);
  EXPECT_TRUE(first.Submit([](Log& l) { l.entries.push_back(1); }).ok());
  const DeviceHandle<Log, Runner> second = devices.template Handle<Log>(kDisk);
  EXPECT_EQ(second.runner(), first.runner());
  EXPECT_EQ(second.Call([](Log& l) { return l.entries.size(); }).value(), 1u);
  // Of another index, or another type, it is another device.
  for (const DeviceId id : {kOtherDisk, kPort}) {
    const DeviceHandle<Log, Runner> other = devices.template Handle<Log>(id);
    EXPECT_NE(other.runner(), first.runner());
    EXPECT_EQ(other.Call([](Log& l) { return l.entries.size(); }).value(), 0u);
    EXPECT_EQ(other.id(), id);
  }
  EXPECT_EQ(first.id(), kDisk);
}

BOTH_RUNNERS(EachStageHasAThreadNamedByStageTypeAndIndex) {
  DeviceRegistryOf<Runner> devices;
  const auto planner = devices.template Handle<Planner>(kOtherDisk);
  const auto log = devices.template Handle<Log>(kOtherDisk);
  EXPECT_EQ(planner.Call([](Planner&) { return NameHere(); }).value(), "upstream device 3:1");
  EXPECT_EQ(log.Call([](Log&) { return NameHere(); }).value(), "downstream device 3:1");
  EXPECT_EQ(planner.id(), log.id());
  EXPECT_EQ(planner.stage(), DeviceStage::kUpstream);
  EXPECT_EQ(log.stage(), DeviceStage::kDownstream);
}

struct MadeOnce {
  MadeOnce() { ++made; }
  static inline std::atomic<int> made;
  int uses = 0;
};

BOTH_RUNNERS(ADeviceIsStartedOnceUnderContention) {
  MadeOnce::made = 0;
  DeviceRegistryOf<Runner> devices({.slots = 4});
  std::array<Runner*, 3> found = {};
  JoinAll(StartThreads(3, [&](int i) {
    const auto handle = devices.template Handle<MadeOnce>(kDisk);
    found[static_cast<size_t>(i)] = handle.runner();
    EXPECT_TRUE(handle.Submit([](MadeOnce& service) { ++service.uses; }).ok());
  }));
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[1], found[2]);
  EXPECT_EQ(
      devices.template Handle<MadeOnce>(kDisk).Call([](MadeOnce& s) { return s.uses; }).value(), 3);
  EXPECT_EQ(MadeOnce::made, 1);
}

BOTH_RUNNERS(CopiesOfAHandleWorkOnAnyThread) {
  DeviceRegistryOf<Runner> devices({.slots = 2});
  {
    const auto handle = devices.template Handle<Log>(kDisk);
    JoinAll(StartThreads(3, [handle](int i) {
      const auto copy = handle;
      EXPECT_EQ(copy.id(), kDisk);
      EXPECT_TRUE(copy.Submit([i](Log& l) { l.entries.push_back(i); }).ok());
    }));
  }
  // The handles are gone; the device is not.
  EXPECT_EQ(
      devices.template Handle<Log>(kDisk).Call([](Log& l) { return l.entries.size(); }).value(),
      3u);
}

BOTH_RUNNERS(ADevicesThreadMayAskForADevice) {
  DeviceRegistryOf<Runner> devices;
  const auto log = devices.template Handle<Log>(kDisk);
  const absl::StatusOr<std::string> name = log.Call([&](Log&) {
    // Its own, and one that is started only now.
    EXPECT_EQ(devices.template Handle<Nothing>(kDisk).runner(), log.runner());
    return devices.template Handle<Log>(kPort).Call([](Log&) { return NameHere(); }).value();
  });
  EXPECT_EQ(name.value(), "downstream device 4:0");
}

// --- The end of a registry.

BOTH_RUNNERS(TheEndRunsWhatIsPendingAndWhatThatPosts) {
  std::atomic<int> ran{0};
  {
    DeviceRegistryOf<Runner> devices({.slots = 4});
    const auto disk = devices.template Handle<Log>(kDisk);
    const auto port = devices.template Handle<Log>(kPort);
    // Back and forth between the devices, and in the end to one that nothing has asked for yet.
    const auto last = [&devices, &ran](Log&) {
      ++ran;
      const auto other = devices.template Handle<Log>(kOtherDisk);
      EXPECT_TRUE(other.Submit([&ran](Log&) { ++ran; }).ok());
    };
    const auto third = [disk, last, &ran](Log&) {
      ++ran;
      EXPECT_TRUE(disk.Submit(last).ok());
    };
    const auto second = [port, third, &ran](Log&) {
      ++ran;
      EXPECT_TRUE(port.Submit(third).ok());
    };
    EXPECT_TRUE(disk.Submit(second).ok());
  }
  EXPECT_EQ(ran, 4);
}

// Two devices post to each other, many times, each time from the closure that the other one posted.
template <typename Runner>
struct Bounce {
  DeviceHandle<Log, Runner> to, back;
  int left;
  std::atomic<int>* ran;
  void operator()(Log&) const {
    ++*ran;
    if (left > 0) {
      EXPECT_TRUE(to.Submit(Bounce{back, to, left - 1, ran}).ok());
    }
  }
};

BOTH_RUNNERS(TheEndRunsWhatDevicesPostToEachOther) {
  constexpr int kTimes = 9;
  std::atomic<int> ran{0};
  {
    DeviceRegistryOf<Runner> devices({.slots = 4});
    const auto disk = devices.template Handle<Log>(kDisk);
    const auto port = devices.template Handle<Log>(kPort);
    EXPECT_TRUE(disk.Submit(Bounce<Runner>{port, disk, kTimes, &ran}).ok());
  }
  EXPECT_EQ(ran, kTimes + 1);
}

// Posts, as it ends, a closure that cannot run any more, and whose capture calls a device as it is
// dropped.
template <typename Runner>
struct PostsAtTheEnd {
  struct Token {
    explicit Token(DeviceHandle<Log, Runner> l) : log(l) {}
    ~Token() {
      kernel::Sleep(kernel::kMillisecond);
      EXPECT_EQ(log.Call([](Log&) {}).code(), absl::StatusCode::kUnavailable);
      ++dropped;
    }
    const DeviceHandle<Log, Runner> log;
    static inline int dropped;
  };
  explicit PostsAtTheEnd(DeviceRegistryOf<Runner>* d) : devices(d) {}
  ~PostsAtTheEnd() {
    const auto port = devices->template Handle<Log>(kPort);
    EXPECT_TRUE(port.Submit([token = std::make_shared<Token>(devices->template Handle<Log>(kDisk))](
                                Log&) { ADD_FAILURE(); })
                    .ok());
  }
  DeviceRegistryOf<Runner>* const devices;
};

BOTH_RUNNERS(WhatIsDroppedAtTheEndMayCallADevice) {
  PostsAtTheEnd<Runner>::Token::dropped = 0;
  {
    DeviceRegistryOf<Runner> devices;
    EXPECT_TRUE(devices.template Handle<PostsAtTheEnd<Runner>>(kDisk)
                    .Insert(std::make_unique<PostsAtTheEnd<Runner>>(&devices))
                    .ok());
    EXPECT_TRUE(devices.template Handle<Log>(kPort).Call([](Log&) {}).ok());
  }
  EXPECT_EQ(PostsAtTheEnd<Runner>::Token::dropped, 1);
}

// Says where it ends.
template <typename Runner>
struct Below {
  explicit Below(std::string* to) : ended(to) {}
  ~Below() { absl::StrAppend(ended, NameHere(), "; "); }
  std::string* const ended;
};
template <typename Runner>
struct Above {
  static constexpr DeviceStage kStage = DeviceStage::kUpstream;
  Above(DeviceHandle<Below<Runner>, Runner> b, std::string* to) : below(b), ended(to) {}
  ~Above() {
    absl::StrAppend(ended, NameHere(), "; ");
    EXPECT_TRUE(below.Call([](Below<Runner>&) {}).ok()) << "the stage downstream is still there";
  }
  const DeviceHandle<Below<Runner>, Runner> below;
  std::string* const ended;
};

BOTH_RUNNERS(ServicesEndUpstreamFirstAndTheLastDeviceFirst) {
  std::string ended;
  {
    DeviceRegistryOf<Runner> devices;
    for (const DeviceId id : {kDisk, kPort}) {
      const auto below = devices.template Handle<Below<Runner>>(id);
      const auto above = devices.template Handle<Above<Runner>>(id);
      EXPECT_TRUE(below.Insert(std::make_unique<Below<Runner>>(&ended)).ok());
      EXPECT_TRUE(above.Insert(std::make_unique<Above<Runner>>(below, &ended)).ok());
    }
  }
  EXPECT_EQ(ended,
            "upstream device 4:0; upstream device 3:0; "
            "downstream device 4:0; downstream device 3:0; ");
}

// Calls, as it ends, a service that is gone, one that never was, and one that is still there.
template <typename Runner>
struct CallsAtTheEnd {
  explicit CallsAtTheEnd(DeviceRegistryOf<Runner>* d) : devices(d) {}
  ~CallsAtTheEnd() {
    const auto gone = devices->template Handle<Planner>(kDisk).Call([](Planner&) {});
    EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(gone.message()), HasSubstr("torn down"));
    // The started-last device is closed first, so this one's neighbour is there yet.
    EXPECT_TRUE(devices->template Handle<Log>(kDisk).Call([](Log&) {}).ok());
    EXPECT_TRUE(devices->template Handle<Planner>(kDisk).Submit([](Planner&) {}).ok());
  }
  DeviceRegistryOf<Runner>* const devices;
};

BOTH_RUNNERS(AServiceThatIsGoneIsUnavailable) {
  DeviceRegistryOf<Runner> devices;
  EXPECT_TRUE(devices.template Handle<Log>(kDisk).Call([](Log&) {}).ok());
  EXPECT_TRUE(devices.template Handle<Planner>(kDisk).Call([](Planner&) {}).ok());
  EXPECT_TRUE(devices.template Handle<CallsAtTheEnd<Runner>>(kPort)
                  .Insert(std::make_unique<CallsAtTheEnd<Runner>>(&devices))
                  .ok());
}

BOTH_RUNNERS(ARegistryWithoutDevicesEnds) { DeviceRegistryOf<Runner> devices; }

}  // namespace
}  // namespace drydock
