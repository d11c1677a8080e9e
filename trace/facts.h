// trace/facts.h
//
// What there is to know of an event beyond what it carries, because to find it out for each of
// millions would cost too much: where the code stands whose event it is, and what the memory is
// that it touches. An observer asks while it is shown the event. In a live run the answer is found
// then; a recorded trace holds it (verify/trace_file.h).
#ifndef DRYDOCK_TRACE_FACTS_H_
#define DRYDOCK_TRACE_FACTS_H_

#include <cstdint>

#include "trace/event.h"

namespace drydock::trace {

// A call stack: equal ids, equal stacks; 0 is the empty one. What functions it has, CallStacks
// knows. Ids differ from process to process: they are to be compared, and not to be shown.
using StackId = uint32_t;

// What a location is part of.
struct MemoryFact {
  ObjectId block = 0;       // of the kernel heap (EventKind::kHeapAllocate); 0 if it is in none
  const char* global = "";  // interned: the variable of the program, unless it is in a block
  uint64_t offset = 0;      // in the block or the variable
};

// Answers for the event that is being shown.
class FactSource {
 public:
  virtual ~FactSource() = default;
  // Where the code stands whose event it is.
  virtual StackId Stack() = 0;
  // The first byte of an access to `bytes` of `location`, as bits (EventKind::kMemoryRead).
  virtual MemoryFact Memory(ObjectId location, uint32_t bytes) = 0;
};

namespace internal {
inline FactSource* fact_source = nullptr;
}  // namespace internal

// From OnEvent(event) only. 0 if the stack is not known.
inline StackId StackOf(const Event&) {
  return internal::fact_source != nullptr ? internal::fact_source->Stack() : 0;
}

// The same of the first of `bytes`, as bits, of the location that the event is about.
inline MemoryFact MemoryOf(const Event& event, uint32_t bytes) {
  return internal::fact_source != nullptr ? internal::fact_source->Memory(event.object, bytes)
                                          : MemoryFact();
}

// `source` answers while this exists. Host context.
class ScopedFactSource {
 public:
  explicit ScopedFactSource(FactSource* source) : outer_(internal::fact_source) {
    internal::fact_source = source;
  }
  ~ScopedFactSource() { internal::fact_source = outer_; }
  ScopedFactSource(const ScopedFactSource&) = delete;
  ScopedFactSource& operator=(const ScopedFactSource&) = delete;

 private:
  FactSource* const outer_;
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_FACTS_H_
