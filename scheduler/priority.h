// scheduler/priority.h
//
// Mach's priorities, 0..127, and the bands they fall into. Names and values are Mach's own
// (workloop.md 7.1); the bands are those of the 2003 talk.
#ifndef DRYDOCK_SCHEDULER_PRIORITY_H_
#define DRYDOCK_SCHEDULER_PRIORITY_H_

#include <cstdint>

namespace drydock {

inline constexpr int MAXPRI = 127;           // top real time
inline constexpr int BASEPRI_RTQUEUES = 97;  // bottom of the real-time queues
inline constexpr int BASEPRI_REALTIME = 96;  // boundary only
inline constexpr int MAXPRI_KERNEL = 95;     // top of the kernel band
inline constexpr int MAXPRI_PROMOTE = 95;    // top of what a lock's waiter can push to
inline constexpr int BASEPRI_THREAD_CALL_DAEMON =
    94;  // makes thread-call workers (BASEPRI_PREEMPT_HIGH + 1)
inline constexpr int BASEPRI_PREEMPT_HIGH = 93;
inline constexpr int BASEPRI_PREEMPT = 92;  // default timer event sources
inline constexpr int BASEPRI_VM = 91;
inline constexpr int BASEPRI_KERNEL = 81;  // work loops, kernel_thread_start
inline constexpr int MINPRI_KERNEL = 80;   // matching ("config") threads
inline constexpr int MAXPRI_RESERVED = 79;
inline constexpr int BASEPRI_GRAPHICS = 76;
inline constexpr int MINPRI_RESERVED = 64;
inline constexpr int MAXPRI_USER = 63;
inline constexpr int BASEPRI_CONTROL = 48;
inline constexpr int BASEPRI_FOREGROUND = 47;
inline constexpr int BASEPRI_BACKGROUND = 46;
inline constexpr int BASEPRI_USER_INITIATED = 37;
inline constexpr int BASEPRI_DEFAULT = 31;  // user threads
inline constexpr int MINPRI_WAITQ = 31;     // least push of a lock's waiter
inline constexpr int MINPRI_FLOOR = 46;  // of a thread in MutexSleep, until it owns the mutex again
inline constexpr int MINPRI_RWLOCK =
    46;  // of a thread that holds a read-write lock and lost its CPU
inline constexpr int MAXPRI_SUPPRESSED = 28;
inline constexpr int BASEPRI_UTILITY = 20;
inline constexpr int MAXPRI_THROTTLE = 4;  // background
inline constexpr int IDLEPRI = 0;
inline constexpr int DEPRESSPRI = 0;
inline constexpr int MINPRI = 0;
inline constexpr int NRQS = MAXPRI + 1;  // run queues

// Whether a waking thread of this priority takes a CPU from kernel-mode code, in the modern
// profile: 47..79 and 92..127, but not the work loops' 81. (workloop.md 7.5)
inline constexpr bool IsUrgentPriority(int priority) {
  return (priority >= BASEPRI_FOREGROUND && priority <= MAXPRI_RESERVED) ||
         priority >= BASEPRI_PREEMPT;
}

// Where a priority lies. Ordered from low to high; primary-interrupt context is above them all.
enum class Band : uint8_t {
  kIdle,           // 0
  kUserTimeshare,  // 1..51
  kUserFixed,      // 52..63, "user top"
  kSystem,         // 64..79
  kKernel,         // 80..91, kernel and I/O
  kThreadCall,     // 92..95
  kRealTime,       // 96..127
  kInterrupt,      // primary-interrupt context
};

// The band of a thread priority. `priority` must be within 0..127.
Band BandOf(int priority);

// The band's name as reports print it, such as "kernel".
const char* BandName(Band band);

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_PRIORITY_H_
