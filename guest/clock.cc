// Time and sleep of POSIX, on virtual time.
#include "guest/clock.h"

#include <errno.h>
#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include "scheduler/kernel/thread.h"

namespace kernel = drydock::kernel;

namespace drydock::guest {

kernel::Time DeadlineAt(const timespec& time) {
  if (time.tv_sec < kBoot) return 1;
  return static_cast<kernel::Time>(time.tv_sec - kBoot) * kernel::kSecond +
         static_cast<kernel::Time>(time.tv_nsec) + 1;
}

}  // namespace drydock::guest

extern "C" {

int drydock_guest_clock_gettime(clockid_t, timespec* time) {
  const kernel::Time now = kernel::Now();
  time->tv_sec = drydock::guest::kBoot + static_cast<time_t>(now / kernel::kSecond);
  time->tv_nsec = static_cast<long>(now % kernel::kSecond);
  return 0;
}

int drydock_guest_gettimeofday(timeval* time, void*) {
  timespec now;
  drydock_guest_clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t drydock_guest_time(time_t* time) {
  timespec now;
  drydock_guest_clock_gettime(CLOCK_REALTIME, &now);
  if (time != nullptr) *time = now.tv_sec;
  return now.tv_sec;
}

int drydock_guest_nanosleep(const timespec* interval, timespec* left) {
  if (interval->tv_sec < 0 || interval->tv_nsec < 0 || interval->tv_nsec >= 1'000'000'000) {
    errno = EINVAL;
    return -1;
  }
  kernel::Sleep(static_cast<kernel::Time>(interval->tv_sec) * kernel::kSecond +
                static_cast<kernel::Time>(interval->tv_nsec));
  if (left != nullptr) *left = {};
  return 0;
}

int drydock_guest_usleep(useconds_t microseconds) {
  kernel::Sleep(microseconds * kernel::kMicrosecond);
  return 0;
}

unsigned drydock_guest_sleep(unsigned seconds) {
  kernel::Sleep(seconds * kernel::kSecond);
  return 0;
}

int drydock_guest_sched_yield() {
  kernel::ThreadYield();
  return 0;
}

}  // extern "C"
