// The loop of a campaign.
#include "explore/campaign.h"

#include <algorithm>

#include "explore/coverage.h"
#include "explore/distinct.h"

namespace drydock {

CampaignResult RunCampaign(Explorer* explorer, const RunProgram& run,
                           const CampaignOptions& options) {
  CampaignResult result;
  DistinctCount distinct;
  Coverage coverage;
  while (result.runs < options.schedules && !options.stop(result)) {
    Strategy* strategy = explorer->Next();
    if (strategy == nullptr) {
      result.exhausted = explorer->Exhausted();
      break;
    }
    CoveredStrategy covered(strategy, &coverage);
    const RunResult ran = run(options.coverage ? &covered : strategy);
    if (explorer->IsAnothers()) {
      explorer->Finished(ran.schedule);
      continue;
    }
    ++result.runs;
    result.pairs = coverage.pairs();
    distinct.Add(ran.schedule.Digest());
    result.distinct = distinct.count();
    if (!ran.failure.empty()) {
      ++result.failed;
      auto known = std::find_if(result.failures.begin(), result.failures.end(),
                                [&](const Failure& other) { return other.failure == ran.failure; });
      if (known == result.failures.end()) {
        result.failures.push_back(
            {ran.failure, ran.schedule, explorer->Describe(), result.runs, 0});
        known = result.failures.end() - 1;
      }
      ++known->runs;
      if (options.stop_at_first) break;
    }
    explorer->Finished(ran.schedule);
  }
  return result;
}

}  // namespace drydock
