// The tests of the tutorial (docs/tutorial.md).
#include "Mailbox.h"

#include "drivers/service/platform.h"
#include "scheduler/kernel/thread.h"
#include "tests/drydock_test.h"

namespace {

using drydock::kernel::Thread;
using drydock::kernel::ThreadJoin;
using drydock::kernel::ThreadStart;

// A booted machine with the hardware of a mailbox, which the driver has matched.
class MailboxMachine {
 public:
  MailboxMachine() {
    IOService *platform = drydock::BootPlatform();
    nub_ = OSTypeAlloc(IOService);
    nub_->init();
    nub_->setName("mailbox");
    nub_->attach(platform);
    nub_->registerService(kIOServiceSynchronous);
    mailbox_ = OSDynamicCast(Mailbox, nub_->getClient());
    mailbox_->retain();
  }
  ~MailboxMachine() {
    mailbox_->release();
    nub_->release();
    EXPECT_TRUE(drydock::ShutdownPlatform());
  }

  Mailbox *mailbox() const { return mailbox_; }
  void unplug() { nub_->terminate(); }

 private:
  IOService *nub_;
  Mailbox *mailbox_;
};

DRYDOCK_TEST(Mailbox, TwoReadersGetTwoLetters) {
  MailboxMachine machine;
  UInt32 letters[2] = {};
  Thread *readers[2];
  for (int i = 0; i < 2; ++i) {
    readers[i] = ThreadStart({.name = "reader"}, [&, i] { machine.mailbox()->take(&letters[i]); });
  }
  machine.mailbox()->post(1);
  machine.mailbox()->post(2);
  for (Thread *reader : readers) ThreadJoin(reader);
  EXPECT_EQ(letters[0] + letters[1], 3u) << letters[0] << " and " << letters[1];
}

DRYDOCK_TEST(Mailbox, UnplugEndsAReadersWait) {
  MailboxMachine machine;
  UInt32 letter = 0;
  Thread *reader = ThreadStart(
      {.name = "reader"}, [&] { EXPECT_EQ(machine.mailbox()->take(&letter), kIOReturnOffline); });
  machine.unplug();
  ThreadJoin(reader);
}

}  // namespace
