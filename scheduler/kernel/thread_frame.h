// scheduler/kernel/thread_frame.h
//
// What a thread is in the middle of, as reports put it: frames on its own stack, innermost first. A
// layer above derives what it has to tell, such as the action that it runs.
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

  // "the action of IOCommandGate of UsbSerial"; empty if there is nothing to tell, yet.
  virtual std::string Describe() const = 0;

 protected:
  // Becomes the innermost frame of the calling thread / gives way to the one outside of it.
  ThreadFrame();
  ~ThreadFrame();

 private:
  friend std::string DescribeFrames(const Thread* thread);

  ThreadFrame** const innermost_;  // the thread's; null where there is no thread
  ThreadFrame* const outer_;
};

// The thread's frames, joined by ", in "; empty if it has none.
std::string DescribeFrames(const Thread* thread);

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_THREAD_FRAME_H_
