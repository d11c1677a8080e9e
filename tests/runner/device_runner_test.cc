// Devices whose state belongs to a thread: the runner with its ring, and the plain one, which must
// do the same.
#include "runner/device_runner.h"

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "runner/device_handle.h"
#include "runner/mutex_runner.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"
#include "tests/runner/fixtures.h"

namespace drydock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

BOTH_RUNNERS(ClosuresOfAThreadRunInTheirOrder) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(log.Submit([i](Log& l) { l.entries.push_back(i); }).ok());
  }
  EXPECT_THAT(*log.Call([](Log& l) { return l.entries; }), ElementsAre(0, 1, 2, 3, 4));
}

BOTH_RUNNERS(ACallMayUseTheCallersStack) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  int seen = 0;
  const int given = 7;
  EXPECT_TRUE(log.Call([&](Log& l) {
                   l.entries.push_back(given);
                   seen = static_cast<int>(l.entries.size());
                 })
                  .ok());
  EXPECT_EQ(seen, 1);
  const absl::StatusOr<std::unique_ptr<int>> moved =
      log.Call([](Log& l) { return std::make_unique<int>(l.entries[0]); });
  EXPECT_EQ(**moved, 7);
}

BOTH_RUNNERS(WhatManyThreadsPostRunsOnceAndInEachOnesOrder) {
  constexpr int kThreads = 3;
  constexpr int kEach = 6;
  Runner runner({.slots = 4});
  DeviceHandle<std::array<std::vector<int>, kThreads>, Runner> logs(&runner);
  JoinAll(StartThreads(kThreads, [&logs](int thread) {
    for (int i = 0; i < kEach; ++i) {
      if (i % 3 == 2) {
        EXPECT_TRUE(logs.Call([=](auto& l) { l[static_cast<size_t>(thread)].push_back(i); }).ok());
      } else {
        EXPECT_TRUE(
            logs.Submit([=](auto& l) { l[static_cast<size_t>(thread)].push_back(i); }).ok());
      }
    }
  }));
  EXPECT_TRUE(logs.Call([](auto& l) {
                    for (const std::vector<int>& entries : l) {
                      EXPECT_THAT(entries, ElementsAre(0, 1, 2, 3, 4, 5));
                    }
                  })
                  .ok());
}

// --- Services.

template <int kNumber>
struct Counted {
  Counted() { ++made; }
  ~Counted() { ++destroyed; }
  int uses = 0;
  static inline int made, destroyed;
};

BOTH_RUNNERS(ServicesAreMadeOnceUnderContention) {
  Counted<1>::made = Counted<1>::destroyed = Counted<2>::made = Counted<2>::destroyed = 0;
  {
    Runner runner;
    DeviceHandle<Counted<1>, Runner> first(&runner);
    DeviceHandle<Counted<2>, Runner> second(&runner);
    JoinAll(StartThreads(3, [&](int) {
      EXPECT_TRUE(first.Call([](Counted<1>& service) { ++service.uses; }).ok());
      EXPECT_TRUE(second.Submit([](Counted<2>& service) { ++service.uses; }).ok());
    }));
    EXPECT_EQ(*first.Call([](Counted<1>& service) { return service.uses; }), 3);
    EXPECT_EQ(*second.Call([](Counted<2>& service) { return service.uses; }), 3);
    EXPECT_EQ(Counted<1>::destroyed, 0);
  }
  EXPECT_EQ(Counted<1>::made, 1);
  EXPECT_EQ(Counted<2>::made, 1);
  EXPECT_EQ(Counted<1>::destroyed, 1);
  EXPECT_EQ(Counted<2>::destroyed, 1);
}

// Needs another service, and notes the order of destruction.
template <typename Runner>
struct Base {
  explicit Base(Runner& runner) : thread(runner.OnThread()) {}
  ~Base() { *destroyed += "base "; }
  const bool thread;
  std::string* destroyed = nullptr;
};
template <typename Runner>
struct OnTop {
  explicit OnTop(Runner& runner) : base(&runner) {
    EXPECT_TRUE(base.Call([](Base<Runner>& b) { return b.thread; }).value());
  }
  ~OnTop() { *destroyed += "on top "; }
  DeviceHandle<Base<Runner>, Runner> base;
  std::string* destroyed = nullptr;
};

