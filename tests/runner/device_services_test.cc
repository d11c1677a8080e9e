// Services that are inserted ready-made, and the utilities that callers share.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "runner/device_handle.h"
#include "tests/drydock_test.h"
#include "tests/runner/fixtures.h"

namespace drydock {
namespace {

using ::testing::HasSubstr;

// A service that no runner can make, and that says where it ends.
struct Port {
  Port(int n, std::string* where) : number(n), ended(where) {}
  ~Port() { *ended += absl::StrCat(number, kernel::ThreadName(kernel::CurrentThread()), " "); }
  const int number;
  std::string* const ended;
};

BOTH_RUNNERS(AnInsertedServiceIsTheDevicesToTheEnd) {
  std::string ended;
  {
    Runner runner({.name = "disk"});
    DeviceHandle<Port, Runner> port(&runner);
    EXPECT_TRUE(port.Insert(std::make_unique<Port>(7, &ended)).ok());
    EXPECT_EQ(port.Call([](Port& p) { return p.number; }).value(), 7);
    EXPECT_EQ(ended, "");
  }
  EXPECT_EQ(ended, "7disk ");
}

BOTH_RUNNERS(WhatIsInsertedAndWhatIsMadeEndInReverse) {
  std::string ended;
  struct Made {
    ~Made() {
      if (to != nullptr) *to += "made ";
    }
    std::string* to = nullptr;
  };
  {
    Runner runner({.name = "disk"});
    EXPECT_TRUE(
        (DeviceHandle<Port, Runner>(&runner).Insert(std::make_unique<Port>(1, &ended))).ok());
    EXPECT_TRUE((DeviceHandle<Made, Runner>(&runner).Call([&](Made& m) { m.to = &ended; })).ok());
  }
  EXPECT_EQ(ended, "made 1disk ");
}

BOTH_RUNNERS(AServiceThatIsThereCannotBeInserted) {
  std::string ended;
  {
    Runner runner({.name = "disk"});
    DeviceHandle<Port, Runner> port(&runner);
    EXPECT_TRUE(port.Insert(std::make_unique<Port>(1, &ended)).ok());
    auto second = std::make_unique<Port>(2, &ended);
    const absl::Status status = port.Insert(std::move(second));
    EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_THAT(std::string(status.message()), HasSubstr("Port"));
    ASSERT_NE(second, nullptr) << "it is still the caller's";
    EXPECT_EQ(port.Call([](Port& p) { return p.number; }).value(), 1);

    // Nor one that was made on first use.
    DeviceHandle<Log, Runner> log(&runner);
    EXPECT_TRUE(log.Call([](Log& l) { l.entries.push_back(1); }).ok());
    EXPECT_EQ(log.Insert(std::make_unique<Log>()).code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(log.Call([](Log& l) { return l.entries.size(); }).value(), 1u);
    // Also on the device's own thread, while it is in use.
    EXPECT_TRUE(log.Call([&](Log&) {
                     EXPECT_EQ(log.Insert(std::make_unique<Log>()).code(),
                               absl::StatusCode::kAlreadyExists);
                   })
                    .ok());
    second.reset();
  }
  EXPECT_THAT(ended, HasSubstr("1disk "));
}

BOTH_RUNNERS(OfManyInsertedOneStays) {
  Runner runner;
  DeviceHandle<Log, Runner> log(&runner);
  std::atomic<int> inserted{0};
  JoinAll(StartThreads(3, [&](int) {
    if (log.Insert(std::make_unique<Log>()).ok()) ++inserted;
    EXPECT_TRUE(log.Call([](Log& l) { l.entries.push_back(1); }).ok());
  }));
  EXPECT_EQ(inserted, 1);
  EXPECT_EQ(log.Call([](Log& l) { return l.entries.size(); }).value(), 3u);
}

BOTH_RUNNERS(AServiceThatCannotBeMadeIsNotFound) {
  Runner runner;
  DeviceHandle<Port, Runner> port(&runner);
  const absl::Status status = port.Call([](Port&) { ADD_FAILURE() << "there is none"; });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("was not inserted"));
}

template <typename Runner>
struct InsertsItself {
  InsertsItself() = default;
  explicit InsertsItself(Runner& runner) {
    EXPECT_EQ((DeviceHandle<InsertsItself, Runner>(&runner)
                   .Insert(std::make_unique<InsertsItself>())
                   .code()),
              absl::StatusCode::kFailedPrecondition);
  }
};

BOTH_RUNNERS(AServiceCannotBeInsertedWhileItIsMade) {
  Runner runner;
  EXPECT_TRUE((DeviceHandle<InsertsItself<Runner>, Runner>(&runner)
                   .Call([](InsertsItself<Runner>&) {})
                   .ok()));
}

// --- Utilities.

struct Cache {
  struct Utilities {
    explicit Utilities(std::atomic<int>* a) : alive(a) { ++*alive; }
    ~Utilities() { --*alive; }
    std::atomic<int>* const alive;
    std::atomic<int> hits{0};
  };
  Cache() { ++made; }
  std::shared_ptr<Utilities> MakeUtilities() { return std::make_shared<Utilities>(&alive); }
  static inline std::atomic<int> made, alive;
};

BOTH_RUNNERS(UtilitiesAreSharedWithoutGoingToTheThread) {
  Cache::made = 0;
  Cache::alive = 0;
  std::shared_ptr<Cache::Utilities> kept;
  {
    Runner runner;
    DeviceHandle<Cache, Runner> cache(&runner);
    kept = cache.Utilities().value();
    EXPECT_EQ(Cache::made, 1) << "the first to ask has the service made";
    {
      Barrier<Runner> barrier(&runner);  // the thread is busy: what needs it would wait for ever
      JoinAll(StartThreads(2, [&](int) { ++cache.Utilities().value()->hits; }));
      EXPECT_EQ(cache.Utilities().value(), kept);
    }
    EXPECT_EQ(kept->hits, 2);
    EXPECT_TRUE(cache
                    .Call([&](Cache&) {
                      EXPECT_EQ(cache.Utilities().value(), kept) << "though the service is in use";
                    })
                    .ok());
  }
  EXPECT_EQ(Cache::alive, 1) << "they outlive the service for those that hold them";
  kept.reset();
  EXPECT_EQ(Cache::alive, 0);
}

BOTH_RUNNERS(UtilitiesAreMadeOnceUnderContention) {
  Cache::made = 0;
  Cache::alive = 0;
  {
    Runner runner;
    DeviceHandle<Cache, Runner> cache(&runner);
    JoinAll(StartThreads(3, [&](int) { ++cache.Utilities().value()->hits; }));
    EXPECT_EQ(cache.Utilities().value()->hits, 3);
    EXPECT_EQ(Cache::made, 1);
    EXPECT_EQ(Cache::alive, 1);
  }
  EXPECT_EQ(Cache::alive, 0);
}

BOTH_RUNNERS(AnInsertedServiceHasUtilitiesToo) {
  Cache::alive = 0;
  Runner runner;
  DeviceHandle<Cache, Runner> cache(&runner);
  EXPECT_TRUE(cache.Insert(std::make_unique<Cache>()).ok());
  Barrier<Runner> barrier(&runner);
  EXPECT_NE(cache.Utilities().value(), nullptr);
}

struct NoUtilitiesYet {
  struct Utilities {};
  NoUtilitiesYet() { ++alive; }
  ~NoUtilitiesYet() { --alive; }
  std::shared_ptr<Utilities> MakeUtilities() {
    if (++tries == 1) throw std::runtime_error("not today");
    return std::make_shared<Utilities>();
  }
  static inline int tries, alive;
};

BOTH_RUNNERS(AServiceWhoseUtilitiesCannotBeMadeIsTriedAgain) {
  NoUtilitiesYet::tries = NoUtilitiesYet::alive = 0;
  Runner runner;
  DeviceHandle<NoUtilitiesYet, Runner> service(&runner);
  const absl::Status status = service.Utilities().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("MakeUtilities threw: not today"));
  EXPECT_EQ(NoUtilitiesYet::alive, 0);
  EXPECT_TRUE(service.Utilities().ok());
  EXPECT_EQ(NoUtilitiesYet::alive, 1);
}

}  // namespace
}  // namespace drydock
