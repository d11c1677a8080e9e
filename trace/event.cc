// The names of the kinds of events, and of what their values stand for.
#include "trace/event.h"

#include "trace/event_values.h"

namespace drydock::trace {

const char* EventKindName(EventKind kind) {
  switch (kind) {
#define DRYDOCK_EVENT_NAME(enumerator, name) \
  case EventKind::enumerator:                \
    return name;
    DRYDOCK_EVENT_KINDS(DRYDOCK_EVENT_NAME)
#undef DRYDOCK_EVENT_NAME
  }
  return "?";
}

const char* LockModeName(LockMode mode) {
  switch (mode) {
    case LockMode::kMutex:
      return "mutex";
    case LockMode::kSpin:
      return "spin";
    case LockMode::kShared:
      return "shared";
    case LockMode::kExclusive:
      return "exclusive";
    case LockMode::kInner:
      return "inner";
  }
  return "?";
}

}  // namespace drydock::trace
