// Schedules the entries of a timeline with the outside world, or lets a state of a thread trigger
// them.
#include "scenario/timeline.h"

#include <algorithm>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

using When = Scenario::TimelineEntry::When;

Timeline::Timeline(const Scenario& scenario, std::vector<ScriptedThread>* threads,
                   UsbFixture* fixture)
    : fixture_(*fixture) {
  for (const Scenario::TimelineEntry& entry : scenario.timeline) {
    items_.push_back({this, &entry, nullptr});
    if (entry.when == When::kTime) ++times_left_;
  }
  // Triggers hold pointers to the items: nothing is added to items_ after this.
  for (Item& item : items_) {
    const Scenario::TimelineEntry& entry = *item.entry;
    if (entry.when != When::kState) continue;
    item.trigger = std::make_unique<StateTrigger>(&(*threads)[entry.state.thread], entry.state,
                                                  /*at_end=*/false, &Reach, &item);
  }
}

void Timeline::Start() {
  for (Item& item : items_) {
    const Scenario::TimelineEntry& entry = *item.entry;
    const char* what = entry.plug ? "plug" : "unplug";
    switch (entry.when) {
      case When::kTime:
        item.scheduled = kernel::OutsideSchedule(entry.at_ns, what, 0, &Happen, &item);
        break;
      case When::kChoicePoint:
        item.scheduled =
            kernel::OutsideScheduleAtChoicePoint(entry.choice_point, what, 0, &Happen, &item);
        break;
      case When::kState:
        item.trigger->Watch();
        break;
    }
  }
}

void Timeline::Reach(void* argument) {
  auto* item = static_cast<Item*>(argument);
  if (!item->entry->at_timer) return Happen(item);
  item->scheduled = kernel::OutsideSchedule(
      kernel::ThreadCallNextDeadline(), item->entry->plug ? "plug" : "unplug", 0, &Happen, item);
}

void Timeline::Happen(void* argument) {
  auto* item = static_cast<Item*>(argument);
  Timeline* timeline = item->timeline;
  item->happened = true;
  timeline->last_ns_ = kernel::Now();
  if (item->entry->plug) {
    timeline->fixture_.Plug(item->entry->device);
  } else {
    timeline->fixture_.Unplug(item->entry->device);
  }
  if (item->entry->when == When::kTime && --timeline->times_left_ == 0) {
    kernel::ThreadWakeup(timeline, /*one_thread=*/false);
  }
}

void Timeline::WaitForTimes() {
  while (times_left_ > 0) {
    kernel::AssertWait(this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for the timeline", "", 0, nullptr});
    if (times_left_ == 0) kernel::ThreadWakeupThread(this, kernel::CurrentThread());
    kernel::ThreadBlock();
  }
}

void Timeline::Cancel() {
  for (Item& item : items_) {
    if (item.happened) continue;
    if (item.trigger != nullptr) item.trigger->Cancel();
    kernel::OutsideCancel(item.scheduled);
  }
}

std::vector<std::string> Timeline::Missed() const {
  std::vector<std::string> missed;
  for (const Item& item : items_) {
    if (!item.happened) missed.push_back(item.entry->text);
  }
  return missed;
}

}  // namespace drydock
