#include "trace/event.h"

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

}  // namespace drydock::trace
