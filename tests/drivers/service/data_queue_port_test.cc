// A program that takes entries out of a data queue, and waits at its port while there are none.
#include <IOKit/IOSharedDataQueue.h>
#include <kern/task.h>

#include "drivers/service/mach_port.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"

namespace drydock {
namespace {

DRYDOCK_TEST(DataQueuePort, WhoWaitsAtThePortMissesNoEntry) {
  constexpr UInt32 kEntries = 10;
  const mach_port_t port = PortAllocate(current_task());
  IOSharedDataQueue* queue = IOSharedDataQueue::withEntries(kEntries, sizeof(UInt32));
  queue->setNotificationPort(port);
  kernel::Thread* driver = kernel::ThreadStart({.name = "driver"}, [&] {
    for (UInt32 i = 0; i < kEntries; ++i) EXPECT_TRUE(queue->enqueue(&i, sizeof i));
  });
  for (UInt32 i = 0; i < kEntries; ++i) {
    UInt32 value = 0, size = sizeof value;
    while (!queue->dequeue(&value, &size)) {
      PortMessage message;
      ASSERT_EQ(PortReceive(port, current_task(), 0, &message), MACH_MSG_SUCCESS);
    }
    EXPECT_EQ(value, i);
  }
  kernel::ThreadJoin(driver);
  queue->release();
}

}  // namespace
}  // namespace drydock
