// explore/switch_report.h
//
// A report of the forced switches of a run: which thread was preempted where, and which went on
// instead.
#ifndef DRYDOCK_EXPLORE_SWITCH_REPORT_H_
#define DRYDOCK_EXPLORE_SWITCH_REPORT_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "explore/default_schedule.h"
#include "explore/wrapped.h"
#include "symbols/call_stack.h"
#include "trace/observer.h"

namespace drydock {

// Records each forced switch of the wrapped strategy: each step that the default schedule
// (explore/default_schedule.h) would not have taken there. In a minimised schedule these are what
// it takes to fail. Observes events, for the names of threads and objects, while it exists.
class SwitchReport final : public WrappedStrategy, private trace::Observer {
 public:
  explicit SwitchReport(Strategy* strategy);

  size_t Choose(const Question& question) override;

  // In order of time; the first `most` of them. Each begins with a line of its own and ends with a
  // newline; empty if there was none.
  std::string Text(size_t most = 12) const;

 private:
  using Names = absl::flat_hash_map<uint32_t, const char*>;
  static std::string NameOf(uint32_t id, const Names& names);

  // A task that could take the next step, and the code it is in.
  struct Participant {
    Alternative step;
    CallStack stack;
  };
  struct Switch {
    kernel::Time time;
    Participant held_up, goes;
  };

  void OnEvent(const trace::Event& event) override;
  static Participant ParticipantOf(const Alternative& step);
  std::string Describe(const Participant& participant) const;

  DefaultSchedule default_schedule_;
  std::vector<Switch> switches_;
  Names threads_, objects_;
  trace::ScopedObserver watching_;
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_SWITCH_REPORT_H_