BOTH_RUNNERS(AServiceOutlivesThoseThatItWasMadeFor) {
  std::string destroyed;
  {
    Runner runner;
    DeviceHandle<OnTop<Runner>, Runner> handle(&runner);
    const auto introduce = [&](OnTop<Runner>& on_top) {
      on_top.destroyed = &destroyed;
      EXPECT_TRUE(on_top.base.Call([&](Base<Runner>& base) { base.destroyed = &destroyed; }).ok());
    };
    EXPECT_TRUE(handle.Call(introduce).ok());
  }
  EXPECT_EQ(destroyed, "on top base ");
}

struct Shy {
  Shy() {
    if (++tries == 1) throw std::runtime_error("not today");
  }
  static inline int tries;
};

BOTH_RUNNERS(AServiceThatCouldNotBeMadeIsTriedAgain) {
  Shy::tries = 0;
  Runner runner;
  DeviceHandle<Shy, Runner> shy(&runner);
  const absl::Status status = shy.Call([](Shy&) { ADD_FAILURE() << "there is none"; });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("constructor threw: not today"));
  EXPECT_TRUE(shy.Call([](Shy&) {}).ok());
}

// --- What a closure may be like.

// A closure of a size and alignment that counts its lives, and those on the heap.
struct Lives {
  std::atomic<int> alive{0};
  std::atomic<int> calls{0};
};
template <size_t kBytes, size_t kAlignment>
struct alignas(kAlignment) Sized {
  explicit Sized(Lives* l) : lives(l) { ++lives->alive; }
  Sized(const Sized& other) : lives(other.lives) { ++lives->alive; }
  ~Sized() { --lives->alive; }

  void operator()(Log&) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(this) % kAlignment, 0u);
    ++lives->calls;
  }

  static void* operator new(size_t size, std::align_val_t alignment) {
    ++allocations;
    return ::operator new(size, alignment);
  }
  static void* operator new(size_t size) {
    ++allocations;
    return ::operator new(size);
  }
  static void* operator new(size_t, void* at) { return at; }
  static void operator delete(void* closure) { ::operator delete(closure); }
  static void operator delete(void* closure, std::align_val_t alignment) {
    ::operator delete(closure, alignment);
  }
  static inline int allocations;

  Lives* lives;
  std::array<unsigned char, kBytes - sizeof(Lives*)> padding;
};

template <size_t kBytes, size_t kAlignment, typename Runner>
int AllocationsFor(Runner* runner) {
  using Closure = Sized<kBytes, kAlignment>;
  Closure::allocations = 0;
  Lives lives;
  {
    DeviceHandle<Log, Runner> log(runner);
    const Closure closure(&lives);
    EXPECT_TRUE(log.Submit(closure).ok());
    EXPECT_TRUE(log.TrySubmit(Closure(&lives)).ok());
    EXPECT_TRUE(log.Call(Closure(closure)).ok());
    EXPECT_TRUE(runner->Flush().ok());
    EXPECT_EQ(lives.alive, 1) << "the one here is left";
  }
  EXPECT_EQ(lives.calls, 3);
  EXPECT_EQ(lives.alive, 0);
  return Closure::allocations;
}

DRYDOCK_TEST(DeviceRunner, ClosuresUpToFourKilobytesAreNotAllocated) {
  DeviceRunner runner({.slots = 8});
  EXPECT_EQ((AllocationsFor<16, 8>(&runner)), 0);
  EXPECT_EQ((AllocationsFor<48, 16>(&runner)), 0);  // in the slot
  EXPECT_EQ((AllocationsFor<49, 8>(&runner)), 0);   // in the arena from here on
  EXPECT_EQ((AllocationsFor<32, 32>(&runner)), 0);
  EXPECT_EQ((AllocationsFor<4096, 64>(&runner)), 0);
  EXPECT_EQ((AllocationsFor<4097, 8>(&runner)), 2);  // on the heap from here on; a call borrows
  EXPECT_EQ((AllocationsFor<256, 256>(&runner)), 2);
  EXPECT_EQ((AllocationsFor<100000, 8>(&runner)), 2);
}

