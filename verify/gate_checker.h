// verify/gate_checker.h
//
// Checks the promise of a work loop from the event stream alone: its gate has one owner at a time,
// and every action routine runs on the thread that owns it, so no two action routines of one work
// loop ever overlap. (An action that sleeps in the gate gives the gate up for that time; others may
// run then.)
#ifndef DRYDOCK_VERIFY_GATE_CHECKER_H_
#define DRYDOCK_VERIFY_GATE_CHECKER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "trace/observer.h"

namespace drydock {

class GateChecker : public trace::Observer {
 public:
  void OnEvent(const trace::Event& event) override;

  // One sentence per breach.
  const std::vector<std::string>& findings() const { return findings_; }
  // How many action routines were seen to begin.
  uint64_t actions() const { return actions_; }

 private:
  absl::flat_hash_map<trace::ObjectId, trace::ThreadId> owners_;  // of gates that are closed
  std::vector<std::string> findings_;
  uint64_t actions_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_GATE_CHECKER_H_
