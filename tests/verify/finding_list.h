// tests/verify/finding_list.h
//
// Keeps findings, for tests that show a checker events made by hand.
#ifndef DRYDOCK_TESTS_VERIFY_FINDING_LIST_H_
#define DRYDOCK_TESTS_VERIFY_FINDING_LIST_H_

#include <string>
#include <utility>
#include <vector>

#include "verify/checker.h"

namespace drydock::verify {

class FindingList : public FindingSink {
 public:
  void Report(const trace::Event&, Finding finding) override {
    findings_.push_back(std::move(finding));
  }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::vector<Finding> findings_;
};

// A checker that is shown events by hand, with its findings.
template <typename OneChecker>
class Listed : public OneChecker {
 public:
  Listed() { this->set_sink(&list_); }
  const std::vector<Finding>& findings() const { return list_.findings(); }

 private:
  FindingList list_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_TESTS_VERIFY_FINDING_LIST_H_
