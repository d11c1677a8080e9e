// verify/checker.h
//
// The contract of all checkers. A checker is an observer that looks for broken rules: it is shown
// the events of one run in their order (OnEvent), reports what it finds while the run goes on
// (Report), and once the run is over looks at what that came to (Finish).
//
// A checker knows events only. It calls nothing of the machine, keeps no addresses, and does not
// change the run, so it judges a recorded trace (verify/judge.h) as it judges a live run
// (verify/watch.h). What an event does not carry it asks of the trace (trace/facts.h).
// docs/writing_a_checker.md shows how to add one.
#ifndef DRYDOCK_VERIFY_CHECKER_H_
#define DRYDOCK_VERIFY_CHECKER_H_

#include <string>
#include <utility>
#include <vector>

#include "scheduler/run_end.h"
#include "trace/observer.h"

namespace drydock::verify {

// Takes findings: the owner of the run, live or recorded.
class FindingSink {
 public:
  virtual ~FindingSink() = default;
  // Found while `event` is shown; whose time, thread and stack are the finding's. (The sink fills
  // them in.)
  virtual void Report(const trace::Event& event, Finding finding) = 0;
};

class Checker : public trace::Observer {
 public:
  // The kinds of events it has to be shown. The same for all of its life.
  virtual trace::EventKinds Kinds() const = 0;

  // The run is over. Adds to `end` what only the end shows: findings, and evidence about blocked
  // threads and about findings that others made.
  virtual void Finish(RunEnd* end) { (void)end; }

  // Where findings go; not owned. Before the first event.
  void set_sink(FindingSink* sink) { sink_ = sink; }

 protected:
  // From OnEvent(event): a rule was broken. `evidence` is what led to it, the earliest first.
  void Report(const trace::Event& event, const char* name, std::string sentence,
              std::vector<Evidence> evidence = {}) {
    Report(event, {.name = name, .sentence = std::move(sentence), .evidence = std::move(evidence)});
  }
  void Report(const trace::Event& event, Finding finding) {
    sink_->Report(event, std::move(finding));
  }

 private:
  FindingSink* sink_ = nullptr;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_CHECKER_H_
