// cli/arguments.h
//
// What stands on the command line after a command's name: one FILE and options in any order,
// "--name value" or "--name=value". Options of one letter are written the old way: "-w 80", "-w80",
// and those without a value together, "-lw80".
#ifndef DRYDOCK_CLI_ARGUMENTS_H_
#define DRYDOCK_CLI_ARGUMENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "explore/explorer.h"

namespace drydock::cli {

class Arguments {
 public:
  // An option and where its value goes; or, if it has none, that it was given.
  struct Option {
    const char* name;  // without dashes
    absl::optional<std::string>* value;
    bool* given = nullptr;
  };

  // Fills `file` and the options' values. InvalidArgument with one line if something is not
  // allowed or the file is missing.
  static absl::Status Parse(absl::Span<const std::string> arguments,
                            const std::vector<Option>& options, std::string* file);
  // The same for one or more files.
  static absl::Status Parse(absl::Span<const std::string> arguments,
                            const std::vector<Option>& options, std::vector<std::string>* files);

  // An option's name with its dashes.
  static std::string Spelled(absl::string_view name);

 private:
  static absl::Status Unknown(absl::string_view option, const std::vector<Option>& options);
};

// "text" or "json"; `*json` says which. Nothing given is text.
absl::Status ParseFormat(const absl::optional<std::string>& text, bool* json);

// "2/8", the second of eight shards.
absl::Status ParseShard(const absl::optional<std::string>& text, Shard* shard);

// A whole number from `least` up. `name` is the option's.
absl::Status ParseNumber(absl::string_view name, const absl::optional<std::string>& text,
                         uint64_t least, uint64_t* number);

// The file a path names: relative ones start where the user stands, also under `bazel run`.
std::string ResolvePath(const std::string& path);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_ARGUMENTS_H_
