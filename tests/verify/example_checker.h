// tests/verify/example_checker.h
//
// The checker that docs/writing_a_checker.md makes.
#ifndef DRYDOCK_TESTS_VERIFY_EXAMPLE_CHECKER_H_
#define DRYDOCK_TESTS_VERIFY_EXAMPLE_CHECKER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "trace/facts.h"
#include "verify/checker.h"

namespace drydock::verify {

class HeldAtExitChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override {
    return {trace::EventKind::kLockAcquire, trace::EventKind::kLockRelease,
            trace::EventKind::kThreadExit};
  }

  void OnEvent(const trace::Event& event) override {
    if (event.context != trace::Context::kThread) return;  // the locks of interrupt handlers
    std::vector<Held>& held = held_[event.thread];
    switch (event.kind) {
      case trace::EventKind::kLockAcquire:
        held.push_back({event.object, event.name, trace::StackOf(event)});
        return;
      case trace::EventKind::kLockRelease:
        std::erase_if(held, [&](const Held& lock) { return lock.id == event.object; });
        return;
      default:  // the thread ends
        for (const Held& lock : held) {
          Report(event, "lock-held-at-exit",
                 absl::StrCat("thread ", event.thread, " ends and still holds lock ", lock.name),
                 {{absl::StrCat(lock.name, " was taken"), CallStacks::Get(lock.stack)}});
        }
        return;
    }
  }

 private:
  struct Held {
    trace::ObjectId id = 0;
    const char* name = "";  // interned
    trace::StackId stack = 0;
  };
  absl::flat_hash_map<trace::ThreadId, std::vector<Held>> held_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_TESTS_VERIFY_EXAMPLE_CHECKER_H_
