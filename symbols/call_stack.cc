// Walks chains of frame pointers, keeps the stacks that were taken as ids, and says which of their
// functions a reader wants to see.
#include "symbols/call_stack.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "symbols/symbolizer.h"
#include "trace/parallel_lock.h"

namespace drydock {
namespace {

// How the frame of a compiled function begins, on x86-64 and on AArch64.
struct FrameRecord {
  const FrameRecord* caller;
  const void* return_address;
};

// Whether a function belongs to the machine or to a library, and says nothing about what the driver
// does. (Checkers are on no stack: they are shown an event, and the stack is the event's.)
bool IsScaffolding(const CodeFrame& frame) {
  constexpr absl::string_view kPrefixes[] = {
      "drydock::sim::",
      "drydock::host::",
      "drydock::kernel::",
      "drydock::trace::",
      "drydock::heap_quarantine::",
      // Hooks of memory accesses (scheduler/hooks).
      "__tsan_",
      "drydock_mem",
      "std::",
      "absl::",
      "make_fcontext",
  };
  // The nameless functions of a stripped driver are worth a line, those of the system are not.
  if (frame.function.empty())
    return absl::StartsWith(frame.object, "/lib") || absl::StartsWith(frame.object, "/usr/lib");
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](absl::string_view prefix) {
    return absl::StartsWith(frame.function, prefix);
  });
}

// The call that returns to `caller` is before that address, which may belong to another function.
const void* CallBefore(const void* caller) { return static_cast<const char*>(caller) - 1; }

using Callers = std::array<const void*, CallStack::kMaxFrames>;

// Appends the return addresses from the frame record at `frame` outwards to the first `depth` of
// `callers`; returns the new depth.
size_t Collect(const void* frame, const void* low, const void* high, size_t depth,
               Callers* callers) {
  const auto* record = static_cast<const FrameRecord*>(frame);
  while (depth < CallStack::kMaxFrames) {
    const auto address = reinterpret_cast<uintptr_t>(record);
    if (record < low || address + sizeof(FrameRecord) > reinterpret_cast<uintptr_t>(high) ||
        address % alignof(FrameRecord) != 0) {
      break;
    }
    (*callers)[depth++] = record->return_address;
    if (record->caller <= record) break;
    record = record->caller;
  }
  return depth;
}

// Every distinct stack once.
struct StackTable {
  trace::ParallelLock lock;  // guards the rest
  struct Entry {
    uint64_t hash = 0;
    size_t begin = 0;  // in `callers`
    size_t depth = 0;
  };
  std::vector<const void*> callers;
  std::vector<Entry> entries = {Entry()};                           // by id
  std::vector<CallStackId> slots = std::vector<CallStackId>(1024);  // open addressing; 0 = free

  CallStackId Find(const Callers& stack, size_t depth) {
    uint64_t hash = depth;
    for (size_t i = 0; i < depth; ++i) {
      hash = (hash ^ reinterpret_cast<uintptr_t>(stack[i])) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 29;
    }
    size_t slot = hash & (slots.size() - 1);
    for (; slots[slot] != 0; slot = (slot + 1) & (slots.size() - 1)) {
      const Entry& entry = entries[slots[slot]];
      if (entry.hash == hash && entry.depth == depth &&
          std::equal(stack.begin(), stack.begin() + depth, callers.begin() + entry.begin)) {
        return slots[slot];
      }
    }
    entries.push_back({hash, callers.size(), depth});
    callers.insert(callers.end(), stack.begin(), stack.begin() + depth);
    const auto id = static_cast<CallStackId>(entries.size() - 1);
    slots[slot] = id;
    if (2 * entries.size() > slots.size()) Grow();
    return id;
  }

  void Grow() {
    slots.assign(2 * slots.size(), 0);
    for (CallStackId id = 1; id < entries.size(); ++id) {
      size_t slot = entries[id].hash & (slots.size() - 1);
      while (slots[slot] != 0) slot = (slot + 1) & (slots.size() - 1);
      slots[slot] = id;
    }
  }
};

// Leaked on purpose: a report may be written while the process ends.
StackTable& Stacks() {
  static auto* stacks = new StackTable();
  return *stacks;
}

}  // namespace

CallStack CallStack::Walk(const void* frame, const void* low, const void* high, const void* code) {
  Callers callers;
  size_t depth = 0;
  // As if that code had just made a call.
  if (code != nullptr) callers[depth++] = static_cast<const char*>(code) + 1;
  depth = Collect(frame, low, high, depth, &callers);
  CallStack stack;
  stack.callers_.assign(callers.begin(), callers.begin() + depth);
  return stack;
}

CallStack CallStack::OfCalls(std::vector<const void*> calls) {
  CallStack stack;
  stack.callers_ = std::move(calls);
  if (stack.callers_.size() > kMaxFrames) stack.callers_.resize(kMaxFrames);
  return stack;
}

const std::vector<CodeFrame>& CallStack::FramesOf(const void* call) {
  return FramesAt(CallBefore(call));
}

const void* CallStack::ForeignCall(std::vector<CodeFrame> frames) {
  return static_cast<const char*>(ForeignInstruction(std::move(frames))) + 1;
}

CallStackId CallStacks::Add(const CallStack& stack) {
  if (stack.empty()) return 0;
  Callers callers;
  std::copy(stack.callers_.begin(), stack.callers_.end(), callers.begin());
  const std::lock_guard locked(Stacks().lock);
  return Stacks().Find(callers, stack.callers_.size());
}

CallStackId CallStacks::Walk(const void* frame, const void* low, const void* high) {
  Callers callers;
  const size_t depth = Collect(frame, low, high, 0, &callers);
  if (depth == 0) return 0;
  const std::lock_guard locked(Stacks().lock);
  return Stacks().Find(callers, depth);
}

CallStack CallStacks::Get(CallStackId id) {
  const std::lock_guard locked(Stacks().lock);
  const StackTable::Entry& entry = Stacks().entries[id];
  CallStack stack;
  stack.callers_.assign(Stacks().callers.begin() + entry.begin,
                        Stacks().callers.begin() + entry.begin + entry.depth);
  return stack;
}

const void* CallStack::Innermost() const {
  for (const void* caller : callers_) {
    const CodeFrame& frame = FunctionAt(CallBefore(caller));
    if (!frame.object.empty() && !IsScaffolding(frame)) return caller;
  }
  return nullptr;
}

std::vector<CodeFrame> CallStack::Frames() const {
  std::vector<CodeFrame> frames;
  for (const void* caller : callers_) {
    for (const CodeFrame& frame : FramesAt(CallBefore(caller))) {
      if (!IsScaffolding(frame)) frames.push_back(frame);
    }
  }
  return frames;
}

std::vector<std::string> CallStack::Functions() const {
  std::vector<std::string> functions;
  for (const CodeFrame& frame : Frames()) functions.push_back(FunctionText(frame));
  return functions;
}

std::string DescribeStack(const CallStack& stack, const std::string& indent) {
  std::string text;
  for (const CodeFrame& frame : stack.Frames()) {
    absl::StrAppend(&text, indent, FrameText(frame), "\n");
  }
  return text;
}

}  // namespace drydock
