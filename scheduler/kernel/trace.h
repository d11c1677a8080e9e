// scheduler/kernel/trace.h
//
// How the layers above the machine put events on the stream.
#ifndef DRYDOCK_SCHEDULER_KERNEL_TRACE_H_
#define DRYDOCK_SCHEDULER_KERNEL_TRACE_H_

#include "scheduler/kernel/types.h"
#include "trace/event.h"
#include "trace/names.h"
#include "trace/observer.h"

namespace drydock::kernel {

namespace internal {
// Fills in time, CPU, context, thread and priority, and publishes.
void TraceSlow(trace::Event event);
}  // namespace internal

// Publishes an event of the calling context. `name` and `detail` must be interned or string
// literals.
inline void Trace(trace::EventKind kind, ObjectId object, uint32_t other = 0, uint64_t value = 0,
                  const char* name = "", const char* detail = "") {
  if (!trace::Observed(kind)) return;
  trace::Event event;
  event.kind = kind;
  event.object = object;
  event.other = other;
  event.value = value;
  event.name = name;
  event.detail = detail;
  internal::TraceSlow(event);
}

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_TRACE_H_
