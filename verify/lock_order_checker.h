// verify/lock_order_checker.h
//
// Finds orders of locks that can deadlock, in runs that did not: threads that each took a lock
// while they held another, so that together they make a circle. It is no circle if one thread made
// it alone, or if all held one more lock meanwhile, which kept them apart. The finding
// `lock-order-cycle`, once for each set of locks, with the stacks of where each was taken.
//
// Locks are mutexes, recursive locks, gates, and read-write locks held for writing. A thread that
// only tries a lock does not wait for it.
//
// Havelund: "Using runtime analysis to guide model checking of Java programs", SPIN 2000 (the lock
// graph, and gate locks).
#ifndef DRYDOCK_VERIFY_LOCK_ORDER_CHECKER_H_
#define DRYDOCK_VERIFY_LOCK_ORDER_CHECKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "trace/facts.h"
#include "verify/checker.h"

namespace drydock::verify {

class LockOrderChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // How many different orders of two locks were seen.
  uint64_t orders() const { return orders_; }

 private:
  struct Held {
    trace::ObjectId lock;
    const char* name;  // interned
  };
  // `thread` took a lock while it held `held`, the one the order begins with among them.
  struct Order {
    trace::ObjectId to = 0;
    trace::ThreadId thread = 0;
    absl::InlinedVector<trace::ObjectId, 4> held;
    const char* from_name = "";
    const char* to_name = "";
    trace::StackId stack = 0;
  };

  using Locks = absl::InlinedVector<Held, 4>;

  // Whether they may happen at once: by two threads that hold no lock in common.
  static bool Concur(const Order& a, const Order& b);

  // A thread that holds some takes one more.
  void AddOrders(const trace::Event& event, const Locks& held);
  // Goes on from the last of `path` to where it began.
  void Search(const trace::Event& event, std::vector<const Order*>* path, trace::ObjectId begin);
  void ReportCircle(const trace::Event& event, const std::vector<const Order*>& circle);

  absl::InlinedVector<Locks, 16> held_;  // by thread
  absl::flat_hash_set<uint64_t> known_;  // digests of: a thread takes a lock while holding others
  absl::flat_hash_map<trace::ObjectId, std::vector<Order>> orders_from_;  // by the lock held
  absl::flat_hash_set<std::string> reported_;
  uint64_t orders_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_LOCK_ORDER_CHECKER_H_
