// mach/thread_act.h
#ifndef _MACH_THREAD_ACT_H_
#define _MACH_THREAD_ACT_H_

#include <mach/kern_return.h>
#include <mach/mach_types.h>

extern "C" {

// Announces the end of the calling thread. Unlike upstream it returns, and the thread ends when its
// function does: call it last. KERN_FAILURE for another thread, as for any other kernel thread
// upstream.
kern_return_t thread_terminate(thread_t thread);

}  // extern "C"

#endif  // _MACH_THREAD_ACT_H_
