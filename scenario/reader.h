// scenario/reader.h
//
// Reads scenario files. What reads which part of one is in scenario/reader/.
#ifndef DRYDOCK_SCENARIO_READER_H_
#define DRYDOCK_SCENARIO_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scenario/scenario.h"

namespace drydock {

// Parses and checks the text of a scenario. Errors are InvalidArgument with one line,
// "file:line:column: what is wrong, what is allowed"; `file` only names the text there. `drivers`
// are the classes a device may name as its driver.
absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view file,
                                       const std::vector<std::string>& drivers);

// The same with the contents of the file at `path`, called `file` in errors.
absl::StatusOr<Scenario> ReadScenario(const std::string& path, absl::string_view file,
                                      const std::vector<std::string>& drivers);

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_READER_H_
