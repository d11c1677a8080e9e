// The stream of a thread that has entered none: the thread's id.
#include "runner/stream.h"

#include "scheduler/kernel/thread.h"

namespace drydock {

uint32_t internal::OwnStream(kernel::ThreadLocals* locals) {
  const kernel::ThreadId id = kernel::ThreadIdOf(kernel::CurrentThread());
  locals->stream = static_cast<uint32_t>(id) & ~StreamId::kNamed;
  return locals->stream;
}

}  // namespace drydock
