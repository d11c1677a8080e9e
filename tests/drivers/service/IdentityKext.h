// tests/drivers/service/IdentityKext.h
//
// A kext that asks for its own identifier and version.
#ifndef DRYDOCK_TESTS_DRIVERS_SERVICE_IDENTITYKEXT_H_
#define DRYDOCK_TESTS_DRIVERS_SERVICE_IDENTITYKEXT_H_

const char* IdentityKextIdentifier();
const char* IdentityKextVersion();

#endif  // DRYDOCK_TESTS_DRIVERS_SERVICE_IDENTITYKEXT_H_
