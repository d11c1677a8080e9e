// drivers/service/kext.h
//
// The kexts linked into the program. kext_library (drivers/kext.bzl) writes the registration.
#ifndef DRYDOCK_DRIVERS_SERVICE_KEXT_H_
#define DRYDOCK_DRIVERS_SERVICE_KEXT_H_

#include <libkern/c++/OSContainers.h>

#include "absl/strings/string_view.h"

namespace drydock {

// Announces a kext by its Info.plist, at static initialisation.
class KextRegistration {
 public:
  KextRegistration(absl::string_view name, absl::string_view info_plist);
};

// Counts the code of a kext as not loaded: matching of a service that needs one of its drivers
// stalls until IOCatalogue::moduleHasLoaded. On any thread of a booted platform.
void UnloadKext(const char* bundle_identifier);

// The personalities of all kexts, new for this boot, +1: in order of the kexts' names, and within
// one in the order of its Info.plist. A malformed Info.plist panics.
OSArray* MakeKextPersonalities();

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_KEXT_H_
