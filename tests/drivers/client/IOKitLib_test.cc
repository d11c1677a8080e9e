// What a program sees of services: finding them, the registry, notifications; and how a program's
// threads run. (service.md 3.7 and 5)
#include "drivers/client/IOKitLib.h"

#include <string>
#include <vector>

#include <IOKit/IOLocks.h>
#include <IOKit/IOService.h>

#include "drivers/client/user_task.h"
#include "drivers/service/owned.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "tests/drivers/service/service_fixture.h"
#include "tests/drydock_test.h"

namespace drydock::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A platform with a published service, and a program.
struct World {
  Journal journal;
  BootedPlatform platform;
  RecordingService* nub = RecordingService::Make("Nub", platform.service(), &journal);
  UserTask program{{.name = "program"}};

  World() {
    nub->setProperty("color", "red");
    nub->setLocation("14");
    nub->registerService(kIOServiceSynchronous);
  }
  io_service_t Find() const {
    return IOServiceGetMatchingService(kIOMainPortDefault, IOServiceMatching("RecordingService"));
  }
};

// The names of all objects the iterator still has.
std::vector<std::string> Drain(io_iterator_t iterator) {
  std::vector<std::string> names;
  while (const io_object_t object = IOIteratorNext(iterator)) {
    io_name_t name;
    EXPECT_EQ(IORegistryEntryGetName(object, name), kIOReturnSuccess);
    names.push_back(name);
    IOObjectRelease(object);
  }
  return names;
}

// --- Programs.

DRYDOCK_TEST(UserTask, ThreadsRunInUserBandsAndInUserMode) {
  World w;
  EXPECT_EQ(current_task(), kernel_task);
  w.program.Run([&] {
    EXPECT_EQ(current_task(), w.program.task());
    EXPECT_EQ(kernel::ThreadPriority(kernel::CurrentThread()), BASEPRI_DEFAULT);
    EXPECT_EQ(kernel::ThreadSchedulingMode(kernel::CurrentThread()),
              kernel::SchedulingMode::kTimeshare);
    IOObjectRelease(w.Find());
    EXPECT_TRUE(kernel::SetUserMode(true));  // so it was, and after the calls too
  });
}

