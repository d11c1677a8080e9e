// Puts host threads into the scheduling classes of bands.h.
#include "scheduler/host/bands.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "scheduler/priority.h"

namespace drydock::host {
namespace {

// Says it once in the life of the process.
void SayOnce(std::atomic<bool>* said, const char* what) {
  if (!said->exchange(true)) std::fprintf(stderr, "drydock: %s\n", what);
}

}  // namespace

HostBand HostBandOf(int priority) {
  if (priority >= kInterruptBand) return {-20, 0};
  if (priority >= BASEPRI_REALTIME) return {-15, priority - BASEPRI_REALTIME + 1};
  if (priority >= 80) return {-10, 0};
  if (priority >= 64) return {-5, 0};
  if (priority >= 32) return {-2, 0};
  if (priority >= 20) return {0, 0};
  if (priority >= 5) return {5, 0};
  return {15, 0};
}

void SetHostBand(int priority, int tid) {
  static std::atomic<bool> said_fifo{false};
  static std::atomic<bool> said_nice{false};
  if (tid == 0) tid = static_cast<int>(syscall(SYS_gettid));
  const HostBand band = HostBandOf(priority);
  sched_param parameter = {};
  parameter.sched_priority = band.fifo;
  const int policy = band.fifo > 0 ? SCHED_FIFO : SCHED_OTHER;
  if (sched_getscheduler(tid) != policy && sched_setscheduler(tid, policy, &parameter) != 0) {
    SayOnce(&said_fifo,
            "real-time threads run without real-time priority, which the host does not permit: "
            "run as root, with CAP_SYS_NICE, or with `ulimit -r 32`");
  }
  if (band.fifo > 0 && policy == sched_getscheduler(tid)) {
    sched_setscheduler(tid, policy, &parameter);
    return;
  }
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(tid), band.nice) != 0) {
    SayOnce(&said_nice,
            "threads above the user's band run without a better niceness, which the host does not "
            "permit: run as root, with CAP_SYS_NICE, or with `ulimit -e 40`");
  }
}

}  // namespace drydock::host
