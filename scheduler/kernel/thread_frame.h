// scheduler/kernel/thread_frame.h
//
// What a thread is doing, as reports put it: a list of frames on its own stack, innermost first.
// Layers above derive from ThreadFrame, for example to name the action that the thread runs.
#ifndef DRYDOCK_SCHEDULER_KERNEL_THREAD_FRAME_H_
#define DRYDOCK_SCHEDULER_KERNEL_THREAD_FRAME_H_

#include <string>

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

// Lives on the stack of the thread that made it.
class ThreadFrame {
 public:
  ThreadFrame(const ThreadFrame&) = delete;
  ThreadFrame& operator=(const ThreadFrame&) = delete;

  // For example "the action of IOCommandGate of UsbSerial"; empty if there is nothing to report
  // yet.
  virtual std::string Describe() const = 0;

 protected:
  // Makes itself the innermost frame of the calling thread, until it is destroyed.
  ThreadFrame();
  ~ThreadFrame();

 private:
  friend std::string DescribeFrames(const Thread* thread);

  // Host threads have no frames.
  [[maybe_unused]] ThreadFrame** const innermost_;  // the thread's; null where there is no thread
  [[maybe_unused]] ThreadFrame* const outer_;
};

// The thread's frames, joined by ", in "; empty if it has none.
std::string DescribeFrames(const Thread* thread);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_THREAD_FRAME_H_
