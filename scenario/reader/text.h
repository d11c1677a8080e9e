// scenario/reader/text.h
//
// Parses the text of a scenario: UTF-8, in the protocol buffer text format.
#ifndef DRYDOCK_SCENARIO_READER_TEXT_H_
#define DRYDOCK_SCENARIO_READER_TEXT_H_

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Fills `proto`, and `tree` with the positions of its fields. Returns the first error, if there is
// one.
absl::optional<Problem> ParseText(absl::string_view text, ScenarioProto* proto, Tree* tree);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_TEXT_H_
