// The host kernel keeps no record of frames (scheduler/kernel/thread_frame.h): its threads run on
// while a report is made.
#include "scheduler/kernel/thread_frame.h"

namespace drydock::kernel {

ThreadFrame::ThreadFrame() : innermost_(nullptr), outer_(nullptr) {}

ThreadFrame::~ThreadFrame() = default;

std::string DescribeFrames(const Thread*) { return ""; }

}  // namespace drydock::kernel
