#include <fstream>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/report.h"

namespace drydock::cli {
namespace {

// Adds what a shard found to what others did.
void Merge(const trace::Json& shard, trace::Json* all) {
  for (const char* count : {"schedules", "distinct", "failed"}) {
    (*all)[count] = (*all)[count].get<uint64_t>() + shard.at(count).get<uint64_t>();
  }
  (*all)["pairs"] = std::max((*all)["pairs"].get<uint64_t>(), shard.at("pairs").get<uint64_t>());
  if (shard.at("exhausted") == "") (*all)["exhausted"] = "";
  for (const trace::Json& failure : shard.at("failures")) {
    bool known = false;
    for (trace::Json& other : (*all)["failures"]) {
      if (other.at("failure") != failure.at("failure")) continue;
      known = true;
      const uint64_t runs = other.at("runs").get<uint64_t>() + failure.at("runs").get<uint64_t>();
      if (failure.at("switches") < other.at("switches")) other = failure;
      other["runs"] = runs;
    }
    if (!known) (*all)["failures"].push_back(failure);
  }
}

int RunMerge(absl::Span<const std::string> arguments, Console* console) {
  absl::optional<std::string> format_text;
  std::vector<std::string> files;
  bool json = false;
  absl::Status status = Arguments::Parse(arguments, {{"format", &format_text}}, &files);
  if (status.ok()) status = ParseFormat(format_text, &json);
  if (status.ok() && files.empty()) {
    status = absl::InvalidArgumentError(
        "no FILE is given; it needs what explore --shard I/N --format json wrote");
  }
  if (!status.ok()) return BadInput("merge", status.message(), console);

  trace::Json all;
  std::map<uint64_t, std::string> shards;  // which file has which
  for (const std::string& file : files) {
    std::ifstream in(ResolvePath(file));
    if (!in) return BadInput("merge", absl::StrCat(file, ": cannot be read"), console);
    const trace::Json shard = trace::Json::parse(in, nullptr, /*allow_exceptions=*/false);
    try {
      if (all.is_null()) {
        all = shard;
        all["failures"] = trace::Json::array();
        for (const char* count : {"schedules", "distinct", "failed"}) all[count] = 0;
        all.erase("shard");
      }
      for (const char* same : {"scenario", "strategy", "shards"}) {
        if (all.at(same) != shard.at(same)) {
          return BadInput("merge",
                          absl::StrCat(file, ": is of ", same, " ", shard.at(same).dump(),
                                       ", the first of ", all.at(same).dump()),
                          console);
        }
      }
      const auto [other, added] = shards.emplace(shard.at("shard").get<uint64_t>(), file);
      if (!added) {
        return BadInput("merge",
                        absl::StrCat(file, ": is shard ", other->first, ", as is ", other->second),
                        console);
      }
      Merge(shard, &all);
    } catch (const trace::Json::exception&) {
      return BadInput("merge", absl::StrCat(file, ": is not what explore --format json writes"),
                      console);
    }
  }
  const uint64_t missing = all["shards"].get<uint64_t>() - shards.size();
  if (missing > 0) all["exhausted"] = "";

  const bool failed = all["failed"].get<uint64_t>() > 0;
  if (json) {
    WriteJson(all, console->out);
    return failed ? kFailed : kHeld;
  }
  const auto text = [&all](const char* name) { return all[name].get<std::string>(); };
  console->out << text("scenario") << ": " << all["schedules"] << " schedules of "
               << text("strategy") << " in " << shards.size() << " of " << all["shards"]
               << " shards: "
               << (failed ? absl::StrCat(all["failed"].get<uint64_t>(), " failed") : "all held")
               << "\n";
  if (!text("exhausted").empty()) {
    console->out << "nothing is left to try: " << text("exhausted") << "\n";
  }
  for (const trace::Json& failure : all["failures"]) {
    console->out << "\n"
                 << failure["failure"].get<std::string>() << "\n  in " << failure["runs"] << " of "
                 << all["schedules"] << " schedules, with " << failure["switches"]
                 << " forced switches at least\nreplay: " << console->program << " replay "
                 << text("scenario") << " --schedule " << failure["schedule"].get<std::string>()
                 << "\n";
  }
  return failed ? kFailed : kHeld;
}

}  // namespace

const Command kMerge = {
    "merge", "FILE... [--format text|json]", "puts together what the shards of a search have found",
    "Reads what explore --shard I/N --format json wrote for several I of one search, and prints\n"
    "what the whole search found, each failure once.\n"
    "\n"
    "Exit code: 0 if everything held, 1 if something failed, 2 if the input is bad.\n",
    &RunMerge};

}  // namespace drydock::cli
