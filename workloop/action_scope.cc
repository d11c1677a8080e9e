// The list of scopes that each event source keeps, and the events of an action.
#include "workloop/action_scope.h"

#include <IOKit/IOEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

ActionScope::ActionScope(IOEventSource* source, const IOWorkLoop* loop)
    : of_source_(source != nullptr), source_(source), loop_(loop) {
  if (!of_source_) return;
  const kernel::AtomicSection section;
  next_ = source->scopes;
  link_ = &source->scopes;
  if (next_ != nullptr) next_->link_ = &next_;
  source->scopes = this;
}

ActionScope::~ActionScope() {
  if (!of_source_) return;
  const kernel::AtomicSection section;
  if (source_freed()) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
}

void ActionScope::PublishBegin() {
  loop_id_ = ObjectIdOf(loop_);
  const IOEventSource* source = source_.load(std::memory_order_relaxed);
  source_id_ = ObjectIdOf(source);
  kernel::ObjectId owner = 0;
  if (source == nullptr) {
    name_ = "IOWorkLoop";
  } else {
    name_ = source->className();
    detail_ = source->ownerClassName();
    owner = source->ownerId();
  }
  kernel::Trace(trace::EventKind::kActionBegin, loop_id_, source_id_, owner, name_, detail_);
}

void ActionScope::PublishEnd(uint64_t result) {
  kernel::Trace(trace::EventKind::kActionEnd, loop_id_, source_id_, result, name_, detail_);
}

std::string ActionScope::Describe() const {
  if (!begun_) return "";
  const IOEventSource* source = source_.load(std::memory_order_relaxed);
  if (source == nullptr) return absl::StrCat("an action of ", loop_->displayName());
  return absl::StrCat("the action of ", source->className(), " of ", source->ownerClassName());
}

bool ActionScope::Orphan(ActionScope* scopes) {
  const kernel::AtomicSection section;
  const bool any = scopes != nullptr;
  for (; scopes != nullptr; scopes = scopes->next_) {
    scopes->source_.store(nullptr, std::memory_order_relaxed);
  }
  return any;
}

}  // namespace drydock
