// explore/campaign.h
//
// A campaign: many runs of one program under an explorer, and their results.
#ifndef DRYDOCK_EXPLORE_CAMPAIGN_H_
#define DRYDOCK_EXPLORE_CAMPAIGN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "explore/explorer.h"

namespace drydock {

// What one run came to.
struct RunResult {
  std::string failure;  // what went wrong, the same text whenever the same went wrong; or empty
  Schedule schedule;
};

// Makes one run of the program under a strategy.
using RunProgram = std::function<RunResult(Strategy*)>;

struct CampaignResult;

struct CampaignOptions {
  uint64_t schedules = 10'000;  // at most so many runs
  bool stop_at_first = true;    // failure
  bool coverage = false;        // is measured
  // Told before each run how far it is; true ends the campaign. For a limit in host time, Ctrl-C,
  // or a line on the terminal.
  std::function<bool(const CampaignResult&)> stop = [](const CampaignResult&) { return false; };
};

// A way the program failed: the first run of it, and how many there were.
struct Failure {
  std::string failure;
  Schedule schedule;
  std::string found_by;  // Explorer::Describe
  uint64_t run = 0;      // 1 is the campaign's first
  uint64_t runs = 0;     // that failed so
};

struct CampaignResult {
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t distinct = 0;          // schedules that differ (explore/distinct.h)
  uint64_t pairs = 0;             // of choice points, if coverage is measured (explore/coverage.h)
  std::vector<Failure> failures;  // in the order in which they were found
  std::string exhausted;          // Explorer::Exhausted, if there was nothing left to try
};

// Runs of other shards, made to learn from them, do not count.
CampaignResult RunCampaign(Explorer* explorer, const RunProgram& run,
                           const CampaignOptions& options);

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_CAMPAIGN_H_
