// verify/heap_blocks.h
//
// What the events of a run say of the blocks of its kernel heap: for checkers that report about
// memory.
#ifndef DRYDOCK_VERIFY_HEAP_BLOCKS_H_
#define DRYDOCK_VERIFY_HEAP_BLOCKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/run_end.h"
#include "trace/event_values.h"
#include "trace/facts.h"
#include "trace/observer.h"

namespace drydock::verify {

struct HeapBlock {
  // When and where something happened to it.
  struct Moment {
    bool known = false;
    const char* thread = "";  // interned
    uint64_t time_ns = 0;
    trace::StackId stack = 0;
  };

  uint64_t bytes = 0;
  const char* class_name = "";  // of the object in it, interned; empty if it holds none
  trace::ObjectId object = 0;
  bool freed = false;
  Moment allocation;
  Moment end;

  bool is_object() const { return *class_name != '\0'; }
  // "OSArray #12", "memory of 40 bytes".
  std::string Describe() const;
  // Where it was allocated and, if it was, freed. Empty if stacks were not asked for.
  std::vector<Evidence> MakeEvidence() const;
};

class HeapBlocks {
 public:
  // `stacks`: whether to keep where blocks are allocated and freed, which takes time.
  explicit HeapBlocks(bool stacks) : stacks_(stacks) {}

  // The kinds of events to be passed on to it.
  static trace::EventKinds Kinds();
  // False if the event is none of those.
  bool OnEvent(const trace::Event& event);

  // The block of that number. (Empty if it is not known.)
  const HeapBlock& operator[](trace::ObjectId number) { return At(number); }

 private:
  HeapBlock& At(trace::ObjectId number) {
    if (number >= blocks_.size()) blocks_.resize(number + 1);
    return blocks_[number];
  }
  HeapBlock::Moment MomentOf(const trace::Event& event) const;

  const bool stacks_;
  std::vector<HeapBlock> blocks_;          // by number
  std::vector<const char*> thread_names_;  // by id, interned
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_HEAP_BLOCKS_H_
