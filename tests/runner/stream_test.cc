// The stream of a thread, and how it travels with closures to a device's thread.
#include "runner/stream.h"

#include <array>
#include <atomic>
#include <vector>

#include "runner/device_handle.h"
#include "runner/device_registry.h"
#include "scheduler/kernel/outside.h"
#include "tests/drydock_test.h"
#include "tests/runner/fixtures.h"

namespace drydock {
namespace {

DRYDOCK_TEST(Stream, EachThreadHasItsOwn) {
  std::array<StreamId, 3> streams;
  JoinAll(StartThreads(3, [&](int i) {
    streams[static_cast<size_t>(i)] = CurrentStream();
    kernel::ThreadYield();
    EXPECT_EQ(CurrentStream(), streams[static_cast<size_t>(i)]);
  }));
  EXPECT_NE(streams[0], streams[1]);
  EXPECT_NE(streams[1], streams[2]);
  EXPECT_NE(streams[0], streams[2]);
  EXPECT_NE(streams[0], StreamId{});
  EXPECT_NE(streams[0], CurrentStream());
}

DRYDOCK_TEST(Stream, ScopesNestAndAreTheThreadsAlone) {
  const StreamId own = CurrentStream();
  {
    const StreamScope outer(StreamId::Named(1));
    EXPECT_EQ(CurrentStream(), StreamId::Named(1));
    {
      const StreamScope inner(StreamId::Named(2));
      EXPECT_EQ(CurrentStream(), StreamId::Named(2));
      JoinAll(StartThreads(1, [](int) { EXPECT_NE(CurrentStream(), StreamId::Named(2)); }));
    }
    EXPECT_EQ(CurrentStream(), StreamId::Named(1));
  }
  EXPECT_EQ(CurrentStream(), own);
}

// Per stream, how often it was seen.
struct Seen {
  std::vector<std::pair<StreamId, int>> streams;
  void Count() {
    for (auto& [stream, times] : streams) {
      if (stream == CurrentStream()) {
        ++times;
        return;
      }
    }
    streams.push_back({CurrentStream(), 1});
  }
  int Of(StreamId stream) const {
    for (const auto& [id, times] : streams) {
      if (id == stream) return times;
    }
    return 0;
  }
};

BOTH_RUNNERS(AClosureRunsInTheStreamOfItsCaller) {
  Runner runner({.slots = 4});
  DeviceHandle<Seen, Runner> seen(&runner);
  JoinAll(StartThreads(3, [&](int i) {
    const StreamScope scope(StreamId::Named(static_cast<uint32_t>(i)));
    for (int round = 0; round < 2; ++round) {
      const StreamId mine = CurrentStream();
      EXPECT_TRUE(seen.Submit([mine](Seen& s) {
                        EXPECT_EQ(CurrentStream(), mine);
                        s.Count();
                      })
                      .ok());
      EXPECT_EQ(seen.Call([](Seen& s) {
                      s.Count();
                      return CurrentStream();
                    })
                    .value(),
                mine);
      while (!seen.TrySubmit([](Seen& s) { s.Count(); }).ok()) kernel::ThreadYield();
    }
  }));
  EXPECT_TRUE(runner.Flush().ok());
  const Seen result = seen.Call([](Seen& s) { return s; }).value();
  for (const uint32_t i : {0u, 1u, 2u}) EXPECT_EQ(result.Of(StreamId::Named(i)), 6);
}

BOTH_RUNNERS(WhatAThreadEntersLaterDoesNotReachWhatItPosted) {
  Runner runner;
  DeviceHandle<Nothing, Runner> device(&runner);
  const StreamId own = CurrentStream();
  StreamId seen;
  {
    Barrier<Runner> barrier(&runner);
    EXPECT_TRUE(device.Submit([&seen](Nothing&) { seen = CurrentStream(); }).ok());
    const StreamScope scope(StreamId::Named(9));
  }
  EXPECT_TRUE(runner.Flush().ok());
  EXPECT_EQ(seen, own);
}

BOTH_RUNNERS(TheStreamTravelsFromDeviceToDevice) {
  Runner first, second;
  DeviceHandle<Nothing, Runner> near(&first), far(&second);
  const StreamScope scope(StreamId::Named(5));
  const auto ask_far = [&](Nothing&) {
    return far.Call([](Nothing&) { return CurrentStream(); }).value();
  };
  EXPECT_EQ(near.Call(ask_far).value(), StreamId::Named(5));
  // What a closure enters for a while is what the closures it posts see.
  const auto ask_far_as_another = [&](Nothing& nothing) {
    const StreamScope other(StreamId::Named(6));
    return ask_far(nothing);
  };
  EXPECT_EQ(near.Call(ask_far_as_another).value(), StreamId::Named(6));
  EXPECT_EQ(near.Call([](Nothing&) { return CurrentStream(); }).value(), StreamId::Named(5));
}

template <typename Runner>
struct NotesItsStream {
  NotesItsStream() { made_in = CurrentStream(); }
  ~NotesItsStream() {
    ended_in = CurrentStream();
    own = kernel::ThreadIdOf(kernel::CurrentThread());
  }
  static inline StreamId made_in, ended_in;
  static inline uint64_t own;
};

BOTH_RUNNERS(AServiceIsMadeInTheFirstCallersStreamAndEndsInTheDevices) {
  using Service = NotesItsStream<Runner>;
  {
    const StreamScope scope(StreamId::Named(3));
    Runner runner;
    EXPECT_TRUE((DeviceHandle<Service, Runner>(&runner).Call([](Service&) {}).ok()));
  }
  EXPECT_EQ(Service::made_in, StreamId::Named(3));
  EXPECT_EQ(Service::ended_in.value, Service::own);
}

DRYDOCK_TEST(Stream, OfAClosureOfTheOutsideIsTheDevicesOwn) {
  struct Device {
    DeviceRunner runner;
    DeviceHandle<Nothing> device{&runner};
    std::atomic<bool> ran{false};
  };
  Device device;
  EXPECT_TRUE(device.device.Call([](Nothing&) {}).ok());
  kernel::OutsideSchedule(
      100 * kernel::kMicrosecond, "submit", 0,
      [](void* context) {
        auto* d = static_cast<Device*>(context);
        EXPECT_EQ(CurrentStream(), StreamId{});
        EXPECT_TRUE(d->device
                        .TrySubmit([d](Nothing&) {
                          EXPECT_EQ(CurrentStream().value,
                                    kernel::ThreadIdOf(kernel::CurrentThread()));
                          d->ran = true;
                        })
                        .ok());
      },
      &device);
  while (!device.ran) kernel::Sleep(kernel::kMillisecond);
}

}  // namespace
}  // namespace drydock
