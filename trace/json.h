// trace/json.h
//
// Events as JSON, for programs that read reports.
#ifndef DRYDOCK_TRACE_JSON_H_
#define DRYDOCK_TRACE_JSON_H_

#include <nlohmann/json.hpp>

#include "trace/event.h"
#include "trace/event_words.h"

namespace drydock::trace {

// Members keep the order in which they were added, so the same run gives the same bytes.
using Json = nlohmann::ordered_json;

// An event as an object. Fields that say nothing are left out.
Json EventToJson(const Event& event, const EventWords& words);

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_JSON_H_
