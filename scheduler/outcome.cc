// Names of the kinds of outcomes.
#include "scheduler/simulation.h"

namespace drydock {

const char* OutcomeName(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kQuiet:
      return "quiet";
    case Outcome::Kind::kBlocked:
      return "blocked";
    case Outcome::Kind::kPanic:
      return "panic";
    case Outcome::Kind::kRefused:
      return "refused";
    case Outcome::Kind::kEndless:
      return "endless";
  }
  return "?";
}

}  // namespace drydock
