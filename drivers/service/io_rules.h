// drivers/service/io_rules.h
//
// The rules of teardown for I/O. Families whose services take I/O from clients call this; it
// publishes the I/O as events and reports breaches as findings. (service.md 9.3)
#ifndef DRYDOCK_DRIVERS_SERVICE_IO_RULES_H_
#define DRYDOCK_DRIVERS_SERVICE_IO_RULES_H_

#include <IOKit/IOService.h>

namespace drydock {

// `provider` has accepted I/O from `client`, for its `queue` (a pipe, or the provider itself). It
// is a finding if the client does not have the provider open (io-without-open), or was told that
// the provider will terminate (io-accepted-after-will-terminate). In the provider's gate.
void IoAccepted(IOService* provider, IOService* client, const OSObject* queue, uint64_t bytes,
                const char* name);

// The I/O is about to complete. It is a finding if the client has been stopped
// (io-completed-after-stop). Once for each IoAccepted.
void IoCompleted(IOService* provider, const IOService* client, const OSObject* queue,
                 IOReturn status, uint64_t bytes);

// `client` is about to close `provider`. It is a finding if some of the client's I/O has not
// completed (closed-with-io-in-flight).
void IoClientCloses(const IOService* provider, const IOService* client);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_IO_RULES_H_
