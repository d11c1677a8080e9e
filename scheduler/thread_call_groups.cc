// The eight groups of thread-call workers; one in the historic profile.
#include "scheduler/thread_call_groups.h"

#include "scheduler/priority.h"

namespace drydock::kernel {

ThreadCallGroupKind ThreadCallGroupKindOf(size_t index, Profile profile) {
  if (profile == Profile::kHistoric) return {"thread call", BASEPRI_THREAD_CALL_DAEMON, false};
  switch (static_cast<ThreadCallPriority>(index)) {
    case ThreadCallPriority::kHigh:
      return {"thread call high", BASEPRI_PREEMPT_HIGH, false};
    case ThreadCallPriority::kKernelHigh:
      return {"thread call", BASEPRI_PREEMPT, false};
    case ThreadCallPriority::kKernel:
      return {"thread call kernel", BASEPRI_KERNEL, true};
    case ThreadCallPriority::kUser:
      return {"thread call user", BASEPRI_DEFAULT, true};
    case ThreadCallPriority::kLow:
      return {"thread call low", MAXPRI_THROTTLE, true};
    case ThreadCallPriority::kQosUserInteractive:
      return {"thread call user-interactive", BASEPRI_FOREGROUND, false};
    case ThreadCallPriority::kQosUserInitiated:
      return {"thread call user-initiated", BASEPRI_USER_INITIATED, false};
    case ThreadCallPriority::kQosUtility:
      return {"thread call utility", BASEPRI_UTILITY, false};
  }
  return {};
}

}  // namespace drydock::kernel
