// A provider of interrupts for tests, in the place of the layer above.
#include "tests/eventsources/fake_provider.h"

#include "eventsources/interrupt_provider.h"
#include "scheduler/kernel/interrupt.h"

namespace drydock {

FakeProvider::FakeProvider(int type) : type_(type) {
  static constexpr InterruptProvider kMethods = {&GetType, &Register, &Unregister, &Enable,
                                                 &Disable};
  SetInterruptProvider(&kMethods);
}

FakeProvider::~FakeProvider() {
  if (registered()) Unregister(service(), source_);
  SetInterruptProvider(nullptr);
}

void FakeProvider::Raise() { kernel::InterruptRaise(kLine); }

void FakeProvider::Lower() { kernel::InterruptLower(kLine); }

bool FakeProvider::masked() const { return kernel::InterruptIsMasked(kLine); }

IOReturn FakeProvider::GetType(IOService* service, int, int* type) {
  *type = From(service)->type_;
  return kIOReturnSuccess;
}

IOReturn FakeProvider::Register(IOService* service, int source, OSObject* target,
                                IOInterruptAction handler, void* refcon) {
  FakeProvider* self = From(service);
  if (self->refusal_ != kIOReturnSuccess) return self->refusal_;
  self->calls += 'R';
  self->source_ = source;
  self->target_ = target;
  self->handler_ = handler;
  self->refcon_ = refcon;
  kernel::InterruptInstall(
      kLine,
      self->type_ == kIOInterruptTypeLevel ? kernel::Trigger::kLevel : kernel::Trigger::kEdge,
      &Handle, self);
  return kIOReturnSuccess;
}

IOReturn FakeProvider::Unregister(IOService* service, int) {
  FakeProvider* self = From(service);
  self->calls += 'U';
  kernel::InterruptMask(kLine);
  kernel::InterruptWaitInactive(kLine);
  kernel::InterruptInstall(kLine, kernel::Trigger::kEdge, nullptr, nullptr);
  self->handler_ = nullptr;
  return kIOReturnSuccess;
}

IOReturn FakeProvider::Enable(IOService* service, int) {
  From(service)->calls += 'E';
  kernel::InterruptUnmask(kLine);
  return kIOReturnSuccess;
}

IOReturn FakeProvider::Disable(IOService* service, int) {
  From(service)->calls += 'D';
  kernel::InterruptMask(kLine);
  if (!kernel::InInterruptContext()) kernel::InterruptWaitInactive(kLine);
  return kIOReturnSuccess;
}

void FakeProvider::Handle(void* context, int) {
  auto* self = static_cast<FakeProvider*>(context);
  self->handler_(self->target_, self->refcon_, self->service(), self->source_);
}

}  // namespace drydock
