// The list of the flawed drivers.
#include "drivers/flawed/flawed_cases.h"

namespace drydock {

// Each beside its driver.
extern const FlawedCase kLostWakeup;
extern const FlawedCase kForgottenReader;
extern const FlawedCase kSleepInAction;
extern const FlawedCase kTwoGates;
extern const FlawedCase kSourceReleasedTwice;
extern const FlawedCase kDoubleRelease;
extern const FlawedCase kRetainCycle;
extern const FlawedCase kCancelledTimerKeepsReference;
extern const FlawedCase kRearmedTimer;
extern const FlawedCase kFilterSleeps;
extern const FlawedCase kFilterTakesLock;
extern const FlawedCase kFilterAllocates;
extern const FlawedCase kInterruptStorm;
extern const FlawedCase kEnabledBeforeAttach;
extern const FlawedCase kHalfStarted;
extern const FlawedCase kLockInversion;
extern const FlawedCase kWakesOneOfTwo;
extern const FlawedCase kIfForWhile;
extern const FlawedCase kSignalAfterStop;
extern const FlawedCase kFreedInItsAction;
extern const FlawedCase kDisabledOutsideGate;
extern const FlawedCase kUnretainedRequest;
extern const FlawedCase kBufferFreedTwice;
extern const FlawedCase kBufferFilledAfterFree;
extern const FlawedCase kFailedStartStaysAttached;
extern const FlawedCase kWaitsInWillTerminate;
extern const FlawedCase kProviderLeftOpen;
extern const FlawedCase kUngatedCount;
extern const FlawedCase kFilterSharesCount;
extern const FlawedCase kPlainReferences;
extern const FlawedCase kFreeListABA;
extern const FlawedCase kUnlockedReader;
extern const FlawedCase kLazyInit;
extern const FlawedCase kFlagBeforeData;
extern const FlawedCase kRelaxedFlag;
extern const FlawedCase kTwoProducers;
extern const FlawedCase kWrongLock;
extern const FlawedCase kSharedLockWriter;
extern const FlawedCase kReadAfterFree;
extern const FlawedCase kEnabledTooEarly;
extern const FlawedCase kDoubleCompletion;
extern const FlawedCase kPollsForEver;
extern const FlawedCase kDetachesItself;
extern const FlawedCase kClosesUnderTransfer;

const std::vector<const FlawedCase*>& FlawedCases() {
  static const auto* const kCases = new std::vector<const FlawedCase*>{
      &kLostWakeup,
      &kForgottenReader,
      &kSleepInAction,
      &kTwoGates,
      &kSourceReleasedTwice,
      &kDoubleRelease,
      &kRetainCycle,
      &kCancelledTimerKeepsReference,
      &kRearmedTimer,
      &kFilterSleeps,
      &kFilterTakesLock,
      &kFilterAllocates,
      &kInterruptStorm,
      &kEnabledBeforeAttach,
      &kHalfStarted,
      &kLockInversion,
      &kWakesOneOfTwo,
      &kIfForWhile,
      &kSignalAfterStop,
      &kFreedInItsAction,
      &kDisabledOutsideGate,
      &kUnretainedRequest,
      &kBufferFreedTwice,
      &kBufferFilledAfterFree,
      &kFailedStartStaysAttached,
      &kWaitsInWillTerminate,
      &kProviderLeftOpen,
      &kUngatedCount,
      &kFilterSharesCount,
      &kPlainReferences,
      &kFreeListABA,
      &kUnlockedReader,
      &kLazyInit,
      &kFlagBeforeData,
      &kRelaxedFlag,
      &kTwoProducers,
      &kWrongLock,
      &kSharedLockWriter,
      &kReadAfterFree,
      &kEnabledTooEarly,
      &kDoubleCompletion,
      &kPollsForEver,
      &kDetachesItself,
      &kClosesUnderTransfer,
  };
  return *kCases;
}

}  // namespace drydock
