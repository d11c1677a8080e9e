// Completes an event with where and when it happens.
#include "scheduler/sim/context.h"

#include <utility>

namespace drydock::sim {

void Context::Emit(trace::Event event) const {
  event.time_ns = Now();
  event.context = cpu_ == nullptr      ? trace::Context::kOutside
                  : cpu_->in_interrupt ? trace::Context::kInterrupt
                                       : trace::Context::kThread;
  if (cpu_ != nullptr && event.kind != trace::EventKind::kThreadRun) {
    event.cpu = static_cast<uint8_t>(cpu_->index);
  }
  if (self_ != nullptr) {
    event.thread = self_->id;
    if (!cpu_->in_interrupt) event.priority = static_cast<uint8_t>(self_->priority);
  }
  const void* const outer = std::exchange(event_frame_, __builtin_frame_address(0));
  trace::Publish(event);
  event_frame_ = outer;
}

}  // namespace drydock::sim
