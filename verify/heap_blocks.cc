// The blocks of a run's kernel heap, from its events.
#include "verify/heap_blocks.h"

#include "absl/strings/str_cat.h"

namespace drydock::verify {

using trace::Event;
using trace::EventKind;

std::string HeapBlock::Describe() const {
  return is_object() ? absl::StrCat(class_name, " #", object)
                     : absl::StrCat("memory of ", bytes, " bytes");
}

std::vector<Evidence> HeapBlock::MakeEvidence() const {
  const auto in_words = [](const char* what, const Moment& moment) {
    return Evidence{absl::StrCat(what, *moment.thread != '\0' ? " on thread " : "", moment.thread,
                                 " at ", moment.time_ns, " ns"),
                    CallStacks::Get(moment.stack)};
  };
  std::vector<Evidence> evidence;
  if (allocation.known) evidence.push_back(in_words("allocated", allocation));
  if (end.known) evidence.push_back(in_words("freed", end));
  return evidence;
}

trace::EventKinds HeapBlocks::Kinds() {
  return {EventKind::kThreadCreate, EventKind::kThreadName, EventKind::kHeapAllocate,
          EventKind::kHeapFree, EventKind::kObjectCreate};
}

HeapBlock::Moment HeapBlocks::MomentOf(const Event& event) const {
  if (!stacks_) return {};
  const char* const thread = event.thread < thread_names_.size() ? thread_names_[event.thread] : "";
  return {true, thread, event.time_ns, trace::StackOf(event)};
}

bool HeapBlocks::OnEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadName:
      if (event.other >= thread_names_.size()) thread_names_.resize(event.other + 1, "");
      thread_names_[event.other] = event.name;
      return true;
    case EventKind::kHeapAllocate: {
      HeapBlock& block = At(event.object);
      block.bytes = event.value;
      block.allocation = MomentOf(event);
      return true;
    }
    case EventKind::kHeapFree: {
      HeapBlock& block = At(event.object);
      block.freed = true;
      block.end = MomentOf(event);
      return true;
    }
    case EventKind::kObjectCreate: {
      HeapBlock& block = At(event.other);
      block.class_name = event.name;
      block.object = event.object;
      return true;
    }
    default:
      return false;
  }
}

}  // namespace drydock::verify
