// verify/source_checker.h
//
// Checks the promise of removeEventSource and of references from the event stream alone: once a
// source has been removed from its work loop no action and no filter of it begins until it is added
// again, and none ever begins for a source, or on a work loop, that has been freed.
//
// A command gate that is removed while actions of it are under way stays attached until they have
// left (workloop.md 3.5); it is held to its promise from then on.
#ifndef DRYDOCK_VERIFY_SOURCE_CHECKER_H_
#define DRYDOCK_VERIFY_SOURCE_CHECKER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "trace/observer.h"

namespace drydock {

class SourceChecker : public trace::Observer {
 public:
  void OnEvent(const trace::Event& event) override;

  // One sentence per breach.
  const std::vector<std::string>& findings() const { return findings_; }
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
  std::vector<std::string> findings_;
  uint64_t removals_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_SOURCE_CHECKER_H_
