// verify/trace_recorder.h
//
// Writes a run to a file, so that its checkers can judge it afterwards (verify/judge.h): the events
// that they are shown, with what they may ask of each (trace/facts.h), and what the run came to.
// The format: docs/trace_file.md.
#ifndef DRYDOCK_VERIFY_TRACE_RECORDER_H_
#define DRYDOCK_VERIFY_TRACE_RECORDER_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "trace/facts.h"
#include "trace/observer.h"
#include "verify/checker_set.h"
#include "verify/checks.h"
#include "verify/verdict.h"

namespace drydock::verify {

class TraceRecorder : public trace::Observer {
 public:
  // `out` is a binary stream and outlives this. Whether it took everything is the caller's to ask.
  explicit TraceRecorder(std::ostream* out) : out_(out) {}

  // What it has to be shown for `checkers` to judge the run again.
  static trace::EventKinds KindsFor(const CheckerSet& checkers);

  // Called by the Watch it is given to (WatchOptions::recorder), in this order.
  void Begin(const Checks& checks, const std::vector<TimeContract>& contracts);
  void OnEvent(const trace::Event& event) override;
  // Before checkers add to what the run came to.
  void End(const RunEnd& end);

  // What the run's owner thinks of it, last.
  void Add(const std::vector<Verdict>& verdicts);

 private:
  uint32_t TextNumber(const char* text);  // interned
  uint32_t StackNumber(trace::StackId stack);
  uint32_t StackNumber(const CallStack& stack);
  uint32_t PlaceNumber(const void* call);
  void AddMemory(const trace::Event& event);

  std::ostream* const out_;
  absl::flat_hash_map<const char*, uint32_t> texts_;
  absl::flat_hash_map<trace::StackId, uint32_t> stacks_;
  uint32_t stacks_written_ = 0;
  absl::flat_hash_map<const void*, uint32_t> places_;                 // calls
  absl::flat_hash_set<std::pair<trace::ObjectId, uint32_t>> memory_;  // location and byte
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_TRACE_RECORDER_H_
