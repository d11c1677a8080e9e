#include "scheduler/call_stack.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>

#include "absl/debugging/symbolize.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "trace/parallel_lock.h"

namespace drydock {
namespace {

// What a compiled function begins its frame with, on x86-64 and on AArch64.
struct FrameRecord {
  const FrameRecord* caller;
  const void* return_address;
};

// Of the machinery, not of the story.
bool IsScaffolding(absl::string_view function) {
  constexpr absl::string_view kPrefixes[] = {"drydock::sim::",
                                             "drydock::host::",
                                             "drydock::kernel::",
                                             "drydock::trace::",
                                             "drydock::LifetimeChecker::",
                                             "drydock::LivelockChecker::",
                                             "drydock::LockOrderChecker::",
                                             "drydock::RaceChecker::",
                                             "drydock::TeardownChecker::",
                                             "drydock::WaitHistory::",
                                             "__tsan_",
                                             "drydock_mem",
                                             "std::",
                                             "absl::",
                                             "make_fcontext"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](absl::string_view prefix) { return absl::StartsWith(function, prefix); });
}

using Callers = std::array<const void*, CallStack::kMaxFrames>;

// Appends the return addresses from the frame record at `frame` outwards to the `depth` that are
// there; returns how many there are then.
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

// Stacks, each once, one after the other.
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

// Leaked on purpose.
StackTable& Stacks() {
  static auto* stacks = new StackTable();
  return *stacks;
}

// The function that made the call which returns to `caller`; empty if it has no symbol. `name` is
// where it is put.
absl::string_view FunctionAt(const void* caller, std::array<char, 1024>* name) {
  // The call is before the address it returns to, which may belong to another function already.
  if (!absl::Symbolize(static_cast<const char*>(caller) - 1, name->data(), name->size())) return "";
  return name->data();
}

}  // namespace

CallStack CallStack::Walk(const void* frame, const void* low, const void* high, const void* code) {
  Callers callers;
  size_t depth = 0;
  // (As if it had just called.)
  if (code != nullptr) callers[depth++] = static_cast<const char*>(code) + 1;
  depth = Collect(frame, low, high, depth, &callers);
  CallStack stack;
  stack.callers_.assign(callers.begin(), callers.begin() + depth);
  return stack;
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
  std::array<char, 1024> name;
  for (const void* caller : callers_) {
    const absl::string_view function = FunctionAt(caller, &name);
    if (!function.empty() && !IsScaffolding(function)) return caller;
  }
  return nullptr;
}

std::vector<std::string> CallStack::Functions() const {
  std::vector<std::string> functions;
  std::array<char, 1024> name;
  for (const void* caller : callers_) {
    const absl::string_view function = FunctionAt(caller, &name);
    if (!function.empty() && !IsScaffolding(function)) functions.emplace_back(function);
  }
  return functions;
}

std::string DescribeStack(const CallStack& stack, const std::string& indent) {
  std::string text;
  for (const std::string& function : stack.Functions()) {
    absl::StrAppend(&text, indent, function, "\n");
  }
  return text;
}

}  // namespace drydock
