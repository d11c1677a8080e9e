// scenario/timeline.h
//
// The timeline of a scenario in one run: plugs and unplugs devices at the moments that it gives.
#ifndef DRYDOCK_SCENARIO_TIMELINE_H_
#define DRYDOCK_SCENARIO_TIMELINE_H_

#include <memory>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "scenario/state_trigger.h"
#include "scenario/usb_fixture.h"
#include "scheduler/kernel/outside.h"

namespace drydock {

class Timeline {
 public:
  // All arguments must outlive the run.
  Timeline(const Scenario& scenario, std::vector<ScriptedThread>* threads, UsbFixture* fixture);

  // Schedules every entry with the outside world. Thread context.
  void Start();

  // Blocks until every entry with a time has happened. Thread context.
  void WaitForTimes();

  // Cancels the entries that have not happened. Thread context.
  void Cancel();

  // The time of the latest entry that has happened, in ns since boot; 0 if none has.
  kernel::Time last_ns() const { return last_ns_; }

  // The entries that did not happen, as the report writes them. To be called after the run.
  std::vector<std::string> Missed() const;

 private:
  struct Item {
    Timeline* timeline;
    const Scenario::TimelineEntry* entry;
    std::unique_ptr<StateTrigger> trigger;
    kernel::OutsideHandle scheduled = 0;
    bool happened = false;
  };

  static void Reach(void* item);  // its moment has come
  static void Happen(void* item);

  UsbFixture& fixture_;
  std::vector<Item> items_;
  size_t times_left_ = 0;  // items at a time that have not happened
  kernel::Time last_ns_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_TIMELINE_H_
