// The graph of lock orders, and the search for circles in it.
#include "verify/lock_order_checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "trace/digest.h"
#include "trace/event_values.h"

namespace drydock::verify {

using trace::Context;
using trace::Event;
using trace::EventKind;

namespace {

// Longer circles are not looked for.
constexpr size_t kLongest = 4;

// Whether a thread asks for the lock itself, and keeps all others out. (The locks of an interrupt
// handler are spin locks.)
bool Counts(const Event& event) {
  const trace::LockMode mode = trace::LockModeOf(event);
  return event.context == Context::kThread &&
         (mode == trace::LockMode::kMutex || mode == trace::LockMode::kExclusive);
}

}  // namespace

bool LockOrderChecker::Concur(const Order& a, const Order& b) {
  return a.thread != b.thread &&
         std::none_of(a.held.begin(), a.held.end(), [&](trace::ObjectId lock) {
           return std::find(b.held.begin(), b.held.end(), lock) != b.held.end();
         });
}

trace::EventKinds LockOrderChecker::Kinds() const {
  return {EventKind::kLockAcquire, EventKind::kLockRelease};
}

void LockOrderChecker::OnEvent(const Event& event) {
  if (!Counts(event)) return;
  if (event.thread >= held_.size()) held_.resize(event.thread + 1);
  Locks& held = held_[event.thread];
  if (event.kind == EventKind::kLockAcquire) {
    if (!trace::LockWasTried(event) && !held.empty()) AddOrders(event, held);
    held.push_back({event.object, event.name});
    return;
  }
  // Mostly it is the last.
  for (size_t i = held.size(); i-- > 0;) {
    if (held[i].lock != event.object) continue;
    held.erase(held.begin() + static_cast<ptrdiff_t>(i));
    break;
  }
}

void LockOrderChecker::AddOrders(const Event& event, const Locks& held) {
  // What the thread holds, in whatever order it has taken that, stands for a sum.
  uint64_t what = trace::Mix(event.thread, event.object);
  for (const Held& lock : held) what += trace::Mix(~uint64_t{0}, lock.lock);
  if (!known_.insert(what).second) return;
  Order order;
  order.to = event.object;
  order.thread = event.thread;
  order.to_name = event.name;
  order.stack = trace::StackOf(event);
  for (const Held& lock : held) order.held.push_back(lock.lock);
  for (const Held& from : held) {
    ++orders_;
    order.from_name = from.name;
    // (Searched from a copy: the orders of one lock are moved when there are more.)
    orders_from_[from.lock].push_back(order);
    std::vector<const Order*> path = {&order};
    Search(event, &path, from.lock);
  }
}

void LockOrderChecker::Search(const Event& event, std::vector<const Order*>* path,
                              trace::ObjectId begin) {
  const trace::ObjectId end = path->back()->to;
  if (end == begin) {
    ReportCircle(event, *path);
    return;
  }
  if (path->size() == kLongest) return;
  const auto next = orders_from_.find(end);
  if (next == orders_from_.end()) return;
  for (const Order& order : next->second) {
    const bool possible = std::all_of(path->begin(), path->end(),
                                      [&](const Order* other) { return Concur(order, *other); });
    if (!possible) continue;
    path->push_back(&order);
    Search(event, path, begin);
    path->pop_back();
  }
}

void LockOrderChecker::ReportCircle(const Event& event, const std::vector<const Order*>& circle) {
  std::vector<trace::ObjectId> locks;
  for (const Order* order : circle) locks.push_back(order->to);
  std::sort(locks.begin(), locks.end());
  if (!reported_.insert(absl::StrJoin(locks, ",")).second) return;
  std::string sentence = "threads take locks in a circle, and may come to wait for each other:";
  std::vector<Evidence> evidence;
  const char* joint = " ";
  for (const Order* order : circle) {
    absl::StrAppend(&sentence, joint, "one takes ", order->to_name, " while it holds ",
                    order->from_name);
    joint = ", ";
    evidence.push_back({absl::StrCat(order->to_name, " taken while ", order->from_name, " is held"),
                        CallStacks::Get(order->stack)});
  }
  Report(event, "lock-order-cycle", std::move(sentence), std::move(evidence));
}

}  // namespace drydock::verify
