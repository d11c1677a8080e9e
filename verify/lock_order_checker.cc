#include "verify/lock_order_checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/kernel/evidence.h"

namespace drydock {

using trace::Context;
using trace::Event;
using trace::EventKind;

namespace {

// Longer circles are not looked for.
constexpr size_t kLongest = 4;

bool Contains(const std::vector<trace::ObjectId>& locks, trace::ObjectId lock) {
  return std::find(locks.begin(), locks.end(), lock) != locks.end();
}

// Whether they may happen at once: two threads that have no lock in common.
bool Concur(trace::ThreadId a, const std::vector<trace::ObjectId>& held_by_a, trace::ThreadId b,
            const std::vector<trace::ObjectId>& held_by_b) {
  return a != b && std::none_of(held_by_a.begin(), held_by_a.end(),
                                [&](trace::ObjectId lock) { return Contains(held_by_b, lock); });
}

}  // namespace

trace::EventKinds LockOrderChecker::Kinds() {
  return {EventKind::kLockAcquire, EventKind::kLockRelease};
}

void LockOrderChecker::OnEvent(const Event& event) {
  const absl::string_view how = event.detail;
  if (event.context != Context::kThread || !(how.empty() || how == "exclusive")) return;
  if (event.thread >= held_.size()) held_.resize(event.thread + 1);
  if (event.kind == EventKind::kLockAcquire) {
    Acquire(event);
    return;
  }
  std::vector<Held>& held = held_[event.thread];
  const auto released =
      std::find_if(held.begin(), held.end(), [&](const Held& h) { return h.lock == event.object; });
  if (released != held.end()) held.erase(released);
}

void LockOrderChecker::Acquire(const Event& event) {
  std::vector<Held>& held = held_[event.thread];
  const bool waits = event.value == 0;
  if (waits && !held.empty()) {
    Order order;
    order.to = event.object;
    order.thread = event.thread;
    order.to_name = event.name;
    for (const Held& lock : held) order.held.push_back(lock.lock);
    std::sort(order.held.begin(), order.held.end());
    for (const Held& from : held) {
      std::vector<Order>& orders = orders_from_[from.lock];
      const bool known = std::any_of(orders.begin(), orders.end(), [&](const Order& other) {
        return other.to == order.to && other.thread == order.thread && other.held == order.held;
      });
      if (known) continue;
      ++orders_;
      order.from_name = from.name;
      order.stack = kernel::CallStackHere();
      // (Searched from a copy: the orders of one lock are moved when there are more.)
      orders.push_back(order);
      std::vector<const Order*> path = {&order};
      Search(&path, from.lock);
    }
  }
  held.push_back({event.object, event.name});
}

void LockOrderChecker::Search(std::vector<const Order*>* path, trace::ObjectId begin) {
  const trace::ObjectId end = path->back()->to;
  if (end == begin) {
    Report(*path);
    return;
  }
  if (path->size() == kLongest) return;
  const auto next = orders_from_.find(end);
  if (next == orders_from_.end()) return;
  for (const Order& order : next->second) {
    const bool possible = std::all_of(path->begin(), path->end(), [&](const Order* other) {
      return Concur(order.thread, order.held, other->thread, other->held);
    });
    if (!possible) continue;
    path->push_back(&order);
    Search(path, begin);
    path->pop_back();
  }
}

void LockOrderChecker::Report(const std::vector<const Order*>& circle) {
  std::vector<trace::ObjectId> locks;
  for (const Order* order : circle) locks.push_back(order->to);
  std::sort(locks.begin(), locks.end());
  if (!reported_.insert(absl::StrJoin(locks, ",")).second) return;
  std::string sentence = "threads take locks in a circle, and may come to wait for each other:";
  std::vector<kernel::Evidence> evidence;
  const char* joint = " ";
  for (const Order* order : circle) {
    absl::StrAppend(&sentence, joint, "one takes ", order->to_name, " while it holds ",
                    order->from_name);
    joint = ", ";
    evidence.push_back({absl::StrCat(order->to_name, " taken while ", order->from_name, " is held"),
                        CallStacks::Get(order->stack)});
  }
  kernel::MisuseWithEvidence("lock-order-cycle", sentence, std::move(evidence));
}

}  // namespace drydock
