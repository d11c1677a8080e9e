// trace/timeline.h
//
// A run as text for people: a line for each event of devices, drivers, services and clients. What
// the machine does below them (scheduling, locks, references) is left out.
//
//      time (us)  cpu  band         thread            what happens
//        105.220    0  kernel       IOConfigThread    UsbSerial starts on IOUSBHostInterface
//       5000.000    -  outside      -                 adapter is unplugged
#ifndef DRYDOCK_TRACE_TIMELINE_H_
#define DRYDOCK_TRACE_TIMELINE_H_

#include <string>
#include <vector>

#include "trace/event.h"
#include "trace/event_words.h"

namespace drydock::trace {

struct TimelineOptions {
  EventWords words;
  bool color = false;  // ANSI escapes
};

// The head and the lines, each ended by a newline. `events` are a whole run's, in order.
std::string WriteTimeline(const std::vector<Event>& events, const TimelineOptions& options);

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_TIMELINE_H_
