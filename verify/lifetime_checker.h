// verify/lifetime_checker.h
//
// Finds what outlives its memory, and memory that outlives its use, in the boots that begin while
// it exists:
//
//   use-after-free     a virtual function of a freed object is called: also OSDynamicCast, retain;
//                      or hooked code (scheduler/kernel/memory.h) reads a freed block
//   over-release       release of a freed object
//   write-after-free   hooked code writes to a freed block; or it was changed, as is found at the
//   end double-free        a block is freed twice leak               a block that is still there
//   when ReportLeaks looks; and free-without-super
//                      if its last reference has gone
//
// Each is a finding with the stacks of the allocation and of the free. Freed blocks stay where they
// are until the boot ends, filled so that whoever reads a pointer or calls a virtual function there
// comes out here. The run cannot go on from a call to what is no more: it panics.
#ifndef DRYDOCK_VERIFY_LIFETIME_CHECKER_H_
#define DRYDOCK_VERIFY_LIFETIME_CHECKER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "libkern/kernel_heap.h"
#include "scheduler/kernel/evidence.h"

namespace drydock {

class LifetimeChecker : private HeapGuard {
 public:
  LifetimeChecker();
  ~LifetimeChecker() override;
  LifetimeChecker(const LifetimeChecker&) = delete;
  LifetimeChecker& operator=(const LifetimeChecker&) = delete;

  // In a run, after everything was let go of: reports what is still allocated (objects and what
  // drivers allocated, not the insides of either) and who wrote where nothing is any more. Does
  // nothing in a run without a checker.
  static void Conclude();

  // Who allocated the memory that begins at `block`, and who freed it; empty without a checker.
  static std::vector<kernel::Evidence> EvidenceAbout(const void* block);

 private:
  friend struct FreedObject;

  struct Life {
    const char* name = nullptr;  // of the object's class; null for other memory
    uint32_t id = 0;
    BlockKind kind = BlockKind::kObject;
    size_t size = 0;
    bool freed = false;
    bool read = false;  // when it was freed, and that is reported
    bool written = false;
    kernel::Moment allocation;
    kernel::Moment end;
  };

  void Allocated(void* memory, BlockKind kind, size_t size) override;
  void Named(const void* memory, const char* name, uint32_t id) override;
  void Freed(void* memory, BlockKind kind, size_t size) override;
  void FreedAgain(void* memory) override;

  static std::string Describe(const Life& life);
  static std::vector<kernel::Evidence> EvidenceOf(const Life& life);
  // Hooked code touches a freed block.
  static void Touched(const void* address, size_t bytes, bool write);
  [[noreturn]] void UsedAfterFree(const void* memory, size_t slot) const;
  void ReportLeaks() const;
  void ReportWrites() const;

  // By address; forgotten when another boot begins. Never gone through in this order.
  absl::flat_hash_map<const void*, Life> lives_;
  std::vector<const void*> freed_;  // in the order of their ends
  uint32_t boot_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_LIFETIME_CHECKER_H_
