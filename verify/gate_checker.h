// verify/gate_checker.h
//
// Checks the promise of a work loop: its gate has one owner at a time, and every action routine
// runs on the thread that owns it, so no two action routines of one work loop ever overlap. (An
// action that sleeps in the gate gives the gate up for that time; others may run then.) The finding
// `gate-is-exclusive`.
//
// It checks Drydock, not a driver, and is attached by Drydock's own tests.
#ifndef DRYDOCK_VERIFY_GATE_CHECKER_H_
#define DRYDOCK_VERIFY_GATE_CHECKER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "verify/checker.h"

namespace drydock::verify {

class GateChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // How many action routines were seen to begin.
  uint64_t actions() const { return actions_; }

 private:
  absl::flat_hash_map<trace::ObjectId, trace::ThreadId> owners_;  // of gates that are closed
  uint64_t actions_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_GATE_CHECKER_H_
