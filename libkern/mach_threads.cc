// Threads, waits and thread calls by Mach's names: <kern/thread.h>, <kern/sched_prim.h>,
// <kern/thread_call.h>, <mach/thread_act.h>.
#include <kern/sched_prim.h>
#include <kern/thread.h>
#include <kern/thread_call.h>
#include <mach/thread_act.h>

#include "libkern/lock_sleep.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_call.h"
#include "scheduler/kernel/wait.h"

namespace kernel = drydock::kernel;

thread_t current_thread(void) { return kernel::CurrentThread(); }

kern_return_t kernel_thread_start(thread_continue_t continuation, void *parameter,
                                  thread_t *new_thread) {
  kernel::ThreadOptions options;
  options.name = "kernel thread";
  kernel::Thread *const thread = kernel::ThreadStart(
      options, [continuation, parameter] { continuation(parameter, THREAD_AWAKENED); });
  if (new_thread != nullptr) *new_thread = thread;
  return KERN_SUCCESS;
}

void thread_reference(thread_t) {}

void thread_deallocate(thread_t) {}

void thread_set_thread_name(thread_t thread, const char *name) {
  kernel::SetThreadName(thread, name);
}

kern_return_t thread_terminate(thread_t thread) {
  return thread == kernel::CurrentThread() ? KERN_SUCCESS : KERN_FAILURE;
}

wait_result_t assert_wait(event_t event, wait_interrupt_t interruptible) {
  return assert_wait_deadline(event, interruptible, 0);
}

wait_result_t assert_wait_deadline(event_t event, wait_interrupt_t interruptible,
                                   uint64_t deadline) {
  drydock::RequireEvent(event);
  return static_cast<int>(kernel::AssertWait(event, drydock::InterruptibleFrom(interruptible),
                                             deadline, kernel::WaitNote{}));
}

wait_result_t assert_wait_timeout(event_t event, wait_interrupt_t interruptible, uint32_t interval,
                                  uint32_t scale_factor) {
  uint64_t deadline;
  clock_interval_to_deadline(interval, scale_factor, &deadline);
  return assert_wait_deadline(event, interruptible, deadline);
}

wait_result_t thread_block(thread_continue_t continuation) {
  if (continuation != THREAD_CONTINUE_NULL)
    kernel::Panic("thread_block: continuations are not supported");
  return static_cast<int>(kernel::ThreadBlock());
}

kern_return_t thread_wakeup_prim(event_t event, boolean_t one_thread, wait_result_t result) {
  drydock::RequireEvent(event);
  const int woken = result == THREAD_AWAKENED ? kernel::ThreadWakeup(event, one_thread != 0)
                                              : kernel::ThreadWakeupWithResult(
                                                    event, static_cast<kernel::WaitResult>(result));
  return woken > 0 ? KERN_SUCCESS : KERN_NOT_WAITING;
}

thread_call_t thread_call_allocate(thread_call_func_t func, thread_call_param_t param0) {
  return thread_call_allocate_with_options(func, param0, THREAD_CALL_PRIORITY_HIGH, 0);
}

thread_call_t thread_call_allocate_with_priority(thread_call_func_t func,
                                                 thread_call_param_t param0,
                                                 thread_call_priority_t priority) {
  return thread_call_allocate_with_options(func, param0, priority, 0);
}

thread_call_t thread_call_allocate_with_options(thread_call_func_t func, thread_call_param_t param0,
                                                thread_call_priority_t priority,
                                                thread_call_options_t options) {
  return kernel::ThreadCallAllocate(func, param0, static_cast<kernel::ThreadCallPriority>(priority),
                                    options);
}

boolean_t thread_call_free(thread_call_t call) { return kernel::ThreadCallFree(call); }

boolean_t thread_call_enter(thread_call_t call) { return kernel::ThreadCallEnter(call, nullptr); }

boolean_t thread_call_enter1(thread_call_t call, thread_call_param_t param1) {
  return kernel::ThreadCallEnter(call, param1);
}

boolean_t thread_call_enter_delayed(thread_call_t call, uint64_t deadline) {
  return kernel::ThreadCallEnterDelayed(call, nullptr, deadline);
}

boolean_t thread_call_enter1_delayed(thread_call_t call, thread_call_param_t param1,
                                     uint64_t deadline) {
  return kernel::ThreadCallEnterDelayed(call, param1, deadline);
}

boolean_t thread_call_cancel(thread_call_t call) { return kernel::ThreadCallCancel(call); }

boolean_t thread_call_cancel_wait(thread_call_t call) { return kernel::ThreadCallCancelWait(call); }
