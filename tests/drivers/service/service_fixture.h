// tests/drivers/service/service_fixture.h
//
// A booted platform for a test, and services that record what is called on them.
#ifndef DRYDOCK_TESTS_DRIVERS_SERVICE_SERVICE_FIXTURE_H_
#define DRYDOCK_TESTS_DRIVERS_SERVICE_SERVICE_FIXTURE_H_

#include <functional>
#include <string>
#include <vector>

#include <IOKit/IOService.h>
#include <IOKit/IOWorkLoop.h>

#include "drivers/service/platform.h"

namespace drydock::testing {

// Boots the platform and shuts it down; nothing may leak in between. First thing in a test's body.
class BootedPlatform {
 public:
  explicit BootedPlatform(const PlatformOptions& options = {});
  ~BootedPlatform();

  IOService* service() const { return service_; }

 private:
  IOService* service_;
};

// The calls on the recording services, in order: "B.willTerminate(A) in A".
using Journal = std::vector<std::string>;

}  // namespace drydock::testing

// Writes every call into a journal, with the name of the service in whose gate it came.
class RecordingService : public IOService {
  OSDeclareDefaultStructors(RecordingService)

 public:
  // A new service called `name`, with a work loop of its own; attached to `provider`; the reference
  // is the registry's.
  static RecordingService* Make(const char* name, IOService* provider,
                                drydock::testing::Journal* journal);
  // The same without a work loop.
  static RecordingService* MakeUngated(const char* name, IOService* provider,
                                       drydock::testing::Journal* journal);
  // Attached to nothing; +1.
  static RecordingService* MakeDetached(const char* name, drydock::testing::Journal* journal);

  void free() override;
  IOWorkLoop* getWorkLoop() const override { return loop; }
  bool start(IOService* provider) override;
  void stop(IOService* provider) override;
  bool terminate(IOOptionBits options = 0) override;
  bool requestTerminate(IOService* provider, IOOptionBits options) override;
  bool willTerminate(IOService* provider, IOOptionBits options) override;
  bool didTerminate(IOService* provider, IOOptionBits options, bool* defer) override;
  bool finalize(IOOptionBits options) override;
  IOReturn message(UInt32 type, IOService* provider, void* argument) override;
  void detach(IOService* provider) override;

  IOWorkLoop* loop;
  // What these calls do, as the test says.
  bool close_in_will;
  bool close_when_asked;
  bool defer;
  bool survive;      // requestTerminate answers false
  bool will_answer;  // what willTerminate returns
  IOReturn answer;   // to messages; kIOReturnUnsupported, as by default
  // Called with each recorded call: "willTerminate(A)".
  std::function<void(const std::string& call)> hook;

  IOOptionBits last_options;       // of willTerminate, didTerminate, finalize
  IOOptionBits terminate_options;  // of terminate
  uintptr_t last_argument;         // of the message that the provider is terminated

 private:
  void Record(const char* call, const IOService* other = nullptr);

  drydock::testing::Journal* journal_;
};

#endif  // DRYDOCK_TESTS_DRIVERS_SERVICE_SERVICE_FIXTURE_H_
