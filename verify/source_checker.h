// verify/source_checker.h
//
// Checks the promise of removeEventSource and of references: once a source has been removed from
// its work loop no action and no filter of it begins until it is added again, and none ever begins
// for a source, or on a work loop, that has been freed. The finding `removed-source-is-quiet`.
//
// It checks Drydock, not a driver, and is attached by Drydock's own tests.
//
// A command gate that is removed while actions of it are under way stays attached until they have
// left (workloop.md 3.5); it is held to its promise from then on.
#ifndef DRYDOCK_VERIFY_SOURCE_CHECKER_H_
#define DRYDOCK_VERIFY_SOURCE_CHECKER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "verify/checker.h"

namespace drydock::verify {

class SourceChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // How many removals were seen.
  uint64_t removals() const { return removals_; }

 private:
  struct Source {
    int actions = 0;        // under way
    bool disabled = false;  // what happened to it last is that it was disabled: so removal begins
    bool leaving = false;   // removed, and gone when its actions are over
    bool gone = false;      // removed
  };

  void CheckBegin(const trace::Event& event, const char* what);

  absl::flat_hash_map<trace::ObjectId, Source> sources_;
  absl::flat_hash_set<trace::ObjectId> freed_;
  uint64_t removals_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_SOURCE_CHECKER_H_
