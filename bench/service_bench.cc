// Google benchmarks of the driver layers: what a device costs on the host from boot to shutdown
// (plug, match, read, unplug, teardown), and what a call of a user client costs.
#include <IOKit/usb/IOUSBHostDevice.h>

#include "benchmark/benchmark.h"
#include "drivers/client/IOKitLib.h"
#include "drivers/client/user_task.h"
#include "drivers/samples/StreamUserClient.h"
#include "drivers/samples/stream_service.h"
#include "drivers/service/owned.h"
#include "drivers/service/platform.h"
#include "drivers/usb/usb_controller.h"
#include "explore/random_walk.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/simulation.h"

namespace drydock {
namespace {

void BootAndShutdown() {
  BootPlatform();
  ShutdownPlatform();
}

UsbDeviceModel SerialAdapter() {
  UsbDeviceModel model;
  model.vendor_id = 4617;
  model.product_id = 1;
  model.endpoints = {{.address = 0x81}, {.address = 0x02}};
  return model;
}

// The stream service of the device on port 0, once it has matched. The caller owns the reference.
OSSharedPtr<StreamService> WaitForStream(DrydockUSBController* usb) {
  for (;;) {
    kernel::Sleep(100 * kernel::kMicrosecond);
    const auto device = Owned(usb->copyDevice(0));
    IOService* interface = device != nullptr ? device->getClient() : nullptr;
    StreamService* stream =
        interface != nullptr ? OSDynamicCast(StreamService, interface->getClient()) : nullptr;
    if (stream != nullptr && (stream->getState() & kIOServiceMatchedState) != 0) {
      return OSSharedPtr<StreamService>(stream, OSRetain);
    }
  }
}

void PullDuringRead() {
  static const UsbDeviceModel* const model = new UsbDeviceModel(SerialAdapter());
  IOService* platform = BootPlatform();
  {
    const auto usb = Owned(DrydockUSBController::withOptions({}));
    usb->attach(platform);
    usb->start(platform);
    usb->Plug(0, model);
    const auto stream = WaitForStream(usb.get());
    stream->acquireStream();
    kernel::Thread* reader =
        kernel::ThreadStart({.name = "reader", .priority = BASEPRI_DEFAULT}, [&] {
          char bytes[64];
          IOByteCount count;
          if (stream->readStream(bytes, sizeof(bytes), &count) != kIOReturnOffline) {
            kernel::Panic("the read did not end with kIOReturnOffline");
          }
        });
    kernel::Sleep(kernel::kMillisecond);
    usb->Unplug(0);
    kernel::ThreadJoin(reader);
    stream->releaseStream();
    kernel::Sleep(kernel::kMillisecond);
  }
  ShutdownPlatform();
  if (!LiveObjects().empty()) kernel::Panic("an object leaked");
}

constexpr int kCalls = 1000;

// A program calls a user client whose method locks a mutex and unlocks it.
void CallUserClient() {
  static const UsbDeviceModel* const model = new UsbDeviceModel(SerialAdapter());
  IOService* platform = BootPlatform();
  {
    const auto usb = Owned(DrydockUSBController::withOptions({}));
    usb->attach(platform);
    usb->start(platform);
    usb->Plug(0, model);
    WaitForStream(usb.get());
    UserTask program({.name = "program"});
    program.Run([] {
      const io_service_t service =
          IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("StreamService"));
      io_connect_t connection = IO_OBJECT_NULL;
      IOServiceOpen(service, mach_task_self(), 0, &connection);
      for (int i = 0; i < kCalls; ++i) {
        if (IOConnectCallScalarMethod(connection, kStreamRelease, nullptr, 0, nullptr, nullptr) !=
            kIOReturnSuccess) {
          kernel::Panic("a call failed");
        }
      }
    });
  }
  ShutdownPlatform();
}

void Runs(benchmark::State& state, Strategy* strategy, void (*body)()) {
  uint64_t questions = 0;
  for (auto _ : state) {
    const Outcome outcome = Simulation({}, strategy).Run(body);
    if (!outcome.ok()) state.SkipWithError(outcome.text.c_str());
    questions += outcome.schedule.questions();
  }
  state.counters["questions"] =
      static_cast<double>(questions) / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations());
}

void BM_BootAndShutdown(benchmark::State& state) {
  TimedStrategy timed;
  Runs(state, &timed, &BootAndShutdown);
}
BENCHMARK(BM_BootAndShutdown);

void BM_PullDuringRead(benchmark::State& state) {
  TimedStrategy timed;
  Runs(state, &timed, &PullDuringRead);
}
BENCHMARK(BM_PullDuringRead);

// Items are calls.
void BM_UserClientCalls(benchmark::State& state) {
  TimedStrategy timed;
  Runs(state, &timed, &CallUserClient);
  state.SetItemsProcessed(state.iterations() * kCalls);
}
BENCHMARK(BM_UserClientCalls);

void BM_PullDuringReadRandomWalk(benchmark::State& state) {
  RandomWalk random(1);
  Runs(state, &random, &PullDuringRead);
}
BENCHMARK(BM_PullDuringReadRandomWalk);

}  // namespace
}  // namespace drydock
