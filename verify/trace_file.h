// verify/trace_file.h
//
// What tells a recorded trace from other files. The rest of the format: verify/trace_file.proto and
// docs/trace_file.md.
#ifndef DRYDOCK_VERIFY_TRACE_FILE_H_
#define DRYDOCK_VERIFY_TRACE_FILE_H_

#include <cstdint>

namespace drydock::verify {

inline constexpr char kTraceFormat[] = "drydock trace";
inline constexpr uint32_t kTraceVersion = 1;

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_TRACE_FILE_H_
