// The list of frames of each simulated thread (scheduler/kernel/thread_frame.h).
#include "scheduler/kernel/thread_frame.h"

#include "absl/strings/str_cat.h"
#include "scheduler/sim/machine.h"

namespace drydock::kernel {

namespace {

ThreadFrame** InnermostOfCaller() {
  Thread* thread = CurrentThread();
  return thread != nullptr ? &thread->innermost_frame : nullptr;
}

}  // namespace

ThreadFrame::ThreadFrame()
    : innermost_(InnermostOfCaller()), outer_(innermost_ != nullptr ? *innermost_ : nullptr) {
  if (innermost_ != nullptr) *innermost_ = this;
}

ThreadFrame::~ThreadFrame() {
  if (innermost_ != nullptr) *innermost_ = outer_;
}

std::string DescribeFrames(const Thread* thread) {
  std::string text;
  for (const ThreadFrame* frame = thread->innermost_frame; frame != nullptr;
       frame = frame->outer_) {
    const std::string description = frame->Describe();
    if (!description.empty()) absl::StrAppend(&text, text.empty() ? "" : ", in ", description);
  }
  return text;
}

}  // namespace drydock::kernel
