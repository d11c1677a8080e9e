// The states of the booted kernel, made on first use and destroyed with the boot.
#include "scheduler/kernel/per_boot.h"

#include <vector>

#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/boot.h"

namespace drydock::kernel::internal {

uint32_t boot_number = 0;

namespace {

uint32_t boots = 0;

struct Made {
  void* state;
  void (*destroy)(void*);
};

// What this boot has made so far. Leaked on purpose, like the states that are used while nothing is
// booted.
std::vector<Made>& MadeThisBoot() {
  static auto* made = new std::vector<Made>();
  return *made;
}

}  // namespace

void* PerBootSlot::GetSlow(Make make, Destroy destroy) {
  const AtomicSection section;
  if (boot_ == boot_number && state_ != nullptr) return state_;  // another thread was faster
  state_ = nullptr;
  boot_ = boot_number;
  if (boot_number == 0) {
    if (idle_state_ == nullptr) idle_state_ = make();
    state_ = idle_state_;
    return state_;
  }
  // Registered before it is made public, after what its constructor made: that lives longer.
  void* state = make();
  MadeThisBoot().push_back({state, destroy});
  state_ = state;
  return state_;
}

void BeginBoot() { boot_number = ++boots; }

void EndBoot() {
  std::vector<Made>& made = MadeThisBoot();
  while (!made.empty()) {
    const Made last = made.back();
    made.pop_back();
    last.destroy(last.state);
  }
  boot_number = 0;
}

}  // namespace drydock::kernel::internal