DRYDOCK_TEST(UserTask, NamesOfOneProgramAreWorthNothingToAnother) {
  World w;
  UserTask other({.name = "other"});
  io_service_t service = IO_OBJECT_NULL;
  w.program.Run([&] { service = w.Find(); });
  io_name_t name;
  other.Run([&] {
    EXPECT_EQ(IORegistryEntryGetName(service, name), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(IOObjectRelease(service), KERN_INVALID_NAME);
    const io_service_t own = w.Find();
    EXPECT_EQ(own, service);  // one object, one port
    EXPECT_EQ(IOObjectRelease(own), kIOReturnSuccess);
  });
  w.program.Run([&] { EXPECT_EQ(IORegistryEntryGetName(service, name), kIOReturnSuccess); });
}

DRYDOCK_TEST(UserTask, RightsAreCounted) {
  World w;
  w.program.Run([&] {
    const io_service_t service = w.Find();
    EXPECT_EQ(w.Find(), service);
    EXPECT_EQ(IOObjectRetain(service), kIOReturnSuccess);
    const int held = w.nub->getRetainCount();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(IOObjectRelease(service), kIOReturnSuccess);
    EXPECT_EQ(w.nub->getRetainCount(), held);  // all of them are one reference
    EXPECT_EQ(IOObjectRelease(service), kIOReturnSuccess);
    EXPECT_EQ(w.nub->getRetainCount(), held - 1);
    EXPECT_EQ(IOObjectRelease(service), KERN_INVALID_NAME);
  });
}

DRYDOCK_TEST(UserTask, DeathBreaksWaitsForMessages) {
  World w;
  UserTask mortal({.name = "mortal"});
  kernel::Thread* waiter = mortal.Start("waiter", [] {
    const mach_msg_return_t result = ReceiveNotification(mach_reply_port());
    EXPECT_TRUE(result == MACH_RCV_INTERRUPTED || result == MACH_RCV_PORT_DIED) << result;
  });
  kernel::Sleep(kernel::kMillisecond);
  mortal.Kill();
  kernel::ThreadJoin(waiter);
}

// --- The registry.

DRYDOCK_TEST(IOKitLib, EntriesTellTheirNamesPropertiesAndPaths) {
  World w;
  w.program.Run([&] {
    const io_service_t service = w.Find();
    io_name_t name;
    EXPECT_EQ(IORegistryEntryGetName(service, name), kIOReturnSuccess);
    EXPECT_STREQ(name, "Nub");
    EXPECT_EQ(IORegistryEntryGetLocationInPlane(service, kIOServicePlane, name), kIOReturnSuccess);
    EXPECT_STREQ(name, "14");
    EXPECT_EQ(IOObjectGetClass(service, name), kIOReturnSuccess);
    EXPECT_STREQ(name, "RecordingService");
    EXPECT_TRUE(IOObjectConformsTo(service, "IOService"));
    EXPECT_FALSE(IOObjectConformsTo(service, "IOUserClient"));
    io_string_t path;
    EXPECT_EQ(IORegistryEntryGetPath(service, kIOServicePlane, path), kIOReturnSuccess);
    EXPECT_STREQ(path, "IOService:/DrydockPlatform/Nub@14");
    uint64_t id = 0;
    EXPECT_EQ(IORegistryEntryGetRegistryEntryID(service, &id), kIOReturnSuccess);
    EXPECT_EQ(id, w.nub->getRegistryEntryID());

    const auto color =
        Owned(IORegistryEntryCreateCFProperty(service, CFSTR("color"), kCFAllocatorDefault, 0));
    const OSString* text = OSDynamicCast(OSString, color.get());
    EXPECT_TRUE(text != nullptr && text->isEqualTo("red"));
    EXPECT_EQ(IORegistryEntryCreateCFProperty(service, CFSTR("taste"), kCFAllocatorDefault, 0),
              nullptr);
    CFMutableDictionaryRef properties = nullptr;
    EXPECT_EQ(IORegistryEntryCreateCFProperties(service, &properties, kCFAllocatorDefault, 0),
              kIOReturnSuccess);
    EXPECT_EQ(properties->getObject("color"), color.get());
    properties->release();

    io_registry_entry_t parent = IO_OBJECT_NULL;
    EXPECT_EQ(IORegistryEntryGetParentEntry(service, kIOServicePlane, &parent), kIOReturnSuccess);
    const auto inherited =
        Owned(IORegistryEntrySearchCFProperty(service, kIOServicePlane, CFSTR("color"),
                                              kCFAllocatorDefault, kIORegistryIterateRecursively));
    EXPECT_NE(inherited, nullptr);
    io_registry_entry_t child = IO_OBJECT_NULL;
    EXPECT_EQ(IORegistryEntryGetChildEntry(service, kIOServicePlane, &child), kIOReturnNoDevice);
    EXPECT_EQ(IORegistryEntryGetChildEntry(service, "no plane", &child), kIOReturnBadArgument);
    EXPECT_EQ(IORegistryEntryGetChildEntry(parent, kIOServicePlane, &child), kIOReturnSuccess);
    EXPECT_TRUE(IOObjectConformsTo(child, "IOService"));
    EXPECT_FALSE(IOObjectIsEqualTo(child, parent));
    EXPECT_TRUE(IOObjectIsEqualTo(service, w.Find()));
    const io_registry_entry_t root = IORegistryGetRootEntry(kIOMainPortDefault);
    EXPECT_EQ(IORegistryEntryGetName(root, name), kIOReturnSuccess);
    EXPECT_STREQ(name, "Root");
  });
}

DRYDOCK_TEST(IOKitLib, PathsAndIteratorsLeadToEntries) {
  World w;
  w.program.Run([&] {
    const io_service_t service = w.Find();
    EXPECT_EQ(IORegistryEntryFromPath(kIOMainPortDefault, "IOService:/DrydockPlatform/Nub@14"),
              service);
    EXPECT_EQ(IORegistryEntryFromPath(kIOMainPortDefault, "IOService:/DrydockPlatform/Nub@15"),
              IO_OBJECT_NULL);
    EXPECT_TRUE(IORegistryEntryInPlane(service, kIOServicePlane));
    EXPECT_FALSE(IORegistryEntryInPlane(service, kIOPowerPlane));

    RecordingService* below = RecordingService::Make("Below", w.nub, &w.journal);
    RecordingService::Make("Deep", below, &w.journal);
    io_iterator_t iterator = IO_OBJECT_NULL;
    EXPECT_EQ(IORegistryEntryCreateIterator(service, kIOServicePlane, kIORegistryIterateRecursively,
                                            &iterator),
              kIOReturnSuccess);
    EXPECT_THAT(Drain(iterator), ElementsAre("Below", "Deep"));
    EXPECT_EQ(IORegistryEntryCreateIterator(service, kIOServicePlane, kIORegistryIterateParents,
                                            &iterator),
              kIOReturnSuccess);
    EXPECT_THAT(Drain(iterator), ElementsAre("DrydockPlatform"));
    EXPECT_EQ(IORegistryCreateIterator(kIOMainPortDefault, kIOServicePlane, 0, &iterator),
              kIOReturnSuccess);
    EXPECT_THAT(Drain(iterator), ElementsAre("DrydockPlatform"));
    EXPECT_EQ(IORegistryCreateIterator(kIOMainPortDefault, "no plane", 0, &iterator),
              kIOReturnBadArgument);

    const auto matching = Owned(IOServiceMatching("RecordingService"));
    boolean_t matches = false;
    EXPECT_EQ(IOServiceMatchPropertyTable(service, matching.get(), &matches), kIOReturnSuccess);
    EXPECT_TRUE(matches);
  });
}

DRYDOCK_TEST(IOKitLib, UC14AnExhaustedIteratorHasNoDevice) {
  World w;
  w.program.Run([&] {
    io_iterator_t iterator = IO_OBJECT_NULL;
    ASSERT_EQ(IOServiceGetMatchingServices(kIOMainPortDefault,
                                           IOServiceMatching("RecordingService"), &iterator),
              kIOReturnSuccess);
    io_object_t object = IO_OBJECT_NULL;
    EXPECT_EQ(io_iterator_next(iterator, &object), kIOReturnSuccess);
    EXPECT_EQ(object, w.Find());
    EXPECT_EQ(io_iterator_next(iterator, &object), kIOReturnNoDevice);
    EXPECT_EQ(io_iterator_next(iterator, &object), kIOReturnNoDevice);
    IOIteratorReset(iterator);
    EXPECT_TRUE(IOIteratorIsValid(iterator));
    EXPECT_THAT(Drain(iterator), ElementsAre("Nub"));
    EXPECT_EQ(io_iterator_next(object, &object), kIOReturnBadArgument);  // it is no iterator
  });
}

DRYDOCK_TEST(IOKitLib, UC15WaitQuietTimesOutOrWaitsForEver) {
  World w;
  w.nub->adjustBusy(1);
  w.program.Run([&] {
    const io_service_t service = w.Find();
    uint32_t busy = 0;
    EXPECT_EQ(IOServiceGetBusyState(service, &busy), kIOReturnSuccess);
    EXPECT_EQ(busy, 1u);
    const kernel::Time before = kernel::Now();
    mach_timespec_t wait = {0, 500'000'000};
    EXPECT_EQ(IOServiceWaitQuiet(service, &wait), kIOReturnTimeout);
    EXPECT_GE(kernel::Now() - before, 500 * kernel::kMillisecond);
  });
  kernel::Thread* waiter = w.program.Start("waiter", [&] {
    const kernel::Time before = kernel::Now();
    EXPECT_EQ(IOServiceWaitQuiet(w.Find(), nullptr), kIOReturnSuccess);
    EXPECT_GE(kernel::Now() - before, 99 * kernel::kSecond);
  });
  kernel::Sleep(100 * kernel::kSecond);
  w.nub->adjustBusy(-1);
  kernel::ThreadJoin(waiter);
}

// --- Notifications.

// A program's notification port, and the notifications it has received.
struct Listener {
  std::vector<std::string> told;
  IONotificationPortRef port = IONotificationPortCreate(kIOMainPortDefault);
  io_iterator_t iterator = IO_OBJECT_NULL;

  ~Listener() {
    IOObjectRelease(iterator);
    IONotificationPortDestroy(port);
  }
  static void Told(void* refcon, io_iterator_t iterator) {
    auto* self = static_cast<Listener*>(refcon);
    for (const std::string& name : Drain(iterator)) self->told.push_back(name);
  }
  void Add(const char* type) {
    ASSERT_EQ(IOServiceAddMatchingNotification(port, type, IOServiceMatching("RecordingService"),
                                               &Told, this, &iterator),
              kIOReturnSuccess);
  }
  // Serves the port until nothing comes for a while.
  void Serve() {
    while (ReceiveNotification(IONotificationPortGetMachPort(port), kernel::kSecond) ==
           MACH_MSG_SUCCESS) {
    }
  }
};

DRYDOCK_TEST(IOKitLib, MatchingNotificationsTellWhatIsThereAndWhatComes) {
  World w;
  w.program.Run([&] {
    Listener listener;
    listener.Add(kIOFirstMatchNotification);
    EXPECT_THAT(Drain(listener.iterator), ElementsAre("Nub"));
    for (const char* name : {"Second", "Third"}) {
      RecordingService* nub = RecordingService::Make(name, w.platform.service(), &w.journal);
      nub->registerService(kIOServiceSynchronous);
    }
    listener.Serve();
    // One message for both, the newest first.
    EXPECT_THAT(listener.told, ElementsAre("Third", "Second"));
  });
}

DRYDOCK_TEST(IOKitLib, NothingIsSaidUntilTheIteratorWasExhausted) {
  World w;
  w.program.Run([&] {
    Listener listener;
    listener.Add(kIOFirstMatchNotification);
    RecordingService* nub = RecordingService::Make("Second", w.platform.service(), &w.journal);
    nub->registerService(kIOServiceSynchronous);
    listener.Serve();
    EXPECT_THAT(listener.told, IsEmpty());
    EXPECT_THAT(Drain(listener.iterator), ElementsAre("Second", "Nub"));
  });
}

DRYDOCK_TEST(IOKitLib, AProgramHearsOfTheEnd) {
  World w;
  w.program.Run([&] {
    Listener listener;
    listener.Add(kIOTerminatedNotification);
    EXPECT_THAT(Drain(listener.iterator), IsEmpty());
    const io_service_t service = w.Find();
    w.nub->terminate();
    io_name_t name;
    EXPECT_EQ(IORegistryEntryGetName(service, name), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(IOObjectRelease(service), kIOReturnSuccess);  // a dead name
    listener.Serve();
    EXPECT_THAT(listener.told, ElementsAre("Nub"));
  });
}

DRYDOCK_TEST(IOKitLib, AReleasedNotificationIsSilent) {
  World w;
  w.program.Run([&] {
    Listener listener;
    listener.Add(kIOTerminatedNotification);
    EXPECT_THAT(Drain(listener.iterator), IsEmpty());
    kernel::Thread* unplug = kernel::ThreadStart({.name = "unplug"}, [&] { w.nub->terminate(); });
    EXPECT_EQ(IOObjectRelease(listener.iterator), kIOReturnSuccess);
    kernel::ThreadJoin(unplug);
    // A message that was on its way finds a dead iterator.
    listener.Serve();
    EXPECT_THAT(listener.told, IsEmpty());
  });
}

DRYDOCK_TEST(IOKitLib, UnknownKindsOfNotificationAreUnsupported) {
  World w;
  w.program.Run([&] {
    IONotificationPortRef port = IONotificationPortCreate(kIOMainPortDefault);
    io_iterator_t iterator = IO_OBJECT_NULL;
    EXPECT_EQ(
        IOServiceAddMatchingNotification(port, "IOServiceWhatever", IOServiceMatching("IOService"),
                                         nullptr, nullptr, &iterator),
        kIOReturnUnsupported);
  });
}

DRYDOCK_TEST(IOKitLib, InterestedProgramsGetMessages) {
  World w;
  w.program.Run([&] {
    std::vector<uint32_t> messages;
    IONotificationPortRef notify = IONotificationPortCreate(kIOMainPortDefault);
    const mach_port_t port = IONotificationPortGetMachPort(notify);
    io_object_t notification = IO_OBJECT_NULL;
    const io_service_t service = w.Find();
    EXPECT_EQ(IOServiceAddInterestNotification(
                  notify, service, kIOGeneralInterest,
                  [](void* refcon, io_service_t, uint32_t message, void*) {
                    static_cast<std::vector<uint32_t>*>(refcon)->push_back(message);
                  },
                  &messages, &notification),
              kIOReturnSuccess);
    w.nub->messageClients(kIOMessageServiceIsSuspended);
    w.nub->terminate();
    EXPECT_EQ(ReceiveNotification(port), MACH_MSG_SUCCESS);
    EXPECT_THAT(messages, ElementsAre(kIOMessageServiceIsSuspended));
    EXPECT_EQ(IOObjectRelease(notification), kIOReturnSuccess);
  });
}

}  // namespace
}  // namespace drydock::testing
