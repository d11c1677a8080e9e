// verify/judge.h
//
// Judges a recorded run (verify/trace_recorder.h) by the checkers that watched it: the same
// findings, the same verdicts. No run is in progress. Host context.
#ifndef DRYDOCK_VERIFY_JUDGE_H_
#define DRYDOCK_VERIFY_JUDGE_H_

#include <istream>
#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/run_end.h"
#include "verify/verdict.h"

namespace drydock::verify {

struct Judgement {
  RunEnd end;
  std::vector<Verdict> verdicts;  // none if the run's owner expected nothing

  // Whether nothing failed: no verdict, or without verdicts no finding and a quiet end.
  bool held() const;
};

// InvalidArgument with one line on what is wrong, if `in` is no recorded trace or is not whole.
absl::StatusOr<Judgement> Judge(std::istream* in);

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_JUDGE_H_
