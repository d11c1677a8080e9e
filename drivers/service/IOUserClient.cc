// User clients: their life, and how a call finds its method. (service.md 5; asynchronous results
// are in IOUserClient_async.cc)
#include <cstring>

#include <IOKit/IOUserClient.h>
#include <libkern/c++/OSContainers.h>

#include "drivers/service/owned.h"
#include "drivers/service/user_calls.h"
#include "libkern/task.h"

#define super IOService

OSDefineMetaClassAndAbstractStructors(IOUserClient, IOService)
OSDefineMetaClassAndAbstractStructors(IOUserClient2022, IOUserClient)

// --- Life.

bool IOUserClient::init() { return getPropertyTable() != nullptr || super::init(); }

bool IOUserClient::init(OSDictionary *dictionary) {
  return getPropertyTable() != nullptr || super::init(dictionary);
}

bool IOUserClient::initWithTask(task_t owningTask, void *securityToken, UInt32 type,
                                OSDictionary *properties) {
  return init(properties) && initWithTask(owningTask, securityToken, type);
}

bool IOUserClient::initWithTask(task_t, void *, UInt32) { return init(); }

void IOUserClient::free() {
  OSSafeReleaseNULL(fClientState.mappings);
  if (fClientState.call_lock != nullptr) IORWLockFree(fClientState.call_lock);
  super::free();
}

IOReturn IOUserClient::clientClose() { return kIOReturnUnsupported; }

IOReturn IOUserClient::clientDied() {
  IOReturn result = kIOReturnNotReady;
  drydock::user_calls::CloseOnce(this, &result);
  return result;
}

// --- What a driver overrides.

IOService *IOUserClient::getService() { return nullptr; }

IOReturn IOUserClient::registerNotificationPort(mach_port_t port, UInt32 type,
                                                io_user_reference_t refCon) {
  return registerNotificationPort(port, type, static_cast<UInt32>(refCon));
}

IOReturn IOUserClient::registerNotificationPort(mach_port_t, UInt32, UInt32) {
  return kIOReturnUnsupported;
}

IOReturn IOUserClient::clientMemoryForType(UInt32, IOOptionBits *, IOMemoryDescriptor **) {
  return kIOReturnUnsupported;
}

IOExternalMethod *IOUserClient::getTargetAndMethodForIndex(IOService **target, UInt32 index) {
  IOExternalMethod *method = getExternalMethodForIndex(index);
  if (method != nullptr) *target = method->object;
  return method;
}

IOExternalMethod *IOUserClient::getExternalMethodForIndex(UInt32) { return nullptr; }

// --- Privileges.

IOReturn IOUserClient::clientHasPrivilege(void *securityToken, const char *privilegeName) {
  const auto *task = static_cast<task_t>(securityToken);
  if (std::strcmp(privilegeName, kIOClientPrivilegeAdministrator) == 0) {
    return task->root ? kIOReturnSuccess : kIOReturnNotPrivileged;
  }
  if (std::strcmp(privilegeName, kIOClientPrivilegeLocalUser) == 0) return kIOReturnSuccess;
  return kIOReturnUnsupported;
}

OSPtr<OSObject> IOUserClient::copyClientEntitlement(task_t task, const char *entitlement) {
  OSObject *value =
      task->entitlements != nullptr ? task->entitlements->getObject(entitlement) : nullptr;
  if (value != nullptr) value->retain();
  return value;
}

// --- Calls.

namespace {

// Whether the size a method was declared with allows the size given.
bool Fits(uint32_t declared, uint64_t given) {
  return declared == kIOUCVariableStructureSize || declared == given;
}

uint64_t InputSize(const IOExternalMethodArguments *arguments) {
  return arguments->structureInputDescriptor != nullptr
             ? arguments->structureInputDescriptor->getLength()
             : arguments->structureInputSize;
}

uint64_t OutputSize(const IOExternalMethodArguments *arguments) {
  return arguments->structureOutputDescriptor != nullptr
             ? arguments->structureOutputDescriptor->getLength()
             : arguments->structureOutputSize;
}

}  // namespace

IOReturn IOUserClient::externalMethod(uint32_t selector, IOExternalMethodArguments *arguments,
                                      IOExternalMethodDispatch *dispatch, OSObject *target,
                                      void *reference) {
  if (dispatch == nullptr) return callLegacyMethod(selector, arguments);
  if (!Fits(dispatch->checkScalarInputCount, arguments->scalarInputCount) ||
      !Fits(dispatch->checkStructureInputSize, InputSize(arguments)) ||
      !Fits(dispatch->checkScalarOutputCount, arguments->scalarOutputCount) ||
      !Fits(dispatch->checkStructureOutputSize, OutputSize(arguments))) {
    return kIOReturnBadArgument;
  }
  if (dispatch->function == nullptr) return kIOReturnNoCompletion;
  return dispatch->function(target, reference, arguments);
}

