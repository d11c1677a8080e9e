// scheduler/kernel/operation.h
//
// Operations: what a thread announces at a choice point, before which other threads may run.
#ifndef DRYDOCK_SCHEDULER_KERNEL_OPERATION_H_
#define DRYDOCK_SCHEDULER_KERNEL_OPERATION_H_

#include "scheduler/kernel/types.h"

namespace drydock::kernel {

// `X(enumerator, name, write)`: write is whether the operation conflicts with every other on the
// same object (a read conflicts with writes only); partial-order strategies need it.
#define DRYDOCK_OPERATIONS(X)                                                                \
  X(kBegin, "begin", true) /* a thread's first step */                                       \
  X(kExit, "exit", true)                                                                     \
  X(kResume, "resume", true) /* go on after a wait or a preemption */                        \
  X(kThreadCreate, "thread create", true)                                                    \
  X(kLock, "lock", true)                                                                     \
  X(kTryLock, "try lock", true)                                                              \
  X(kUnlock, "unlock", true)                                                                 \
  X(kSpinLock, "spin lock", true)                                                            \
  X(kSpinUnlock, "spin unlock", true)                                                        \
  X(kAssertWait, "assert wait", true)                                                        \
  X(kBlock, "block", true)                                                                   \
  X(kJoin, "join", false)                                                                    \
  X(kWakeup, "wakeup", true)                                                                 \
  X(kYield, "yield", true)                                                                   \
  X(kPolicy, "policy", true)          /* a thread's scheduling policy is set */              \
  X(kDelay, "delay", false)           /* a busy wait */                                      \
  X(kRaise, "raise", true)            /* an interrupt line is raised */                      \
  X(kMask, "mask", true)              /* an interrupt line is masked or unmasked */          \
  X(kInterrupt, "interrupt", true)    /* primary-interrupt context is entered */             \
  X(kThreadCall, "thread call", true) /* entered or cancelled */                             \
  X(kDeadline, "deadline", true)      /* a deadline passes: a wait, a delayed thread call */ \
  X(kOutside, "outside", true)        /* the outside world acts */                           \
  X(kRetain, "retain", true)                                                                 \
  X(kRelease, "release", true)                                                               \
  X(kAtomic, "atomic", true)                                                                 \
  X(kRead, "read", false) /* a hooked memory access */                                       \
  X(kWrite, "write", true)                                                                   \
  X(kSubmit, "submit", true)   /* I/O is handed to hardware */                               \
  X(kService, "service", true) /* a service's state is read or changed */

enum class OperationKind : uint8_t {
#define DRYDOCK_OPERATION_ENUMERATOR(enumerator, name, write) enumerator,
  DRYDOCK_OPERATIONS(DRYDOCK_OPERATION_ENUMERATOR)
#undef DRYDOCK_OPERATION_ENUMERATOR
};

inline constexpr int kOperationKinds = 0
#define DRYDOCK_OPERATION_COUNT(enumerator, name, write) +1
    DRYDOCK_OPERATIONS(DRYDOCK_OPERATION_COUNT)
#undef DRYDOCK_OPERATION_COUNT
    ;

// The operation as a report prints it, such as "try lock".
const char* OperationName(OperationKind kind);
bool OperationWrites(OperationKind kind);

// The object of an operation that conflicts with every other: it ends the run.
inline constexpr ObjectId kEverything = ~ObjectId{0};

// An operation that has not happened yet.
struct Operation {
  constexpr Operation() = default;
  constexpr Operation(OperationKind operation, ObjectId touches, uint8_t which = 0xff)
      : kind(operation), bytes(which), object(touches) {}

  OperationKind kind = OperationKind::kBegin;
  uint8_t bytes = 0xff;  // if the object is memory: which of its bytes, as bits
  ObjectId object = 0;   // what it touches; 0 = nothing that another thread could touch
};

}  // namespace drydock::kernel

#endif  // DRYDOCK_SCHEDULER_KERNEL_OPERATION_H_
