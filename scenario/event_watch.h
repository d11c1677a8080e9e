// scenario/event_watch.h
//
// Watches the events that a scenario's expectations of kind `order` and `never` name, and judges
// them after the run.
#ifndef DRYDOCK_SCENARIO_EVENT_WATCH_H_
#define DRYDOCK_SCENARIO_EVENT_WATCH_H_

#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "trace/observer.h"

namespace drydock {

class EventWatch : public trace::Observer {
 public:
  explicit EventWatch(const Scenario& scenario);

  // The kinds of events to attach it for.
  const trace::EventKinds& kinds() const { return kinds_; }

  void OnEvent(const trace::Event& event) override;

  // What was seen instead of what the scenario's expectation `index`, an order or a never, expects;
  // empty if it held.
  std::string SeenInstead(size_t index) const;

 private:
  struct Pattern {
    bool any_kind;
    trace::EventKind kind;
    const char* name;    // interned; null: any
    const char* thread;  // interned; null: any
  };
  // One event of an order, or the one of a never.
  struct Mark {
    Pattern pattern;
    std::string text;
    int occurrence = 1;    // which occurrence the order means
    int count = 0;         // occurrences so far
    uint64_t seen_at = 0;  // number of that event in the stream; 0: not seen
    kernel::Time time_ns = 0;
  };
  struct Watched {
    size_t expectation;
    bool absence;
    bool waits_for_since;
    Pattern since;
    std::vector<Mark> marks;
  };

  static Pattern Prepare(const Scenario::EventPattern& pattern);
  bool Matches(const Pattern& pattern, const trace::Event& event) const;

  trace::EventKinds kinds_;
  std::vector<Watched> watched_;
  std::vector<const char*> thread_names_;  // by id
  uint64_t events_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_EVENT_WATCH_H_
