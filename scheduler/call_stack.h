// scheduler/call_stack.h
//
// Where code of a simulated thread or interrupt handler stands. Taken by following the frame
// pointers that the build keeps (.bazelrc), so that taking one costs some ten nanoseconds; names
// are looked up only when somebody reads it.
#ifndef DRYDOCK_SCHEDULER_CALL_STACK_H_
#define DRYDOCK_SCHEDULER_CALL_STACK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace drydock {

class CallStack {
 public:
  static constexpr size_t kMaxFrames = 64;

  CallStack() = default;

  // From the frame record at `frame` outwards, as long as records lie in the stack [low, high).
  // `code`, if not null, is where the code of that frame itself stands.
  static CallStack Walk(const void* frame, const void* low, const void* high,
                        const void* code = nullptr);

  bool empty() const { return callers_.empty(); }

  // Where the innermost of Functions() stands; to be compared only, and null if there is none.
  const void* Innermost() const;

  // The functions of the driver, the framework and the test, innermost first; those of the machine
  // itself and of the C++ library are left out. A function that the compiler has inlined, or that
  // has no symbol, is missing.
  std::vector<std::string> Functions() const;

 private:
  friend class CallStacks;

  std::vector<const void*> callers_;  // return addresses, innermost first
};

// Stands for a stack: equal ids, equal stacks. 0 is the empty one. Ids differ from process to
// process: they are to be compared, and not to be shown.
using CallStackId = uint32_t;

// The stacks of a process that were taken as ids, for those who take many that are much the same.
class CallStacks {
 public:
  // As CallStack::Walk.
  static CallStackId Walk(const void* frame, const void* low, const void* high);
  static CallStack Get(CallStackId id);
};

// The stack on one line each, every line led by `indent`; ends with a newline unless empty.
std::string DescribeStack(const CallStack& stack, const std::string& indent);

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_CALL_STACK_H_
