// verify/lifetime_checker.h
//
// Finds memory that is used after its end, and memory that outlives its use:
//
//   use-after-free      a virtual function of a freed object is called: also OSDynamicCast, retain;
//                       or hooked code (scheduler/kernel/memory.h) reads a freed block
//   over-release        a freed object is released
//   write-after-free    hooked code writes to a freed block; or it has changed at the end
//   double-free         a block is freed twice
//   leak                a block is still allocated at the end
//   free-without-super  the same of an object whose last reference has gone
//
// Each is a finding with the stacks of the allocation and of the free. It judges by the events of a
// heap that quarantines freed blocks (HeapMode::kQuarantine, libkern/kernel_heap.h); the end is
// when the run calls AuditHeap().
#ifndef DRYDOCK_VERIFY_LIFETIME_CHECKER_H_
#define DRYDOCK_VERIFY_LIFETIME_CHECKER_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "verify/checker.h"
#include "verify/heap_blocks.h"

namespace drydock::verify {

class LifetimeChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

 private:
  // Reports about the block that the event is about.
  void ReportBlock(const trace::Event& event, const char* name, std::string sentence);
  void Touched(const trace::Event& event, bool write);

  HeapBlocks blocks_{/*stacks=*/true};
  // Blocks of which it is reported that they were read / written to when they were freed.
  absl::flat_hash_set<trace::ObjectId> read_, written_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_LIFETIME_CHECKER_H_
