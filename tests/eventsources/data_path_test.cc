// A driver with all the parts of a data path: commands from a pool bound what its device has to do,
// the filter hands what the device has done to the action by a lock-free queue, and the action
// hands it to a client, by a data queue that wakes it.
#include <IOKit/IOCommandGate.h>
#include <IOKit/IOCommandPool.h>
#include <IOKit/IOFilterInterruptEventSource.h>
#include <IOKit/IOSharedDataQueue.h>

#include "eventsources/spsc_queue.h"
#include "scheduler/kernel/outside.h"
#include "tests/drydock_test.h"
#include "tests/eventsources/fake_provider.h"
#include "tests/workloop/fixtures.h"

namespace drydock {
namespace {

constexpr int kCommands = 3;

// Does one job after another, each for 5 us, and raises its interrupt after each.
class Device {
 public:
  explicit Device(FakeProvider* provider) : provider_(provider) {}

  void Start() {
    ++started_;
    EXPECT_LE(started_ - done_, kCommands);
    if (started_ - done_ == 1) Work();
  }
  int done() const { return done_; }

 private:
  void Work() {
    kernel::OutsideSchedule(kernel::Now() + 5 * kernel::kMicrosecond, "job done", 0, &Finish, this);
  }
  static void Finish(void* device) {
    auto* self = static_cast<Device*>(device);
    ++self->done_;
    if (self->started_ > self->done_) self->Work();
    self->provider_->Raise();
  }

  FakeProvider* const provider_;
  int started_ = 0;
  int done_ = 0;
};

// One job of the device.
class Job : public IOCommand {
  OSDeclareDefaultStructors(Job)
 public:
  UInt32 number;
  Job* next;  // on the device
};
OSDefineMetaClassAndStructors(Job, IOCommand)

// Its client sleeps in the gate until there is something to take.
class ResultQueue : public IOSharedDataQueue {
  OSDeclareDefaultStructors(ResultQueue)
 public:
  IOCommandGate* gate;

 protected:
  void sendDataAvailableNotification() override { gate->commandWakeup(this); }
};
OSDefineMetaClassAndStructors(ResultQueue, IOSharedDataQueue)

class DataPathDriver : public TestOwner {
  OSDeclareDefaultStructors(DataPathDriver)

 public:
  void Start(FakeProvider* provider, Device* device) {
    EXPECT_TRUE(init());
    device_ = device;
    loop_ = IOWorkLoop::workLoop();
    gate_ = IOCommandGate::commandGate(this);
    source_ = IOFilterInterruptEventSource::filterInterruptEventSource(this, &Occurred, &Filter,
                                                                       provider->service());
    loop_->addEventSource(gate_);
    loop_->addEventSource(source_);
    pool_ = IOCommandPool::withWorkLoop(loop_);
    for (int i = 0; i < kCommands; ++i) {
      auto* job = new Job;
      job->init();
      pool_->returnCommand(job);
    }
    results_ = new ResultQueue;
    results_->gate = gate_;
    EXPECT_TRUE(results_->initWithEntries(2, sizeof(UInt32)));
    source_->enable();
  }

  void Stop() {
    loop_->removeEventSource(source_);
    loop_->removeEventSource(gate_);
    for (int i = 0; i < kCommands; ++i) pool_->getCommand()->release();
    EXPECT_EQ(pool_->getCommand(false), nullptr);
    pool_->release();
    source_->release();
    results_->release();
    gate_->release();
    ReleaseAndJoin(loop_);
  }

  // Waits until the device may have one job more.
  void Submit(UInt32 number) {
    auto* job = static_cast<Job*>(pool_->getCommand());
    job->number = number;
    job->next = nullptr;
    RunIn(gate_, [&] {
      Job** place = &jobs_;
      while (*place != nullptr) place = &(*place)->next;
      *place = job;
      device_->Start();
      return kIOReturnSuccess;
    });
  }

  // Waits for the number of the next job that is done.
  UInt32 Take() {
    UInt32 number = 0;
    RunIn(gate_, [&] {
      UInt32 size = sizeof number;
      while (!results_->dequeue(&number, &size)) gate_->commandSleep(results_, THREAD_UNINT);
      HandOver();  // there is room now
      return kIOReturnSuccess;
    });
    return number;
  }

 private:
  static bool Filter(OSObject* owner, IOFilterInterruptEventSource*) {
    auto* self = static_cast<DataPathDriver*>(owner);
    const int done = self->device_->done();
    for (; self->seen_ < done; ++self->seen_) EXPECT_TRUE(self->done_.Push(self->seen_));
    return true;
  }

  static void Occurred(OSObject* owner, IOInterruptEventSource*, int) {
    static_cast<DataPathDriver*>(owner)->HandOver();
  }

  // In the gate: as many results as fit go to the client, and their commands back to the pool.
  void HandOver() {
    for (;;) {
      int index;
      if (!has_done_ && !done_.Pop(&index)) return;
      has_done_ = true;
      Job* job = jobs_;
      if (!results_->enqueue(&job->number, sizeof job->number)) return;
      has_done_ = false;
      jobs_ = job->next;
      pool_->returnCommand(job);
    }
  }

  Device* device_;
  IOWorkLoop* loop_;
  IOCommandGate* gate_;
  IOFilterInterruptEventSource* source_;
  IOCommandPool* pool_;
  ResultQueue* results_;
  SpscQueue<int, 4> done_;  // from the filter to the gate
  int seen_;                // by the filter
  Job* jobs_;               // on the device, or done and not handed over
  bool has_done_;           // one has been taken from done_ and not been handed over
};
OSDefineMetaClassAndStructors(DataPathDriver, TestOwner)

DRYDOCK_TEST(DataPath, EveryJobComesBackOnceInOrder) {
  constexpr UInt32 kJobs = 12;
  FakeProvider provider(kIOInterruptTypeEdge);
  Device device(&provider);
  auto* driver = new DataPathDriver;
  driver->Start(&provider, &device);
  kernel::Thread* submitter = StartClient([&] {
    for (UInt32 job = 0; job < kJobs; ++job) driver->Submit(100 + job);
  });
  for (UInt32 job = 0; job < kJobs; ++job) EXPECT_EQ(driver->Take(), 100 + job);
  kernel::ThreadJoin(submitter);
  driver->Stop();
  driver->release();
}

}  // namespace
}  // namespace drydock
