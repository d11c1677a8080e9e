// trace/event_words.h
//
// What writers of events need to know from the layers above.
#ifndef DRYDOCK_TRACE_EVENT_WORDS_H_
#define DRYDOCK_TRACE_EVENT_WORDS_H_

#include <cstdint>
#include <string>

namespace drydock::trace {

struct EventWords {
  // The band of a thread priority, such as "kernel".
  const char* (*band)(int priority);
  // A status that came out of a call, such as "kIOReturnOffline".
  std::string (*status)(uint32_t code);
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_EVENT_WORDS_H_
