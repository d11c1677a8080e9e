// The services that record the calls on them.
#include "tests/drivers/service/service_fixture.h"

#include "gtest/gtest.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/thread.h"

namespace drydock::testing {
namespace {

// The services with a gate, so that a call can tell in which it came. One run at a time.
std::vector<const RecordingService*> recorders;

}  // namespace

BootedPlatform::BootedPlatform(const PlatformOptions& options) {
  recorders.clear();
  service_ = BootPlatform(options);
}

BootedPlatform::~BootedPlatform() {
  EXPECT_TRUE(ShutdownPlatform()) << "a termination is parked for ever";
  EXPECT_TRUE(LiveObjects().empty()) << "objects leaked";
  AuditHeap();
}

}  // namespace drydock::testing

using drydock::testing::Journal;
using drydock::testing::recorders;

OSDefineMetaClassAndStructors(RecordingService, IOService)

RecordingService* RecordingService::MakeDetached(const char* name, Journal* journal) {
  RecordingService* service = OSTypeAlloc(RecordingService);
  service->journal_ = journal;
  service->init(nullptr);
  service->setName(name);
  service->answer = kIOReturnUnsupported;
  service->loop = IOWorkLoop::workLoop();
  recorders.push_back(service);
  return service;
}

RecordingService* RecordingService::MakeUngated(const char* name, IOService* provider,
                                                Journal* journal) {
  RecordingService* service = Make(name, provider, journal);
  drydock::kernel::Thread* thread = service->loop->getThread();
  OSSafeReleaseNULL(service->loop);
  drydock::kernel::ThreadJoin(thread);
  return service;
}

RecordingService* RecordingService::Make(const char* name, IOService* provider, Journal* journal) {
  RecordingService* service = MakeDetached(name, journal);
  EXPECT_TRUE(service->attach(provider));
  service->release();
  return service;
}

void RecordingService::Record(const char* call, const IOService* other) {
  std::string what = call;
  if (other != nullptr) what += std::string("(") + other->getName() + ")";
  std::string line = std::string(getName()) + "." + what;
  for (const RecordingService* recorder : recorders) {
    if (recorder->loop != nullptr && recorder->loop->inGate()) {
      line += std::string(" in ") + recorder->getName();
    }
  }
  journal_->push_back(line);
  if (hook != nullptr) hook(what);
}

void RecordingService::free() {
  for (size_t i = 0; i < recorders.size(); ++i) {
    if (recorders[i] == this) recorders.erase(recorders.begin() + static_cast<ptrdiff_t>(i));
  }
  Record("free");
  OSSafeReleaseNULL(loop);
  IOService::free();
}

bool RecordingService::start(IOService* provider) {
  Record("start", provider);
  return true;
}

void RecordingService::stop(IOService* provider) {
  Record("stop", provider);
  IOService::stop(provider);
}

bool RecordingService::terminate(IOOptionBits options) {
  terminate_options = options;
  Record("terminate");
  return IOService::terminate(options);
}

bool RecordingService::requestTerminate(IOService* provider, IOOptionBits options) {
  return !survive && IOService::requestTerminate(provider, options);
}

bool RecordingService::willTerminate(IOService* provider, IOOptionBits options) {
  last_options = options;
  Record("willTerminate", provider);
  if (close_in_will) provider->close(this);
  return will_answer;
}

bool RecordingService::didTerminate(IOService* provider, IOOptionBits options, bool* defer_out) {
  last_options = options;
  Record("didTerminate", provider);
  if (defer) *defer_out = true;
  return IOService::didTerminate(provider, options, defer_out);
}

bool RecordingService::finalize(IOOptionBits options) {
  last_options = options;
  Record("finalize");
  return IOService::finalize(options);
}

IOReturn RecordingService::message(UInt32 type, IOService* provider, void* argument) {
  switch (type) {
    case kIOMessageServiceIsTerminated:
      last_argument = reinterpret_cast<uintptr_t>(argument);
      Record("isTerminated", provider);
      break;
    case kIOMessageServiceIsRequestingClose:
      Record("requestingClose", provider);
      if (close_when_asked) {
        provider->close(this);
        return kIOReturnSuccess;
      }
      break;
    case kIOMessageServiceIsAttemptingOpen:
      Record("attemptingOpen", provider);
      break;
    case kIOMessageServiceWasClosed:
      Record("wasClosed", provider);
      break;
  }
  return answer;
}

void RecordingService::detach(IOService* provider) {
  Record("detach", provider);
  IOService::detach(provider);
}
