// Checks of names, times and return codes, with their error messages.
#include "scenario/reader/read_context.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "scenario/duration.h"
#include "scenario/return_codes.h"

namespace drydock::reader {
namespace {

template <typename Thing>
std::vector<std::string> NamesOf(const std::vector<Thing>& things) {
  std::vector<std::string> names;
  for (const Thing& thing : things) names.push_back(thing.name);
  return names;
}

}  // namespace

std::string ReadContext::Name(SourceLocation location, absl::string_view what,
                              const std::string& name, const std::vector<std::string>& taken) {
  if (name.empty()) Fail(location, absl::StrCat("a ", what, " without a name; give it a name"));
  for (const std::string& other : taken) {
    if (other == name) {
      Fail(location, absl::StrCat("a second ", what, " called \"", name, "\"; names must differ"));
    }
  }
  return name;
}

size_t ReadContext::Find(SourceLocation location, absl::string_view what, const std::string& name,
                         const std::vector<std::string>& known) {
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i] == name) return i;
  }
  Fail(location,
       absl::StrCat(name.empty() ? absl::StrCat("no ", what, " is given")
                                 : absl::StrCat("unknown ", what, " \"", name, "\""),
                    "; ",
                    known.empty() ? "the scenario has none"
                                  : absl::StrCat("allowed is ", absl::StrJoin(known, ", "))));
  return 0;
}

kernel::Time ReadContext::Time(SourceLocation location, absl::string_view what,
                               const std::string& text) {
  const absl::StatusOr<kernel::Time> time = ParseDuration(text);
  if (time.ok()) return *time;
  Fail(location, absl::StrCat(what, " \"", text, "\" ", time.status().message()));
  return 0;
}

IOReturn ReadContext::Code(SourceLocation location, const std::string& name) {
  const absl::optional<IOReturn> code = ParseReturnCode(name);
  if (!code.has_value()) {
    Fail(location, absl::StrCat("unknown return code \"", name,
                                "\"; allowed are the names of <IOKit/IOReturn.h>, such as "
                                "kIOReturnOffline"));
    return kIOReturnError;
  }
  return *code;
}

std::vector<std::string> ReadContext::ControllerNames() const {
  return NamesOf(scenario_.controllers);
}

std::vector<std::string> ReadContext::DeviceNames() const {
  std::vector<std::string> names;
  for (const Scenario::Device& device : scenario_.devices) names.push_back(device.model.name);
  return names;
}

std::vector<std::string> ReadContext::InterruptNames() const {
  return NamesOf(scenario_.interrupts);
}

std::vector<std::string> ReadContext::LockNames() const { return NamesOf(scenario_.locks); }

std::vector<std::string> ReadContext::ThreadNames() const { return NamesOf(scenario_.threads); }

}  // namespace drydock::reader
