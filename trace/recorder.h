// trace/recorder.h
//
// Keeps every event of a run, for goldens, reports and writers.
#ifndef DRYDOCK_TRACE_RECORDER_H_
#define DRYDOCK_TRACE_RECORDER_H_

#include <vector>

#include "trace/observer.h"

namespace drydock::trace {

class Recorder : public Observer {
 public:
  void OnEvent(const Event& event) override { events_.push_back(event); }

  const std::vector<Event>& events() const { return events_; }
  void Clear() { events_.clear(); }

 private:
  std::vector<Event> events_;
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_RECORDER_H_
