// scenario/return_codes.h
//
// Names of IOReturn codes: from code to name and back.
#ifndef DRYDOCK_SCENARIO_RETURN_CODES_H_
#define DRYDOCK_SCENARIO_RETURN_CODES_H_

#include <string>

#include <IOKit/IOReturn.h>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace drydock {

// "kIOReturnOffline", or "0xe0001234" for a code without a name.
std::string ReturnCodeName(IOReturn code);

// The code of that name; none if <IOKit/IOReturn.h> has no such name.
absl::optional<IOReturn> ParseReturnCode(absl::string_view name);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_RETURN_CODES_H_
