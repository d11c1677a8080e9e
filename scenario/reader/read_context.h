// scenario/reader/read_context.h
//
// Shared by the readers of all parts: the scenario as read so far, the first error, and the checks
// of values that are used everywhere.
#ifndef DRYDOCK_SCENARIO_READER_READ_CONTEXT_H_
#define DRYDOCK_SCENARIO_READER_READ_CONTEXT_H_

#include <string>
#include <utility>
#include <vector>

#include <IOKit/IOReturn.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.h"
#include "scheduler/kernel/types.h"

namespace drydock::reader {

// Keeps the first error only. After an error the readers go on with allowed values, and the caller
// drops the result.
class ReadContext {
 public:
  // Both arguments must outlive the context.
  ReadContext(const std::vector<std::string>& drivers, Scenario* scenario)
      : drivers_(drivers), scenario_(*scenario) {}

  void Fail(SourceLocation location, std::string text) {
    if (!failed_) problem_ = {location, std::move(text)};
    failed_ = true;
  }
  bool failed() const { return failed_; }
  const Problem& problem() const { return problem_; }

  // Each of the following checks a value and returns its meaning. For a value that is not allowed
  // it calls Fail() and returns an allowed one. `what` is the name of the field, or of the kind of
  // thing, in the message.

  template <typename Int>
  Int Within(SourceLocation location, absl::string_view what, Int value, Int least, Int most) {
    if (value >= least && value <= most) return value;
    Fail(location, absl::StrCat(what, " is ", value, "; allowed is ", least, " to ", most));
    return least;
  }
  // A name that is not empty and not in `taken`.
  std::string Name(SourceLocation location, absl::string_view what, const std::string& name,
                   const std::vector<std::string>& taken);
  // The index of a name in `known`.
  size_t Find(SourceLocation location, absl::string_view what, const std::string& name,
              const std::vector<std::string>& known);
  kernel::Time Time(SourceLocation location, absl::string_view what, const std::string& text);
  IOReturn Code(SourceLocation location, const std::string& name);

  // The scenario as read so far.
  Scenario& scenario() { return scenario_; }

  // Names of its parts, by index.
  std::vector<std::string> ControllerNames() const;
  std::vector<std::string> DeviceNames() const;
  std::vector<std::string> InterruptNames() const;
  std::vector<std::string> LockNames() const;
  std::vector<std::string> ThreadNames() const;

  // The classes that a device may name as its driver.
  const std::vector<std::string>& drivers() const { return drivers_; }

 private:
  const std::vector<std::string>& drivers_;
  Scenario& scenario_;
  bool failed_ = false;
  Problem problem_;
};

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_READ_CONTEXT_H_
