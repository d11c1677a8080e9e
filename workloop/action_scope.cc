// workloop/action_scope.cc
#include "workloop/action_scope.h"

#include <IOKit/IOEventSource.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

ActionScope::ActionScope(IOEventSource* source, const IOWorkLoop* loop)
    : source_(source), loop_(loop) {
  if (source_ == nullptr) return;
  next_ = source_->scopes;
  link_ = &source_->scopes;
  if (next_ != nullptr) next_->link_ = &next_;
  source_->scopes = this;
}

ActionScope::~ActionScope() {
  if (source_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
}

void ActionScope::PublishBegin() {
  loop_id_ = ObjectIdOf(loop_);
  source_id_ = ObjectIdOf(source_);
  if (source_ == nullptr) {
    name_ = "IOWorkLoop";
  } else {
    name_ = source_->className();
    detail_ = source_->ownerClassName();
  }
  kernel::Trace(trace::EventKind::kActionBegin, loop_id_, source_id_, 0, name_, detail_);
}

void ActionScope::PublishEnd(uint64_t result) {
  kernel::Trace(trace::EventKind::kActionEnd, loop_id_, source_id_, result, name_, detail_);
}

std::string ActionScope::Describe() const {
  if (!begun_) return "";
  if (source_ == nullptr) return absl::StrCat("an action of ", loop_->displayName());
  return absl::StrCat("the action of ", source_->className(), " of ", source_->ownerClassName());
}

bool ActionScope::Orphan(ActionScope* scopes) {
  const bool any = scopes != nullptr;
  for (; scopes != nullptr; scopes = scopes->next_) scopes->source_ = nullptr;
  return any;
}

}  // namespace drydock