DRYDOCK_TEST(MutexRunner, ClosuresOfAllSizes) {
  MutexRunner runner;
  EXPECT_EQ((AllocationsFor<16, 8>(&runner)), 2);
  EXPECT_EQ((AllocationsFor<256, 256>(&runner)), 2);
  EXPECT_EQ((AllocationsFor<100000, 8>(&runner)), 2);
}

struct ThrowsWhenCopied {
  ThrowsWhenCopied() = default;
  ThrowsWhenCopied(const ThrowsWhenCopied&) { throw std::runtime_error("no copies"); }
  void operator()(Log&) const { ADD_FAILURE() << "called"; }
};

BOTH_RUNNERS(AClosureThatCannotBeCopiedLeavesTheRunnerUsable) {
  Runner runner({.slots = 2});
  DeviceHandle<Log, Runner> log(&runner);
  const ThrowsWhenCopied closure;
  bool threw = false;
  for (int i = 0; i < 4; ++i) {
    try {
      log.Submit(closure).IgnoreError();
    } catch (const std::runtime_error&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
    EXPECT_TRUE(log.Call([](Log& l) { l.entries.push_back(1); }).ok());
  }
  EXPECT_EQ(*log.Call([](Log& l) { return l.entries.size(); }), 4u);
}

// --- Exceptions.

BOTH_RUNNERS(AThrowingCallGivesTheCallerAnError) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  const absl::StatusOr<int> result =
      log.Call([](Log&) -> int { throw std::runtime_error("no paper"); });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("threw: no paper"));
  EXPECT_EQ(log.Call([](Log&) { throw 1; }).code(), absl::StatusCode::kInternal);
  // The service is not in use any more, and the runner goes on.
  EXPECT_TRUE(log.Call([](Log&) {}).ok());
  EXPECT_TRUE(log.Flush().ok()) << "errors that were told are not told again";
}

BOTH_RUNNERS(AThrowingClosureDropsItsCapturesOnceAndIsToldByFlush) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  Lives lives;
  for (const char* text : {"first", "second"}) {
    EXPECT_TRUE(
        log.Submit([token = Sized<16, 8>(&lives), text](Log&) { throw std::runtime_error(text); })
            .ok());
  }
  const absl::Status status = log.Flush();
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("first"));
  EXPECT_TRUE(log.Flush().ok());
}

// --- Batches and back-pressure.

BOTH_RUNNERS(FlushWaitsForFewerThanTheRingHolds) {
  Runner runner({.slots = 16});
  DeviceHandle<Log, Runner> log(&runner);
  int ran = 0;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(log.Submit([&ran](Log&) { ++ran; }).ok());
  EXPECT_TRUE(log.Flush().ok());
  EXPECT_EQ(ran, 3);
  EXPECT_TRUE(log.Flush().ok());
}

