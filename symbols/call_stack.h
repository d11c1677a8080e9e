// symbols/call_stack.h
//
// The calls that code of a thread or interrupt handler is in. Taken by following the frame pointers
// that the build keeps (.bazelrc), so that taking one costs some ten nanoseconds; functions are
// looked up (symbols/symbolizer.h) only when a report asks for them.
//
// Values of this header are independent of the run that they were taken in, and may be read from
// every thread.
#ifndef DRYDOCK_SYMBOLS_CALL_STACK_H_
#define DRYDOCK_SYMBOLS_CALL_STACK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "symbols/symbolizer.h"

namespace drydock {

class CallStack {
 public:
  // Deeper stacks lose their outermost frames.
  static constexpr size_t kMaxFrames = 64;

  CallStack() = default;

  // From the frame record at `frame` outwards, as long as records lie in the stack [low, high).
  // `code`, if not null, is where the code of that frame itself stands.
  static CallStack Walk(const void* frame, const void* low, const void* high,
                        const void* code = nullptr);

  // The stack of these calls, innermost first: for recorded traces.
  static CallStack OfCalls(std::vector<const void*> calls);
  // The places in the code of its calls; only to be compared, and handed to FramesOf.
  const std::vector<const void*>& calls() const { return callers_; }
  // All functions at a call, those of the machinery too.
  static const std::vector<CodeFrame>& FramesOf(const void* call);
  // Stands for a call of another process; FramesOf gives `frames`.
  static const void* ForeignCall(std::vector<CodeFrame> frames);

  bool empty() const { return callers_.empty(); }

  // The return address of the innermost function outside the machinery (see Frames); null if there
  // is none. Only for comparing two stacks: it reads no debug information, and is fast.
  const void* Innermost() const;

  // The functions of the driver, the framework and the test, innermost first. Left out are the
  // machine (drydock::kernel, sim, host, trace, heap_quarantine) and the libraries
  // of C++ and the system. Inlined functions are there if the code was compiled with -g.
  std::vector<CodeFrame> Frames() const;

  // FunctionText() of each of Frames().
  std::vector<std::string> Functions() const;

 private:
  friend class CallStacks;

  std::vector<const void*> callers_;  // return addresses, innermost first
};

// Names a stack: equal ids, equal stacks. 0 is the empty one. Ids differ from process to process:
// compare them, but never print them.
using CallStackId = uint32_t;

// The distinct stacks of this process, kept until it ends: for checkers, which take a stack at
// every event and meet the same few again and again.
class CallStacks {
 public:
  // As CallStack::Walk.
  static CallStackId Walk(const void* frame, const void* low, const void* high);
  static CallStack Get(CallStackId id);
  static CallStackId Add(const CallStack& stack);
};

// FrameText() of each of Frames(), one a line, each line led by `indent`; "" for an empty stack.
std::string DescribeStack(const CallStack& stack, const std::string& indent);

}  // namespace drydock

#endif  // DRYDOCK_SYMBOLS_CALL_STACK_H_
