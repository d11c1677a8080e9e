// The steps of a scenario's thread.
#include "scenario/client.h"

#include <algorithm>

#include "libkern/object_id.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/trace.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"

namespace drydock {
namespace {

using Verb = Scenario::Verb;
using trace::EventKind;

// The interval at which an open looks for the device's driver.
constexpr kernel::Time kRetry = 100 * kernel::kMicrosecond;

uint32_t MostBytes(const std::vector<Scenario::Step>& steps) {
  uint32_t most = 0;
  for (const Scenario::Step& step : steps) {
    most = std::max({most, step.bytes, MostBytes(step.steps)});
  }
  return most;
}

}  // namespace

Client::Client(const Scenario::Thread& script, size_t index, std::vector<ScriptedThread>* threads,
               UsbFixture* usb, ScenarioFixture* fixture)
    : script_(script),
      threads_(*threads),
      self_((*threads)[index]),
      usb_(*usb),
      fixture_(*fixture),
      results_(script.steps.size()) {
  buffer_.resize(MostBytes(script.steps));
}

void Client::Start() {
  const kernel::ThreadOptions options = {.name = script_.name,
                                         .priority = script_.priority,
                                         .user = script_.user,
                                         .mode = script_.mode,
                                         .time_constraint = script_.time_constraint};
  self_.thread = kernel::ThreadStart(options, [this] {
    self_.thread = kernel::CurrentThread();  // the thread may run before ThreadStart returns
    Run();
  });
}

void Client::Run() {
  kernel::SetUserMode(script_.user);
  for (size_t i = 0; i < script_.steps.size(); ++i) Do(script_.steps[i], &results_[i]);
  // The end of a process closes what it has open.
  kernel::SetUserMode(false);
  if (stream_ != nullptr) Close();
  self_.End();
}

void Client::Do(const Scenario::Step& step, Result* result) {
  const Verb outer = self_.verb;
  self_.Enter(step.verb);
  // Every step except compute and repeat is a call into the kernel.
  const bool calls = step.verb != Verb::kCompute && step.verb != Verb::kRepeat;
  const bool user_mode = calls && kernel::SetUserMode(false);
  switch (step.verb) {
    case Verb::kNone:
      break;
    case Verb::kOpen:
      result->code = Open(step);
      break;
    case Verb::kRead:
    case Verb::kWrite:
      result->code = Transfer(step, &result->bytes);
      break;
    case Verb::kClose:
      result->code = Close();
      break;
    case Verb::kWaitUntil:
      WaitUntil(step.state);
      break;
    case Verb::kPlug:
      usb_.Plug(step.subject);
      break;
    case Verb::kUnplug:
      usb_.Unplug(step.subject);
      break;
    case Verb::kRepeat: {
      ++repeats_;
      const uint64_t rounds = ScenarioFixture::Repeat(step, [&] {
        for (const Scenario::Step& inner : step.steps) DoNested(inner);
      });
      if (--repeats_ == 0) rounds_ += rounds;
      break;
    }
    case Verb::kCompute:
    case Verb::kSleep:
    case Verb::kLock:
    case Verb::kUnlock:
    case Verb::kSignal:
    case Verb::kWait:
    case Verb::kGate:
    case Verb::kFunnel:
      fixture_.Do(step, [this](const Scenario::Step& inner) { DoNested(inner); });
      break;
  }
  if (user_mode) kernel::SetUserMode(true);
  self_.Leave(outer);
  result->returned = true;
}

// Results of steps within gates, funnels and repeats are not recorded: expectations cannot name
// them.
void Client::DoNested(const Scenario::Step& step) {
  Result result;
  Do(step, &result);
}

IOReturn Client::Open(const Scenario::Step& step) {
  kernel::Trace(EventKind::kClientCall, 0, 0, 0, "open", usb_.NameOf(step.subject));
  if (stream_ != nullptr) Close();
  const kernel::Time deadline = kernel::SaturatingAdd(kernel::Now(), step.duration_ns);
  StreamService* stream = nullptr;
  for (;;) {
    stream = usb_.CopyStream(step.subject);
    const kernel::Time now = kernel::Now();
    if (stream != nullptr || now >= deadline) break;
    kernel::Sleep(std::min(kRetry, deadline - now));
  }
  const trace::ObjectId id = ObjectIdOf(stream);
  const IOReturn code = stream != nullptr ? stream->acquireStream() : kIOReturnNotFound;
  kernel::Trace(EventKind::kClientReturn, id, static_cast<uint32_t>(code), 0, "open",
                usb_.NameOf(step.subject));
  if (code == kIOReturnSuccess) {
    stream_ = stream;
  } else if (stream != nullptr) {
    stream->release();
  }
  return code;
}

IOReturn Client::Transfer(const Scenario::Step& step, uint32_t* bytes) {
  const trace::ObjectId id = ObjectIdOf(stream_);
  const char* verb = VerbName(step.verb);
  kernel::Trace(EventKind::kClientCall, id, 0, step.bytes, verb);
  IOByteCount count = 0;
  IOReturn code = kIOReturnNotOpen;
  if (stream_ != nullptr && step.verb == Verb::kRead) {
    code = stream_->readStream(buffer_.data(), step.bytes, &count);
  } else if (stream_ != nullptr) {
    code = stream_->writeStream(buffer_.data(), step.bytes, &count);
  }
  *bytes = static_cast<uint32_t>(count);
  kernel::Trace(EventKind::kClientReturn, id, static_cast<uint32_t>(code), *bytes, verb);
  return code;
}

IOReturn Client::Close() {
  const trace::ObjectId id = ObjectIdOf(stream_);
  kernel::Trace(EventKind::kClientCall, id, 0, 0, "close");
  IOReturn code = kIOReturnNotOpen;
  if (stream_ != nullptr) {
    stream_->releaseStream();
    OSSafeReleaseNULL(stream_);
    code = kIOReturnSuccess;
  }
  kernel::Trace(EventKind::kClientReturn, id, static_cast<uint32_t>(code), 0, "close");
  return code;
}

void Client::WaitUntil(const Scenario::State& state) {
  ScriptedThread* thread = &threads_[state.thread];
  waits_.push_back(std::make_unique<StateTrigger>(
      thread, state, /*at_end=*/true,
      [](void* self) { kernel::ThreadWakeup(self, /*one_thread=*/false); }, this));
  StateTrigger* trigger = waits_.back().get();
  trigger->Watch();
  while (!trigger->fired()) {
    kernel::AssertWait(this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits until", trace::Intern(state.text), 0, nullptr});
    if (trigger->fired()) kernel::ThreadWakeupThread(this, kernel::CurrentThread());
    kernel::ThreadBlock();
  }
}

}  // namespace drydock
