// drivers/service/passive_matching.h
//
// Passive matching: by dictionary, without a call of the driver. Thread context, no lock held: the
// family's matchPropertyTable may be called. (service.md 3.3)
#ifndef DRYDOCK_DRIVERS_SERVICE_PASSIVE_MATCHING_H_
#define DRYDOCK_DRIVERS_SERVICE_PASSIVE_MATCHING_H_

#include <IOKit/IOService.h>

namespace drydock {

// Whether a driver with this personality may be probed on `nub`, whose class is known to match. The
// personality is the driver's own copy: the name that matched is written into it. The family may
// change *score. (MT-11 to MT-14)
bool MatchesPersonality(IOService* nub, OSDictionary* personality, SInt32* score);

// Whether `table`, a client's matching dictionary, describes `service`.
bool MatchesTable(IOService* service, OSDictionary* table);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_PASSIVE_MATCHING_H_
