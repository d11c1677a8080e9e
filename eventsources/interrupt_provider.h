// eventsources/interrupt_provider.h
//
// The methods of IOService that an interrupt source calls on its provider. IOService is declared a
// layer above; it installs its methods here so that this layer need not see it.
#ifndef DRYDOCK_EVENTSOURCES_INTERRUPT_PROVIDER_H_
#define DRYDOCK_EVENTSOURCES_INTERRUPT_PROVIDER_H_

#include <IOKit/IOInterrupts.h>
#include <IOKit/IOReturn.h>

class IOService;
class OSObject;

namespace drydock {

// IOService's methods of the same names, each given its object first. (workloop.md 5.3)
struct InterruptProvider {
  IOReturn (*get_type)(IOService* provider, int source, int* type);
  IOReturn (*register_interrupt)(IOService* provider, int source, OSObject* target,
                                 IOInterruptAction handler, void* refcon);
  IOReturn (*unregister_interrupt)(IOService* provider, int source);
  IOReturn (*enable_interrupt)(IOService* provider, int source);
  IOReturn (*disable_interrupt)(IOService* provider, int source);
};

// Installs the methods, for the life of the process; `methods` must live as long. drivers/service
// does it at static initialisation, a test of this layer in its own. Null takes them away.
void SetInterruptProvider(const InterruptProvider* methods);

// The methods installed. Without them no provider can exist, so that is an error of the program,
// not of a driver.
const InterruptProvider& GetInterruptProvider();

}  // namespace drydock

#endif  // DRYDOCK_EVENTSOURCES_INTERRUPT_PROVIDER_H_