BOTH_RUNNERS(AFullRingRefusesTriesAndKeepsProducersWaiting) {
  constexpr int kSlots = 4;
  Runner runner({.slots = kSlots});
  DeviceHandle<Log, Runner> log(&runner);
  Lives lives;
  std::atomic<int> submitted{0};
  {
    Barrier<Runner> barrier(&runner);
    // (The slot of the closure that runs is free only when that has returned.)
    int taken = 0;
    while (log.TrySubmit([](Log& l) { l.entries.push_back(1); }).ok()) ++taken;
    EXPECT_GE(taken, kSlots - 1);
    EXPECT_LE(taken, kSlots);
    const Sized<16, 8> closure(&lives);
    EXPECT_EQ(log.TrySubmit(closure).code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(lives.alive, 1);
    submitted = taken;
    const auto producers = StartThreads(2, [&](int) {
      for (int i = 0; i < kSlots; ++i) {
        EXPECT_TRUE(log.Submit([](Log& l) { l.entries.push_back(2); }).ok());
        ++submitted;
      }
    });
    kernel::Sleep(kernel::kMillisecond);
    EXPECT_EQ(submitted, taken) << "the ring is full";
    barrier.Open();
    JoinAll(producers);
  }
  EXPECT_EQ(*log.Call([](Log& l) { return static_cast<int>(l.entries.size()); }), submitted.load());
}

DRYDOCK_TEST(DeviceRunner, AfterAFlushTheRingIsFree) {
  constexpr int kSlots = 8;
  DeviceRunner runner({.slots = kSlots});
  DeviceHandle<Log> log(&runner);
  for (int round = 0; round < 3; ++round) {
    // (All but the slot of the Flush, which may not have returned yet.)
    for (int i = 0; i < kSlots - 1; ++i) {
      EXPECT_TRUE(log.TrySubmit([](Log& l) { l.entries.push_back(1); }).ok()) << round << " " << i;
    }
    EXPECT_TRUE(runner.Flush().ok());
    EXPECT_EQ(log.Call([](Log& l) { return l.entries.size(); }).value(),
              static_cast<size_t>((kSlots - 1) * (round + 1)));
    EXPECT_TRUE(runner.Flush().ok());
  }
}

BOTH_RUNNERS(AnIdleRunnersRingIsFree) {
  constexpr int kSlots = 8;
  Runner runner({.slots = kSlots});
  DeviceHandle<Log, Runner> log(&runner);
  std::atomic<int> ran{0};
  const auto submit = [&](int count) {
    int taken = 0;
    while (taken < count && log.TrySubmit([&ran](Log&) { ++ran; }).ok()) ++taken;
    EXPECT_EQ(taken, count);
    while (ran < taken) kernel::Sleep(kernel::kMillisecond);
    ran = 0;
    kernel::Sleep(10 * kernel::kMillisecond);  // it blocks
  };
  for (const int count : {3, kSlots, 1, kSlots}) submit(count);
}

// A wakeup that is lost leaves threads that wait for ever, which ends the run. On host threads the
// pauses are such that the runner is met while it looks, yields, goes to sleep and sleeps.
BOTH_RUNNERS(NoWakeupIsLost) {
  constexpr int kThreads = 3;
  const int rounds = kernel::kParallel ? 1500 : 3;
  Runner runner({.slots = 2});
  DeviceHandle<Log, Runner> log(&runner);
  JoinAll(StartThreads(kThreads, [&](int thread) {
    for (int i = 0; i < rounds; ++i) {
      if (i % 2 == 0) kernel::Delay(static_cast<kernel::Time>((i * 37 + thread * 11) % 64) * 1000);
      if ((i + thread) % 3 == 0) {
        EXPECT_TRUE(log.Call([](Log& l) { l.entries.push_back(1); }).ok());
      } else {
        EXPECT_TRUE(log.Submit([](Log& l) { l.entries.push_back(2); }).ok());
      }
    }
  }));
  EXPECT_EQ(log.Call([](Log& l) { return l.entries.size(); }).value(),
            static_cast<size_t>(kThreads * rounds));
}

BOTH_RUNNERS(DestructionRunsWhatWasPosted) {
  int ran = 0;
  {
    Runner runner({.slots = 8});
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE((DeviceHandle<Log, Runner>(&runner).Submit([&ran](Log&) { ++ran; }).ok()));
    }
  }
  EXPECT_EQ(ran, 5);
}

DRYDOCK_TEST(DeviceRunner, TheOutsideWorldMaySubmit) {
  struct Device {
    DeviceRunner runner{{.slots = 4}};
    DeviceHandle<Log> log{&runner};
    std::atomic<int> ran{0};
  };
  Device device;
  for (int i = 1; i <= 3; ++i) {
    kernel::OutsideSchedule(
        static_cast<kernel::Time>(i) * 100 * kernel::kMicrosecond, "submit", 0,
        [](void* context) {
          auto* d = static_cast<Device*>(context);
          EXPECT_TRUE(d->log.TrySubmit([d](Log&) { ++d->ran; }).ok());
        },
        &device);
  }
  while (device.ran < 3) kernel::Sleep(kernel::kMillisecond);
}

