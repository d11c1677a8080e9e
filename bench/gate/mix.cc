// The load on a work loop: clients, an interrupt line raised by the outside world, a timer source.
#include "bench/gate/mix.h"

#include <atomic>
#include <vector>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOInterruptEventSource.h>
#include <IOKit/IOTimerEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/outside.h"
#include "scheduler/kernel/thread.h"

namespace drydock::bench {

class MixOwner : public OSObject {
  OSDeclareDefaultStructors(MixOwner)

 public:
  struct Load {
    explicit Load(const MixOptions& o) : options(o) {}
    const MixOptions& options;
    MixResult result;
    kernel::Time end = 0;
    IOInterruptEventSource* interrupts = nullptr;
    IOTimerEventSource* timer = nullptr;
    std::atomic<kernel::Time> raised{0};
    kernel::Time deadline = 0;
  };
  Load* load;
};

OSDefineMetaClassAndStructors(MixOwner, OSObject)

namespace {

constexpr int kLine = 7;
constexpr kernel::Time kInterruptEvery = 50 * kernel::kMicrosecond;
constexpr UInt32 kTimerEveryUs = 100;

MixOwner::Load* LoadOf(OSObject* owner) { return static_cast<MixOwner*>(owner)->load; }

IOReturn Act(OSObject* owner, void*, void*, void*, void*) {
  if (const kernel::Time hold = LoadOf(owner)->options.hold_ns; hold > 0) kernel::Delay(hold);
  return kIOReturnSuccess;
}

void Handle(void* load, int) {
  static_cast<MixOwner::Load*>(load)->interrupts->interruptOccurred(nullptr, nullptr, 0);
}

void Interrupted(OSObject* owner, IOInterruptEventSource*, int) {
  MixOwner::Load* load = LoadOf(owner);
  load->result.interrupts.Add(kernel::Now() - load->raised.load());
}

void Expired(OSObject* owner, IOTimerEventSource* timer) {
  MixOwner::Load* load = LoadOf(owner);
  const kernel::Time now = kernel::Now();
  load->result.timers.Add(now - load->deadline);
  load->deadline = now + kTimerEveryUs * kernel::kMicrosecond;
  if (now < load->end) timer->wakeAtTime(load->deadline);
}

// In the outside world.
void Raise(void* context) {
  auto* load = static_cast<MixOwner::Load*>(context);
  const kernel::Time now = kernel::Now();
  if (now >= load->end) return;
  load->raised.store(now);
  kernel::InterruptRaise(kLine);
  kernel::OutsideSchedule(now + kInterruptEvery, "interrupt", 0, &Raise, context);
}

}  // namespace

std::string MixName(const MixOptions& options) {
  if (options.interrupts && options.timers) return "actions, interrupts and timers";
  if (options.interrupts) return "actions and interrupts";
  if (options.timers) return "actions and timers";
  return "actions";
}

trace::Json ToJson(const MixResult& result) {
  trace::Json json = ToJson(result.calls);
  const auto add = [&json](const char* what, const Histogram& latency) {
    if (latency.count() == 0) return;
    json[what] = {{"count", latency.count()},
                  {"p50_ns", latency.Permille(500)},
                  {"p99_ns", latency.Permille(990)},
                  {"longest_ns", latency.longest()}};
  };
  add("interrupts", result.interrupts);
  add("timers", result.timers);
  return json;
}

MixResult RunMix(const MixOptions& options) {
  MixOwner::Load load(options);
  auto* owner = new MixOwner;
  owner->load = &load;
  IOWorkLoop* loop = IOWorkLoop::workLoop();
  kernel::Thread* const loop_thread = loop->getThread();
  IOCommandGate* gate = IOCommandGate::commandGate(owner);
  loop->addEventSource(gate);
  load.end = kernel::Now() + options.duration_ns;
  if (options.interrupts) {
    load.interrupts = IOInterruptEventSource::interruptEventSource(owner, &Interrupted);
    loop->addEventSource(load.interrupts);
    load.interrupts->enable();
    kernel::InterruptInstall(kLine, kernel::Trigger::kEdge, &Handle, &load);
    kernel::InterruptUnmask(kLine);
    kernel::OutsideSchedule(kernel::Now(), "interrupt", 0, &Raise, &load);
  }
  if (options.timers) {
    load.timer = IOTimerEventSource::timerEventSource(owner, &Expired);
    loop->addEventSource(load.timer);
    load.deadline = kernel::Now() + kTimerEveryUs * kernel::kMicrosecond;
    load.timer->wakeAtTime(load.deadline);
  }

  struct Client {
    kernel::Thread* thread = nullptr;
    uint64_t calls = 0;
    Histogram latency;
  };
  std::vector<Client> clients(static_cast<size_t>(options.threads));
  const kernel::Time began = kernel::Now();
  for (Client& client : clients) {
    client.thread = kernel::ThreadStart({.name = "client", .priority = 31}, [&] {
      for (kernel::Time now = kernel::Now(); now < load.end;) {
        gate->runAction(&Act);
        const kernel::Time after = kernel::Now();
        const kernel::Time took = after - now;
        client.latency.Add(took - std::min(took, options.hold_ns));
        ++client.calls;
        now = after;
      }
    });
  }
  std::vector<uint64_t> shares;
  uint64_t calls = 0;
  for (Client& client : clients) {
    kernel::ThreadJoin(client.thread);
    shares.push_back(client.calls);
    calls += client.calls;
    load.result.calls.latency.Add(client.latency);
  }
  const kernel::Time took = kernel::Now() - began;
  // The last interrupts and expiries are over by then.
  kernel::Sleep(2 * kernel::kMillisecond);
  if (options.interrupts) {
    kernel::InterruptInstall(kLine, kernel::Trigger::kEdge, nullptr, nullptr);
    loop->removeEventSource(load.interrupts);
    load.interrupts->release();
  }
  if (options.timers) {
    load.timer->cancelTimeout();
    loop->removeEventSource(load.timer);
    load.timer->release();
  }
  loop->removeEventSource(gate);
  gate->release();
  loop->release();
  kernel::ThreadJoin(loop_thread);
  owner->release();

  Contention& calls_result = load.result.calls;
  calls_result.what = MixName(options);
  calls_result.threads = options.threads;
  calls_result.hold_ns = options.hold_ns;
  calls_result.per_second = static_cast<double>(calls) * 1e9 / static_cast<double>(took);
  calls_result.fairness = JainIndex(shares);
  return load.result;
}

}  // namespace drydock::bench
