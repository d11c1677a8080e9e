// scenario/reader.h
//
// Reads scenario files. scenario/reader/ has a file for each part of them.
#ifndef DRYDOCK_SCENARIO_READER_H_
#define DRYDOCK_SCENARIO_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scenario/scenario.h"

namespace drydock {

// Parses and checks the text of a scenario. An error is InvalidArgument with one line,
// "file:line:column: what is wrong, what is allowed", in which `file` names the text. `drivers` are
// the classes that a device may name as its driver (LinkedDrivers). Any context.
absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view file,
                                       const std::vector<std::string>& drivers);

// The same for the contents of the file at `path`; `file` names it in errors.
absl::StatusOr<Scenario> ReadScenario(const std::string& path, absl::string_view file,
                                      const std::vector<std::string>& drivers);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_READER_H_
