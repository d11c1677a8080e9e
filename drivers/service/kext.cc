// The kexts linked into the program, by name, with their parsed Info.plists.
#include "drivers/service/kext.h"

#include <map>
#include <string>

#include <libkern/OSKextLib.h>

#include "drivers/service/info_plist.h"
#include "scheduler/kernel/panic.h"

namespace drydock {
namespace {

// By name: an order that does not depend on how the program was linked.
std::map<std::string, absl::StatusOr<InfoPlist>>& Kexts() {
  static auto* kexts = new std::map<std::string, absl::StatusOr<InfoPlist>>();
  return *kexts;
}

const InfoPlist* FindKext(const char* name) {
  const auto found = Kexts().find(name);
  return found != Kexts().end() && found->second.ok() ? &*found->second : nullptr;
}

}  // namespace

// Parsed here and not at boot: the parser recurses, and fibers have small stacks.
KextRegistration::KextRegistration(absl::string_view name, absl::string_view info_plist) {
  Kexts().emplace(std::string(name), InfoPlist::Parse(info_plist));
}

OSArray* MakeKextPersonalities() {
  OSArray* personalities = OSArray::withCapacity(4);
  for (const auto& [name, info] : Kexts()) {
    if (!info.ok()) kernel::Panic("kext ", name, ": ", info.status().message());
    info->AddPersonalities(personalities);
  }
  return personalities;
}

}  // namespace drydock

const char* DrydockKextIdentifier(const char* kext) {
  const drydock::InfoPlist* info = drydock::FindKext(kext);
  return info != nullptr ? info->identifier().c_str() : "__kernel__";
}

const char* DrydockKextVersion(const char* kext) {
  const drydock::InfoPlist* info = drydock::FindKext(kext);
  return info != nullptr ? info->version().c_str() : "";
}
