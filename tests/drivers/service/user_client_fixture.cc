// The user client that does what a test says.
#include "tests/drivers/service/user_client_fixture.h"

#include "drivers/service/owned.h"

using drydock::Owned;
using drydock::testing::kMethods;
using drydock::testing::kRefuseInit;
using drydock::testing::kRefuseStart;
using drydock::testing::script;

namespace kernel = drydock::kernel;

OSDefineMetaClassAndStructors(TestUserClient, IOUserClient)

const IOExternalMethodDispatch TestUserClient::kDispatch[] = {
    {&TestUserClient::add, 2, 0, 1, 0},
    {&TestUserClient::negate, 0, kIOUCVariableStructureSize, 0, kIOUCVariableStructureSize},
    {nullptr, 1, 0, 0, 0},
    {&TestUserClient::block, 0, 0, 0, 0},
    {&TestUserClient::remember, 0, 0, 0, 0},
};

bool TestUserClient::initWithTask(task_t task, void* token, UInt32 type) {
  type_ = type;
  return IOUserClient::initWithTask(task, token, type) && type != kRefuseInit;
}

bool TestUserClient::start(IOService* provider) {
  if (script->start_takes > 0) kernel::Sleep(script->start_takes);
  return IOUserClient::start(provider) && type_ != kRefuseStart;
}

void TestUserClient::stop(IOService* provider) {
  script->stopped = stopped_ = true;
  IOUserClient::stop(provider);
}

IOReturn TestUserClient::clientClose() {
  ++script->closes;
  if (script->close_ends) terminate();
  return kIOReturnSuccess;
}

IOReturn TestUserClient::externalMethod(uint32_t selector, IOExternalMethodArguments* arguments,
                                        IOExternalMethodDispatch* dispatch, OSObject* target,
                                        void* reference) {
  EXPECT_FALSE(stopped_);
  if (selector < kMethods) {
    dispatch = const_cast<IOExternalMethodDispatch*>(&kDispatch[selector]);
    target = this;
  }
  return IOUserClient::externalMethod(selector, arguments, dispatch, target, reference);
}

IOReturn TestUserClient::registerNotificationPort(mach_port_t port, UInt32 type, UInt32 reference) {
  if (type != 7) return IOUserClient::registerNotificationPort(port, type, reference);
  setAsyncReference64(script->reference, port, 0, reference);
  return kIOReturnSuccess;
}

IOReturn TestUserClient::setProperties(OSObject* properties) {
  return properties == kOSBooleanTrue ? kIOReturnSuccess : kIOReturnBadArgument;
}

IOReturn TestUserClient::clientMemoryForType(UInt32 type, IOOptionBits*,
                                             IOMemoryDescriptor** memory) {
  if (type != 0) return kIOReturnUnsupported;
  if (script->memory == nullptr) {
    script->memory = Owned(IOBufferMemoryDescriptor::withCapacity(64, kIODirectionInOut));
  }
  *memory = script->memory.get();
  (*memory)->retain();
  return kIOReturnSuccess;
}

IOReturn TestUserClient::add(OSObject*, void*, IOExternalMethodArguments* arguments) {
  ++script->calls;
  arguments->scalarOutput[0] = arguments->scalarInput[0] + arguments->scalarInput[1];
  return kIOReturnSuccess;
}

IOReturn TestUserClient::negate(OSObject*, void*, IOExternalMethodArguments* arguments) {
  ++script->calls;
  if (arguments->structureInputDescriptor != nullptr) {
    const IOByteCount length = arguments->structureInputDescriptor->getLength();
    for (IOByteCount i = 0; i < length; ++i) {
      uint8_t byte;
      arguments->structureInputDescriptor->readBytes(i, &byte, 1);
      byte = ~byte;
      arguments->structureOutputDescriptor->writeBytes(i, &byte, 1);
    }
    return kIOReturnSuccess;
  }
  const auto* in = static_cast<const uint8_t*>(arguments->structureInput);
  auto* out = static_cast<uint8_t*>(arguments->structureOutput);
  arguments->structureOutputSize = arguments->structureInputSize;
  for (uint32_t i = 0; i < arguments->structureInputSize; ++i) out[i] = ~in[i];
  return kIOReturnSuccess;
}

IOReturn TestUserClient::block(OSObject* target, void*, IOExternalMethodArguments*) {
  ++script->calls;
  script->Block();
  EXPECT_FALSE(static_cast<TestUserClient*>(target)->stopped_);
  return kIOReturnSuccess;
}

IOReturn TestUserClient::remember(OSObject*, void*, IOExternalMethodArguments* arguments) {
  ++script->calls;
  std::copy_n(arguments->asyncReference, arguments->asyncReferenceCount, script->reference);
  return kIOReturnSuccess;
}

namespace drydock::testing {

Script* script;

IOReturn Simple(io_connect_t connection, uint32_t selector) {
  return IOConnectCallMethod(connection, selector, nullptr, 0, nullptr, 0, nullptr, nullptr,
                             nullptr, nullptr);
}

IOReturn CallAsync(io_connect_t connection, uint32_t selector, mach_port_t port,
                   void (*callback)(void*, IOReturn), void* refcon) {
  uint64_t reference[kIOAsyncCalloutCount] = {0, reinterpret_cast<uintptr_t>(callback),
                                              reinterpret_cast<uintptr_t>(refcon)};
  return IOConnectCallAsyncScalarMethod(connection, selector, port, reference, kIOAsyncCalloutCount,
                                        nullptr, 0, nullptr, nullptr);
}

void TwoCallsAtOnce(World* w, uint32_t selector, int expected) {
  w->program.Run([&] {
    const io_connect_t connection = w->Open();
    kernel::Thread* threads[2];
    for (kernel::Thread*& thread : threads) {
      thread = w->program.Start("caller", [connection, selector] {
        EXPECT_EQ(Simple(connection, selector), kIOReturnSuccess);
      });
    }
    script->WaitUntilInside(expected);
    kernel::Sleep(kernel::kMillisecond);
    EXPECT_FALSE(w->nub->loop->inGate());
    script->LetGo();
    for (kernel::Thread* thread : threads) kernel::ThreadJoin(thread);
    EXPECT_EQ(script->most_inside, expected);
  });
}

}  // namespace drydock::testing
