#include "scenario/cable_plan.h"

#include <algorithm>

#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

using When = Scenario::Happening::When;

CablePlan::CablePlan(const Scenario& scenario, std::vector<Actor>* actors, UsbBench* bench)
    : bench_(*bench) {
  for (const Scenario::Happening& happening : scenario.timeline) {
    items_.push_back({this, &happening, nullptr});
    if (happening.when == When::kTime) ++times_left_;
  }
  // The items stay where they are from here on.
  for (Item& item : items_) {
    const Scenario::Happening& happening = *item.happening;
    if (happening.when != When::kState) continue;
    item.trigger = std::make_unique<StateTrigger>(&(*actors)[happening.state.thread],
                                                  happening.state, /*at_end=*/false, &Reach, &item);
  }
}

void CablePlan::Start() {
  for (Item& item : items_) {
    const Scenario::Happening& happening = *item.happening;
    const char* what = happening.plug ? "plug" : "unplug";
    switch (happening.when) {
      case When::kTime:
        item.scheduled = kernel::OutsideSchedule(happening.at_ns, what, 0, &Happen, &item);
        break;
      case When::kChoicePoint:
        item.scheduled =
            kernel::OutsideScheduleAtChoicePoint(happening.choice_point, what, 0, &Happen, &item);
        break;
      case When::kState:
        item.trigger->Watch();
        break;
    }
  }
}

void CablePlan::Reach(void* argument) {
  auto* item = static_cast<Item*>(argument);
  if (!item->happening->at_timer) return Happen(item);
  item->scheduled =
      kernel::OutsideSchedule(kernel::ThreadCallNextDeadline(),
                              item->happening->plug ? "plug" : "unplug", 0, &Happen, item);
}

void CablePlan::Happen(void* argument) {
  auto* item = static_cast<Item*>(argument);
  CablePlan* plan = item->plan;
  item->happened = true;
  plan->last_ns_ = kernel::Now();
  if (item->happening->plug) {
    plan->bench_.Plug(item->happening->device);
  } else {
    plan->bench_.Unplug(item->happening->device);
  }
  if (item->happening->when == When::kTime && --plan->times_left_ == 0) {
    kernel::ThreadWakeup(plan, /*one_thread=*/false);
  }
}

void CablePlan::WaitForTimes() {
  while (times_left_ > 0) {
    kernel::AssertWait(this, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for the timeline", "", 0, nullptr});
    if (times_left_ == 0) kernel::ThreadWakeupThread(this, kernel::CurrentThread());
    kernel::ThreadBlock();
  }
}

void CablePlan::Cancel() {
  for (Item& item : items_) {
    if (item.happened) continue;
    if (item.trigger != nullptr) item.trigger->Cancel();
    kernel::OutsideCancel(item.scheduled);
  }
}

std::vector<std::string> CablePlan::Missed() const {
  std::vector<std::string> missed;
  for (const Item& item : items_) {
    if (!item.happened) missed.push_back(item.happening->text);
  }
  return missed;
}

}  // namespace drydock
