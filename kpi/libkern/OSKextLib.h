// libkern/OSKextLib.h
//
// What a kext can ask about itself.
#ifndef _LIBKERN_OSKEXTLIB_H
#define _LIBKERN_OSKEXTLIB_H

#include <libkern/OSReturn.h>

// kext_library (drivers/kext.bzl) says which kext a source file belongs to.
#ifndef DRYDOCK_KEXT
#define DRYDOCK_KEXT ""
#endif

extern "C" {
const char *DrydockKextIdentifier(const char *kext);
const char *DrydockKextVersion(const char *kext);
}

// CFBundleIdentifier and version in the Info.plist of the kext that asks. They live as long as the
// process. Any context.
static inline const char *OSKextGetCurrentIdentifier(void) {
  return DrydockKextIdentifier(DRYDOCK_KEXT);
}
static inline const char *OSKextGetCurrentVersionString(void) {
  return DrydockKextVersion(DRYDOCK_KEXT);
}

#endif  // _LIBKERN_OSKEXTLIB_H
