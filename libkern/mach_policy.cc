// What <mach/thread_policy.h> declares, and the funnels of <kern/thread.h>.
#include <kern/thread.h>
#include <mach/thread_policy.h>

#include "scheduler/kernel/funnel.h"
#include "scheduler/kernel/policy.h"

namespace kernel = drydock::kernel;

struct funnel_lock {
  kernel::Funnel funnel;
};

namespace {
funnel_lock the_kernel_funnel = {kernel::Funnel::kKernel};
funnel_lock the_network_funnel = {kernel::Funnel::kNetwork};
}  // namespace

funnel_t *kernel_flock = &the_kernel_funnel;
funnel_t *network_flock = &the_network_funnel;

boolean_t thread_funnel_set(funnel_t *funnel, boolean_t funneled) {
  return kernel::FunnelSet(funnel->funnel, funneled != FALSE);
}

funnel_t *thread_funnel_get(void) {
  switch (kernel::CurrentFunnel()) {
    case kernel::Funnel::kKernel:
      return kernel_flock;
    case kernel::Funnel::kNetwork:
      return network_flock;
    case kernel::Funnel::kNone:
      break;
  }
  return THR_FUNNEL_NULL;
}

kern_return_t thread_policy_set(thread_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t count) {
  switch (flavor) {
    case THREAD_EXTENDED_POLICY: {
      if (count < THREAD_EXTENDED_POLICY_COUNT) return KERN_INVALID_ARGUMENT;
      const auto *policy = reinterpret_cast<const thread_extended_policy *>(policy_info);
      kernel::ThreadSetTimeshare(thread, policy->timeshare != FALSE);
      return KERN_SUCCESS;
    }
    case THREAD_TIME_CONSTRAINT_POLICY: {
      if (count < THREAD_TIME_CONSTRAINT_POLICY_COUNT) return KERN_INVALID_ARGUMENT;
      const auto *policy = reinterpret_cast<const thread_time_constraint_policy *>(policy_info);
      kernel::TimeConstraint constraint;
      constraint.period = policy->period;
      constraint.computation = policy->computation;
      constraint.constraint = policy->constraint;
      constraint.preemptible = policy->preemptible != FALSE;
      return kernel::ThreadSetTimeConstraint(thread, constraint) ? KERN_SUCCESS
                                                                 : KERN_INVALID_ARGUMENT;
    }
    case THREAD_PRECEDENCE_POLICY: {
      if (count < THREAD_PRECEDENCE_POLICY_COUNT) return KERN_INVALID_ARGUMENT;
      const auto *policy = reinterpret_cast<const thread_precedence_policy *>(policy_info);
      kernel::ThreadSetImportance(thread, policy->importance);
      return KERN_SUCCESS;
    }
    case THREAD_BACKGROUND_POLICY: {
      if (count < THREAD_BACKGROUND_POLICY_COUNT) return KERN_INVALID_ARGUMENT;
      const auto *policy = reinterpret_cast<const thread_background_policy *>(policy_info);
      kernel::ThreadSetBackground(thread, policy->priority == THREAD_BACKGROUND_POLICY_DARWIN_BG);
      return KERN_SUCCESS;
    }
    default:
      return KERN_INVALID_ARGUMENT;
  }
}
