// tests/drivers/service/tree.h
//
// The tree P <- A <- B <- C of the statements about teardown. (service.md 8)
#ifndef DRYDOCK_TESTS_DRIVERS_SERVICE_TREE_H_
#define DRYDOCK_TESTS_DRIVERS_SERVICE_TREE_H_

#include <string>

#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "tests/drivers/service/service_fixture.h"

namespace drydock::testing {

// No service is open unless the test opens it.
struct Tree {
  Journal journal;  // outlives the platform, whose shutdown it records too
  BootedPlatform platform;
  RecordingService* p = RecordingService::Make("P", platform.service(), &journal);
  RecordingService* a = RecordingService::Make("A", p, &journal);
  RecordingService* b = RecordingService::Make("B", a, &journal);
  RecordingService* c = RecordingService::Make("C", b, &journal);

  // Another service.
  RecordingService* Make(const char* name, IOService* provider) {
    return RecordingService::Make(name, provider, &journal);
  }

  // Waits until everything below P has come to rest.
  void Settle() { EXPECT_EQ(p->waitQuiet(kernel::kSecond), kIOReturnSuccess); }
  // Sleeps for long enough that all that can happen by itself has happened.
  static void Pause() { kernel::Sleep(10 * kernel::kMillisecond); }

  // The journal without what matches `call`.
  Journal Without(const std::string& call) const {
    Journal rest;
    for (const std::string& line : journal) {
      if (line.find(call) == std::string::npos) rest.push_back(line);
    }
    return rest;
  }
  // How often a line began with `what`.
  int Count(const std::string& what) const {
    int count = 0;
    for (const std::string& line : journal) count += line.find(what) == 0 ? 1 : 0;
    return count;
  }
  bool Has(const std::string& what) const { return Count(what) > 0; }
  // Where the first line that begins with `what` stands; fails the test if none does.
  size_t At(const std::string& what) const {
    for (size_t i = 0; i < journal.size(); ++i) {
      if (journal[i].find(what) == 0) return i;
    }
    ADD_FAILURE() << what << " is not in the journal";
    return 0;
  }
  // Whether all of them are there, in this order.
  bool InOrder(std::initializer_list<const char*> lines) const {
    size_t last = 0;
    for (const char* line : lines) {
      const size_t at = At(line);
      if (at < last) return false;
      last = at;
    }
    return true;
  }
};

// Holds a reference for a scope, so that a test may ask a service that has been terminated.
class Keep {
 public:
  explicit Keep(const OSObject* object) : object_(object) { object_->retain(); }
  ~Keep() { object_->release(); }
  Keep(const Keep&) = delete;
  Keep& operator=(const Keep&) = delete;

 private:
  const OSObject* const object_;
};

}  // namespace drydock::testing

#endif  // DRYDOCK_TESTS_DRIVERS_SERVICE_TREE_H_
