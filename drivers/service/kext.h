// drivers/service/kext.h
//
// The kexts linked into the program. kext_library (drivers/kext.bzl) writes the registration;
// nobody else needs it.
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

// Takes a kext's code away, as if it were on disk only: the first driver of it that a service needs
// stalls matching until IOCatalogue::moduleHasLoaded. A booted platform, any thread.
class KextLoading {
 public:
  static void Unload(absl::string_view bundle_identifier);
};

// The personalities of all kexts, new for this boot, +1: in order of the kexts' names, and within
// one in the order of its Info.plist. A malformed Info.plist panics with a sentence.
OSArray* MakeKextPersonalities();

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_KEXT_H_
