// scenario/event_words.h
//
// The names that reports on scenarios give to priority bands and return codes.
#ifndef DRYDOCK_SCENARIO_EVENT_WORDS_H_
#define DRYDOCK_SCENARIO_EVENT_WORDS_H_

#include "trace/event_words.h"

namespace drydock {

extern const trace::EventWords kEventWords;

}  // namespace drydock

#endif  // DRYDOCK_SCENARIO_EVENT_WORDS_H_
