// drydock merge: puts together what the shards of a search have found.
#include <fstream>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/options.h"
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

class MergeCommand final : public Command {
 public:
  explicit MergeCommand(CLI::App* program)
      : Command(program, "merge", "puts together what the shards of a search have found",
                "Reads what explore --shard I/N --format json wrote for several I of one search, "
                "and prints what the whole search found, each failure once.",
                kJudgingExitCodes) {
    app()
        ->add_option("FILE", files_, "what explore --shard I/N --format json wrote")
        ->type_name("FILE")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    AddFormat(app(), &json_);
  }

  int Run(Console* console) override {
    trace::Json all;
    std::map<uint64_t, std::string> shards;  // which file has which
    for (const std::string& file : files_) {
      std::ifstream in(ResolvePath(file));
      if (!in) return BadInput(absl::StrCat(file, ": cannot be read"), console);
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
            return BadInput(absl::StrCat(file, ": is of ", same, " ", shard.at(same).dump(),
                                         ", the first of ", all.at(same).dump()),
                            console);
          }
        }
        const auto [other, added] = shards.emplace(shard.at("shard").get<uint64_t>(), file);
        if (!added) {
          return BadInput(
              absl::StrCat(file, ": is shard ", other->first, ", as is ", other->second), console);
        }
        Merge(shard, &all);
      } catch (const trace::Json::exception&) {
        return BadInput(absl::StrCat(file, ": is not what explore --format json writes"), console);
      }
    }
    const uint64_t missing = all["shards"].get<uint64_t>() - shards.size();
    if (missing > 0) all["exhausted"] = "";

    const bool failed = all["failed"].get<uint64_t>() > 0;
    if (json_) {
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
                   << failure["failure"].get<std::string>() << "\n  in " << failure["runs"]
                   << " of " << all["schedules"] << " schedules, with " << failure["switches"]
                   << " forced switches at least\nreplay: " << console->program << " replay "
                   << text("scenario") << " --schedule " << failure["schedule"].get<std::string>()
                   << "\n";
    }
    return failed ? kFailed : kHeld;
  }

 private:
  std::vector<std::string> files_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> AddMerge(CLI::App* program) {
  return std::make_unique<MergeCommand>(program);
}

}  // namespace drydock::cli
