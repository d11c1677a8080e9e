// trace/names.h
//
// Interned names, so that an event can carry a plain pointer and an observer may keep it.
#ifndef DRYDOCK_TRACE_NAMES_H_
#define DRYDOCK_TRACE_NAMES_H_

#include "absl/strings/string_view.h"

namespace drydock::trace {

// The one copy of `text`, NUL-terminated, valid for the life of the process. Equal texts give equal
// pointers. The table only grows; names are few and recur from run to run, so a campaign of runs
// reaches a steady state.
const char* Intern(absl::string_view text);

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_NAMES_H_
