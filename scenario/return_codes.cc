// The table of the names of <IOKit/IOReturn.h>.
#include "scenario/return_codes.h"

#include "absl/strings/str_format.h"

namespace drydock {
namespace {

struct Named {
  const char* name;
  IOReturn code;
};

constexpr Named kCodes[] = {
    {"kIOReturnSuccess", kIOReturnSuccess},
    {"kIOReturnError", kIOReturnError},
    {"kIOReturnNoMemory", kIOReturnNoMemory},
    {"kIOReturnNoResources", kIOReturnNoResources},
    {"kIOReturnIPCError", kIOReturnIPCError},
    {"kIOReturnNoDevice", kIOReturnNoDevice},
    {"kIOReturnNotPrivileged", kIOReturnNotPrivileged},
    {"kIOReturnBadArgument", kIOReturnBadArgument},
    {"kIOReturnLockedRead", kIOReturnLockedRead},
    {"kIOReturnLockedWrite", kIOReturnLockedWrite},
    {"kIOReturnExclusiveAccess", kIOReturnExclusiveAccess},
    {"kIOReturnBadMessageID", kIOReturnBadMessageID},
    {"kIOReturnUnsupported", kIOReturnUnsupported},
    {"kIOReturnVMError", kIOReturnVMError},
    {"kIOReturnInternalError", kIOReturnInternalError},
    {"kIOReturnIOError", kIOReturnIOError},
    {"kIOReturnCannotLock", kIOReturnCannotLock},
    {"kIOReturnNotOpen", kIOReturnNotOpen},
    {"kIOReturnNotReadable", kIOReturnNotReadable},
    {"kIOReturnNotWritable", kIOReturnNotWritable},
    {"kIOReturnNotAligned", kIOReturnNotAligned},
    {"kIOReturnBadMedia", kIOReturnBadMedia},
    {"kIOReturnStillOpen", kIOReturnStillOpen},
    {"kIOReturnRLDError", kIOReturnRLDError},
    {"kIOReturnDMAError", kIOReturnDMAError},
    {"kIOReturnBusy", kIOReturnBusy},
    {"kIOReturnTimeout", kIOReturnTimeout},
    {"kIOReturnOffline", kIOReturnOffline},
    {"kIOReturnNotReady", kIOReturnNotReady},
    {"kIOReturnNotAttached", kIOReturnNotAttached},
    {"kIOReturnNoChannels", kIOReturnNoChannels},
    {"kIOReturnNoSpace", kIOReturnNoSpace},
    {"kIOReturnPortExists", kIOReturnPortExists},
    {"kIOReturnCannotWire", kIOReturnCannotWire},
    {"kIOReturnNoInterrupt", kIOReturnNoInterrupt},
    {"kIOReturnNoFrames", kIOReturnNoFrames},
    {"kIOReturnMessageTooLarge", kIOReturnMessageTooLarge},
    {"kIOReturnNotPermitted", kIOReturnNotPermitted},
    {"kIOReturnNoPower", kIOReturnNoPower},
    {"kIOReturnNoMedia", kIOReturnNoMedia},
    {"kIOReturnUnformattedMedia", kIOReturnUnformattedMedia},
    {"kIOReturnUnsupportedMode", kIOReturnUnsupportedMode},
    {"kIOReturnUnderrun", kIOReturnUnderrun},
    {"kIOReturnOverrun", kIOReturnOverrun},
    {"kIOReturnDeviceError", kIOReturnDeviceError},
    {"kIOReturnNoCompletion", kIOReturnNoCompletion},
    {"kIOReturnAborted", kIOReturnAborted},
    {"kIOReturnNoBandwidth", kIOReturnNoBandwidth},
    {"kIOReturnNotResponding", kIOReturnNotResponding},
    {"kIOReturnIsoTooOld", kIOReturnIsoTooOld},
    {"kIOReturnIsoTooNew", kIOReturnIsoTooNew},
    {"kIOReturnNotFound", kIOReturnNotFound},
    {"kIOReturnInvalid", kIOReturnInvalid},
};

}  // namespace

std::string ReturnCodeName(IOReturn code) {
  for (const Named& named : kCodes) {
    if (named.code == code) return named.name;
  }
  return absl::StrFormat("0x%08x", static_cast<uint32_t>(code));
}

absl::optional<IOReturn> ParseReturnCode(absl::string_view name) {
  for (const Named& named : kCodes) {
    if (name == named.name) return named.code;
  }
  return absl::nullopt;
}

}  // namespace drydock