// --- On the runner's own thread.

BOTH_RUNNERS(WhatTheRunnersThreadPostsRunsAtOnce) {
  Runner runner({.slots = 2});
  DeviceHandle<Log, Runner> log(&runner);
  DeviceHandle<Counted<3>, Runner> other(&runner);
  EXPECT_FALSE(runner.OnThread());
  std::string order;
  EXPECT_TRUE(other
                  .Call([&](Counted<3>&) {
                    EXPECT_TRUE(runner.OnThread());
                    // More of them than there are slots.
                    for (int i = 0; i < 5; ++i) {
                      EXPECT_TRUE(log.Submit([&](Log&) { order += 's'; }).ok());
                      EXPECT_TRUE(log.TrySubmit([&](Log&) { order += 't'; }).ok());
                      EXPECT_EQ(log.Call([&](Log&) { return order.size(); }).value(), order.size());
                    }
                    order += '.';
                  })
                  .ok());
  EXPECT_EQ(order, "ststststst.");
}

BOTH_RUNNERS(AnErrorThereIsTheCallersAtOnce) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  DeviceHandle<Counted<4>, Runner> other(&runner);
  EXPECT_TRUE(other
                  .Call([&](Counted<4>&) {
                    EXPECT_EQ(log.Submit([](Log&) { throw 1; }).code(),
                              absl::StatusCode::kInternal);
                    EXPECT_EQ(runner.Flush().code(), absl::StatusCode::kFailedPrecondition);
                  })
                  .ok());
  EXPECT_TRUE(runner.Flush().ok());
}

BOTH_RUNNERS(AServiceInUseIsRefusedByName) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  EXPECT_TRUE(log.Call([&](Log&) {
                   const absl::Status status = log.Submit([](Log&) { ADD_FAILURE(); });
                   EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
                   EXPECT_THAT(std::string(status.message()),
                               HasSubstr("Log is in use by the closure that makes this call"));
                   EXPECT_EQ(log.Call([](Log&) { return 1; }).status().code(),
                             absl::StatusCode::kFailedPrecondition);
                 })
                  .ok());
  EXPECT_EQ(*log.Call([](Log&) { return 2; }), 2) << "it is free again";
}

template <typename Runner>
struct Narcissus {
  explicit Narcissus(Runner& runner) {
    const absl::Status status =
        DeviceHandle<Narcissus, Runner>(&runner).Call([](Narcissus&) { ADD_FAILURE(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  }
};

BOTH_RUNNERS(AServiceIsNotToBeHadWhileItIsMade) {
  Runner runner;
  EXPECT_TRUE(
      (DeviceHandle<Narcissus<Runner>, Runner>(&runner).Call([](Narcissus<Runner>&) {}).ok()));
}

BOTH_RUNNERS(AnExclusiveSectionHasTheDeviceForItself) {
  Runner runner({.slots = 4});
  DeviceHandle<Log, Runner> log(&runner);
  DeviceHandle<Counted<5>, Runner> other(&runner);
  bool inside = false;
  const auto threads = StartThreads(2, [&](int) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(log.Submit([&inside](Log&) { EXPECT_FALSE(inside); }).ok());
    }
  });
  const absl::StatusOr<int> result = Exclusively(&runner, [&] {
    inside = true;
    kernel::Sleep(10 * kernel::kMicrosecond);
    inside = false;
    int sum = *other.Call([](Counted<5>&) { return 1; });
    EXPECT_TRUE(log.Submit([&](Log&) { sum += *other.Call([](Counted<5>&) { return 2; }); }).ok());
    return sum;
  });
  EXPECT_EQ(*result, 3);
  JoinAll(threads);
  EXPECT_TRUE(runner.Flush().ok());
}

}  // namespace
}  // namespace drydock
