// drivers/service/matching.h
//
// Finding drivers for services: the jobs, the threads that do them, and what a job does.
// (service.md 3.2 to 3.5)
#ifndef DRYDOCK_DRIVERS_SERVICE_MATCHING_H_
#define DRYDOCK_DRIVERS_SERVICE_MATCHING_H_

#include <IOKit/IOService.h>

#include "drivers/service/notification.h"

namespace drydock {

class Matching {
 public:
  // registerService for an active service that is below the root.
  static void Register(IOService* service, IOOptionBits options);
  // Registers again the registered services that one of these personalities may fit.
  static void MatchAnew(OSOrderedSet* personalities);

 private:
  static void Enqueue(IOService* service);
  static void WorkerMain();
  static void DoServiceMatch(IOService* service);
  static SInt32 Round(IOService* service);
  static bool NeedsRound(IOService* service, SInt32 generation);
  static bool RegisteredAgain(IOService* service);
  static bool EndJob(IOService* service);
  static SInt32 ProbeCandidates(IOService* nub, const Notifications::Handlers& publish);
  static void Stall(IOService* nub, bool stalls);
  static bool CategoryTaken(IOService* nub, const OSSymbol* category);
  static IOService* Probe(IOService* nub, OSDictionary* personality, const OSSymbol* category,
                          SInt32* score);
  static bool StartCandidate(IOService* nub, IOService* driver);
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_MATCHING_H_
