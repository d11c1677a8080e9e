// trace/microseconds.h
//
// Times as reports write them.
#ifndef DRYDOCK_TRACE_MICROSECONDS_H_
#define DRYDOCK_TRACE_MICROSECONDS_H_

#include <cstdint>
#include <string>

namespace drydock::trace {

// "1234.056 us".
std::string Microseconds(uint64_t ns);

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_MICROSECONDS_H_
