// scenario/timeline.h
//
// A scenario's timeline in one run: who plugs and unplugs what, when.
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
  // All must outlive the run.
  Timeline(const Scenario& scenario, std::vector<ScriptedThread>* threads, UsbFixture* fixture);

  // Lets the timeline begin. On a thread.
  void Start();

  // Waits until all that is to happen at a time has happened. On a thread.
  void WaitForTimes();

  // Takes back what has not happened by now. On a thread.
  void Cancel();

  // When something last happened, in ns; 0 if nothing did.
  kernel::Time last_ns() const { return last_ns_; }

  // What never happened, as the timeline words it; for after the run.
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