// A method of the old tables takes six words: the inputs, then the addresses of the outputs.
// Scalars are 32 bits wide.
IOReturn IOUserClient::callLegacyMethod(uint32_t selector, IOExternalMethodArguments *arguments) {
  if (arguments->structureInputDescriptor != nullptr ||
      arguments->structureOutputDescriptor != nullptr) {
    return kIOReturnIPCError;
  }
  if (arguments->asyncWakePort != MACH_PORT_NULL) return kIOReturnUnsupported;
  IOService *target = nullptr;
  const IOExternalMethod *method = getTargetAndMethodForIndex(&target, selector);
  if (method == nullptr || target == nullptr) return kIOReturnUnsupported;

  constexpr uint32_t kWords = 6;
  void *words[kWords] = {};
  uint32_t used = 0;
  const auto add = [&words, &used](void *word) {
    if (used < kWords) words[used] = word;
    ++used;
  };
  const auto add_scalars_in = [&] {
    for (uint32_t i = 0; i < arguments->scalarInputCount; ++i) {
      add(reinterpret_cast<void *>(
          static_cast<uintptr_t>(static_cast<uint32_t>(arguments->scalarInput[i]))));
    }
  };
  uint32_t scalars_out[kWords] = {};
  // A structure's size goes in as a number and comes out through a pointer.
  IOByteCount structure_out_size = arguments->structureOutputSize;
  const auto count0 = static_cast<uint32_t>(method->count0);
  const auto count1 = static_cast<uint32_t>(method->count1);
  const auto add_structure_in = [&] {
    add(const_cast<void *>(arguments->structureInput));
    add(reinterpret_cast<void *>(static_cast<uintptr_t>(arguments->structureInputSize)));
  };

  const uint32_t type = method->flags & kIOUCTypeMask;
  switch (type) {
    case kIOUCScalarIScalarO:
      if (arguments->scalarInputCount != count0 || arguments->scalarOutputCount != count1) {
        return kIOReturnBadArgument;
      }
      add_scalars_in();
      for (uint32_t i = 0; i < count1; ++i) add(i < kWords ? &scalars_out[i] : nullptr);
      break;
    case kIOUCScalarIStructO:
      if (arguments->scalarInputCount != count0 || !Fits(count1, arguments->structureOutputSize)) {
        return kIOReturnBadArgument;
      }
      add_scalars_in();
      add(arguments->structureOutput);
      add(&structure_out_size);
      break;
    case kIOUCScalarIStructI:
      if (arguments->scalarInputCount != count0 || !Fits(count1, arguments->structureInputSize)) {
        return kIOReturnBadArgument;
      }
      add_scalars_in();
      add_structure_in();
      break;
    case kIOUCStructIStructO:
      if (!Fits(count0, arguments->structureInputSize) ||
          !Fits(count1, arguments->structureOutputSize)) {
        return kIOReturnBadArgument;
      }
      // With both, the two sizes stand together at the end.
      if (count0 != 0 && count1 != 0) {
        add(const_cast<void *>(arguments->structureInput));
        add(arguments->structureOutput);
        add(reinterpret_cast<void *>(static_cast<uintptr_t>(arguments->structureInputSize)));
        add(&structure_out_size);
      } else if (count1 != 0) {
        add(arguments->structureOutput);
        add(&structure_out_size);
      } else {
        add_structure_in();
      }
      break;
    default:
      return kIOReturnBadArgument;
  }
  if (used > kWords) return kIOReturnBadArgument;

  const IOReturn result =
      (target->*method->func)(words[0], words[1], words[2], words[3], words[4], words[5]);
  if (type == kIOUCScalarIScalarO) {
    for (uint32_t i = 0; i < count1; ++i) arguments->scalarOutput[i] = scalars_out[i];
  } else {
    arguments->structureOutputSize = static_cast<uint32_t>(structure_out_size);
  }
  return result;
}

// --- The form of 2022.

IOReturn IOUserClient2022::dispatchExternalMethod(
    uint32_t selector, IOExternalMethodArgumentsOpaque *arguments,
    const IOExternalMethodDispatch2022 dispatchArray[], size_t dispatchArrayCount, OSObject *target,
    void *reference) {
  auto *call = reinterpret_cast<IOExternalMethodArguments *>(arguments);
  if (dispatchArray == nullptr) return kIOReturnError;
  if (selector >= dispatchArrayCount) return kIOReturnBadArgument;
  const IOExternalMethodDispatch2022 &entry = dispatchArray[selector];
  if (call->asyncWakePort != MACH_PORT_NULL && entry.allowAsync == 0) return kIOReturnBadArgument;
  if (entry.checkEntitlement != nullptr) {
    const auto value =
        drydock::Owned(copyClientEntitlement(current_task(), entry.checkEntitlement));
    if (value.get() != kOSBooleanTrue) return kIOReturnNotPrivileged;
  }
  IOExternalMethodDispatch dispatch = {entry.function, entry.checkScalarInputCount,
                                       entry.checkStructureInputSize, entry.checkScalarOutputCount,
                                       entry.checkStructureOutputSize};
  return IOUserClient::externalMethod(selector, call, &dispatch, target, reference);
}

// Only dispatchExternalMethod leads to methods.
IOReturn IOUserClient2022::externalMethod(uint32_t, IOExternalMethodArguments *,
                                          IOExternalMethodDispatch *, OSObject *, void *) {
  return kIOReturnUnsupported;
}
