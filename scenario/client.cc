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

// How often an open looks for its driver.
constexpr kernel::Time kRetry = 100 * kernel::kMicrosecond;

}  // namespace

Client::Client(const Scenario::Thread& script, size_t index, std::vector<Actor>* actors,
               UsbBench* bench)
    : script_(script),
      actors_(*actors),
      actor_((*actors)[index]),
      bench_(*bench),
      results_(script.steps.size()) {
  uint32_t most = 0;
  for (const Scenario::Step& step : script.steps) most = std::max(most, step.bytes);
  buffer_.resize(most);
}

void Client::Start() {
  actor_.thread = kernel::ThreadStart({.name = script_.name, .priority = script_.priority}, [this] {
    actor_.thread = kernel::CurrentThread();  // it may run before Start knows
    Run();
  });
}

void Client::Run() {
  for (size_t i = 0; i < script_.steps.size(); ++i) Do(script_.steps[i], &results_[i]);
  // As when a process ends.
  if (stream_ != nullptr) Close();
  actor_.End();
}

void Client::Do(const Scenario::Step& step, Result* result) {
  actor_.Enter(step.verb);
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
    case Verb::kSleep:
      kernel::Sleep(step.duration_ns);
      break;
    case Verb::kWaitUntil:
      WaitUntil(step.state);
      break;
    case Verb::kPlug:
      bench_.Plug(step.device);
      break;
    case Verb::kUnplug:
      bench_.Unplug(step.device);
      break;
  }
  actor_.Leave();
  result->returned = true;
}

IOReturn Client::Open(const Scenario::Step& step) {
  kernel::Trace(EventKind::kClientCall, 0, 0, 0, "open", bench_.NameOf(step.device));
  if (stream_ != nullptr) Close();
  const kernel::Time deadline = kernel::SaturatingAdd(kernel::Now(), step.duration_ns);
  StreamService* stream = nullptr;
  for (;;) {
    stream = bench_.CopyStream(step.device);
    const kernel::Time now = kernel::Now();
    if (stream != nullptr || now >= deadline) break;
    kernel::Sleep(std::min(kRetry, deadline - now));
  }
  const trace::ObjectId id = ObjectIdOf(stream);
  const IOReturn code = stream != nullptr ? stream->acquireStream() : kIOReturnNotFound;
  kernel::Trace(EventKind::kClientReturn, id, static_cast<uint32_t>(code), 0, "open",
                bench_.NameOf(step.device));
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
  Actor* actor = &actors_[state.thread];
  waits_.push_back(std::make_unique<StateTrigger>(
      actor, state, /*at_end=*/true,
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
