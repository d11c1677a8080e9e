// The sender of notifications, installed by the layer that has ports.
#include "eventsources/data_queue_notifier.h"

#include "scheduler/kernel/panic.h"

namespace drydock {

namespace {
DataQueueNotifier installed = nullptr;
}  // namespace

void SetDataQueueNotifier(DataQueueNotifier notifier) { installed = notifier; }

DataQueueNotifier GetDataQueueNotifier() {
  if (installed == nullptr) {
    kernel::Panic("a data queue has a notification port, but the layer of ports is not linked in");
  }
  return installed;
}

}  // namespace drydock
