// Names of priority bands and of IOReturn codes for reports.
#include "scenario/event_words.h"

#include "scenario/return_codes.h"
#include "scheduler/priority.h"

namespace drydock {

const trace::EventWords kEventWords = {
    [](int priority) { return BandName(BandOf(priority)); },
    [](uint32_t code) { return ReturnCodeName(static_cast<IOReturn>(code)); },
};

}  // namespace drydock
