// The host kernel has no funnels (scheduler/kernel/funnel.h).
#include "scheduler/kernel/funnel.h"

#include "scheduler/kernel/panic.h"

namespace drydock::kernel {

bool FunnelSet(Funnel, bool) { Panic("this kernel has no funnels: host threads are not of 2003"); }

Funnel CurrentFunnel() { return Funnel::kNone; }

}  // namespace drydock::kernel
