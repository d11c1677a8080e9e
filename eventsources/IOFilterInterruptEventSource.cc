// Filter interrupt sources: the filter decides before an interrupt is counted or masked.
#include <IOKit/IOFilterInterruptEventSource.h>

#include "eventsources/interrupt_provider.h"
#include "scheduler/kernel/interrupt.h"
#include "scheduler/kernel/trace.h"

using drydock::trace::EventKind;

#define super IOInterruptEventSource
OSDefineMetaClassAndStructors(IOFilterInterruptEventSource, IOInterruptEventSource)

OSPtr<IOFilterInterruptEventSource> IOFilterInterruptEventSource::filterInterruptEventSource(
    OSObject *owner, IOInterruptEventSource::Action action, Filter filter, IOService *provider,
    int intIndex) {
  auto *source = new IOFilterInterruptEventSource;
  if (!source->init(owner, action, filter, provider, intIndex)) {
    source->release();
    return nullptr;
  }
  return source;
}

bool IOFilterInterruptEventSource::init(OSObject *inOwner, IOInterruptEventSource::Action inAction,
                                        Filter filter, IOService *inProvider, int index) {
  if (!super::init(inOwner, inAction, inProvider, index)) return false;
  // Only now, so that a provider sees the registration come and go (IN-17).
  if (filter == nullptr) return false;
  filterAction = filter;
  return true;
}

bool IOFilterInterruptEventSource::init(OSObject *, IOInterruptEventSource::Action, IOService *,
                                        int) {
  return false;
}

OSPtr<IOInterruptEventSource> IOFilterInterruptEventSource::interruptEventSource(
    OSObject *, IOInterruptEventSource::Action, IOService *, int) {
  return nullptr;
}

void IOFilterInterruptEventSource::signalInterrupt() { countInterrupt(); }

IOFilterInterruptEventSource::Filter IOFilterInterruptEventSource::getFilterAction() const {
  return filterAction;
}

void IOFilterInterruptEventSource::normalInterruptOccurred(void *, IOService *, int) {
  if (askFilter()) signalInterrupt();
}

void IOFilterInterruptEventSource::disableInterruptOccurred(void *, IOService *nub, int ind) {
  if (!askFilter()) return;
  drydock::GetInterruptProvider().disable_interrupt(nub, ind);
  signalInterrupt();
}

bool IOFilterInterruptEventSource::askFilter() {
  publish(EventKind::kFilterBegin);
  const unsigned counted = producerCount;
  const bool mine = filterAction(owner, this);
  publish(EventKind::kFilterEnd, mine);
  // A filter may also have signalled by itself.
  drydock::kernel::InterruptClaim(mine || producerCount != counted);
  return mine;
}
