// drivers/flawed/flawed_cases.h
//
// The list of the flawed drivers.
#ifndef DRYDOCK_DRIVERS_FLAWED_FLAWED_CASES_H_
#define DRYDOCK_DRIVERS_FLAWED_FLAWED_CASES_H_

#include <vector>

#include "drivers/flawed/flawed_driver.h"

namespace drydock {

// All of them, in the order of docs/flawed.md.
const std::vector<const FlawedCase*>& FlawedCases();

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_FLAWED_FLAWED_CASES_H_
