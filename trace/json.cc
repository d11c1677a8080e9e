// Events as JSON.
#include "trace/json.h"

#include "trace/event_values.h"

namespace drydock::trace {

Json EventToJson(const Event& event, const EventWords& words) {
  Json json;
  json["time_ns"] = event.time_ns;
  json["kind"] = EventKindName(event.kind);
  if (event.context == Context::kOutside) {
    json["context"] = "outside";
  } else {
    json["cpu"] = event.cpu;
    json["context"] = event.context == Context::kInterrupt ? "interrupt" : "thread";
  }
  if (event.thread != 0) json["thread"] = event.thread;
  if (event.context == Context::kThread) {
    json["priority"] = event.priority;
    json["band"] = words.band(event.priority);
  }
  if (event.object != 0) json["object"] = event.object;
  if (event.kind == EventKind::kIoComplete || event.kind == EventKind::kClientReturn) {
    json["status"] = words.status(event.other);
  } else if (event.other != 0) {
    json["other"] = event.other;
  }
  if (event.kind == EventKind::kLockAcquire || event.kind == EventKind::kLockRelease) {
    json["mode"] = LockModeName(LockModeOf(event));
    if (LockWasTried(event)) json["tried"] = true;
  } else if (event.value != 0) {
    json["value"] = event.value;
  }
  if (*event.name != '\0') json["name"] = event.name;
  if (*event.detail != '\0') json["detail"] = event.detail;
  return json;
}

}  // namespace drydock::trace
