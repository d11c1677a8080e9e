// mach/thread_policy.h
//
// How a thread is scheduled. (workloop.md 7)
#ifndef _MACH_THREAD_POLICY_H_
#define _MACH_THREAD_POLICY_H_

#include <stdint.h>

#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/mach_types.h>

typedef int integer_t;
typedef uint32_t natural_t;
typedef natural_t mach_msg_type_number_t;
typedef natural_t thread_policy_flavor_t;
typedef integer_t *thread_policy_t;

// Timeshare, or at a fixed priority.
#define THREAD_EXTENDED_POLICY 1
struct thread_extended_policy {
  boolean_t timeshare;
};

// Real time. All times in absolute-time units, which are ns here.
#define THREAD_TIME_CONSTRAINT_POLICY 2
struct thread_time_constraint_policy {
  uint32_t period;       // how often it runs; not checked
  uint32_t computation;  // that it needs each time: 50 us to 50 ms
  uint32_t constraint;   // within which after it became runnable; at least computation
  boolean_t preemptible;
};

// Priority relative to that of the thread's task.
#define THREAD_PRECEDENCE_POLICY 3
struct thread_precedence_policy {
  integer_t importance;
};

// Throttled, with THREAD_BACKGROUND_POLICY_DARWIN_BG as priority; back, with 0.
#define THREAD_BACKGROUND_POLICY 5
#define THREAD_BACKGROUND_POLICY_DARWIN_BG 0x1000
struct thread_background_policy {
  integer_t priority;
};

#define THREAD_EXTENDED_POLICY_COUNT \
  ((mach_msg_type_number_t)(sizeof(struct thread_extended_policy) / sizeof(integer_t)))
#define THREAD_TIME_CONSTRAINT_POLICY_COUNT \
  ((mach_msg_type_number_t)(sizeof(struct thread_time_constraint_policy) / sizeof(integer_t)))
#define THREAD_PRECEDENCE_POLICY_COUNT \
  ((mach_msg_type_number_t)(sizeof(struct thread_precedence_policy) / sizeof(integer_t)))
#define THREAD_BACKGROUND_POLICY_COUNT \
  ((mach_msg_type_number_t)(sizeof(struct thread_background_policy) / sizeof(integer_t)))

typedef struct thread_extended_policy thread_extended_policy_data_t;
typedef struct thread_time_constraint_policy thread_time_constraint_policy_data_t;
typedef struct thread_precedence_policy thread_precedence_policy_data_t;
typedef struct thread_background_policy thread_background_policy_data_t;

extern "C" {

// Gives the thread the policy in `policy_info`, a struct of the flavor, of `count` integers.
// KERN_INVALID_ARGUMENT for another flavor, a short struct, or a time constraint out of bounds
// (SC-17).
kern_return_t thread_policy_set(thread_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t count);

}  // extern "C"

#endif  // _MACH_THREAD_POLICY_H_
