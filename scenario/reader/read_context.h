// scenario/reader/read_context.h
//
// A scenario in the making: what all who read parts of it share.
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

// Remembers the first problem. After it the readers go on with whatever they have; the result is
// then thrown away.
class ReadContext {
 public:
  // Both must outlive it.
  ReadContext(const std::vector<std::string>& drivers, Scenario* scenario)
      : drivers_(drivers), scenario_(*scenario) {}

  void Fail(SourceLocation location, std::string text) {
    if (!failed_) problem_ = {location, std::move(text)};
    failed_ = true;
  }
  bool failed() const { return failed_; }
  const Problem& problem() const { return problem_; }

  // What the parsed values mean. If they are not allowed, the reading fails and something allowed
  // comes back. `what` names the field, or the kind of thing, to the user.

  template <typename Int>
  Int Within(SourceLocation location, absl::string_view what, Int value, Int least, Int most) {
    if (value >= least && value <= most) return value;
    Fail(location, absl::StrCat(what, " is ", value, "; allowed is ", least, " to ", most));
    return least;
  }
  // A name that none of `taken` is.
  std::string Name(SourceLocation location, absl::string_view what, const std::string& name,
                   const std::vector<std::string>& taken);
  // The index of a name in `known`.
  size_t Find(SourceLocation location, absl::string_view what, const std::string& name,
              const std::vector<std::string>& known);
  kernel::Time Time(SourceLocation location, absl::string_view what, const std::string& text);
  IOReturn Code(SourceLocation location, const std::string& name);

  // What has been read so far.
  Scenario& scenario() { return scenario_; }

  // The names in it, in its order.
  std::vector<std::string> ControllerNames() const;
  std::vector<std::string> DeviceNames() const;
  std::vector<std::string> InterruptNames() const;
  std::vector<std::string> LockNames() const;
  std::vector<std::string> ThreadNames() const;

  // The classes a device may name as its driver.
  const std::vector<std::string>& drivers() const { return drivers_; }

 private:
  const std::vector<std::string>& drivers_;
  Scenario& scenario_;
  bool failed_ = false;
  Problem problem_;
};

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_READ_CONTEXT_H_
