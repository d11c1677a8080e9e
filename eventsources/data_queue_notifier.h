// eventsources/data_queue_notifier.h
//
// How a data queue notifies a client that waits at a port. Ports belong to a layer above, which
// installs its sender here.
#ifndef DRYDOCK_EVENTSOURCES_DATA_QUEUE_NOTIFIER_H_
#define DRYDOCK_EVENTSOURCES_DATA_QUEUE_NOTIFIER_H_

#include <mach/vm_types.h>

namespace drydock {

// Sends a message without a body to `port`. Any context.
using DataQueueNotifier = void (*)(mach_port_t port);

// Installs the sender, for the life of the process. Null takes it away.
void SetDataQueueNotifier(DataQueueNotifier notifier);

// The sender installed. Without one no port can exist, so that is an error of the program, not of a
// driver.
DataQueueNotifier GetDataQueueNotifier();

}  // namespace drydock

#endif  // DRYDOCK_EVENTSOURCES_DATA_QUEUE_NOTIFIER_H_
