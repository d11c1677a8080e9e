// The code of the kext, which is compiled as a kext is.
#include "tests/drivers/service/IdentityKext.h"

#include <libkern/OSKextLib.h>

const char* IdentityKextIdentifier() { return OSKextGetCurrentIdentifier(); }
const char* IdentityKextVersion() { return OSKextGetCurrentVersionString(); }
