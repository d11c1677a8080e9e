// scheduler/host/bands.h
//
// Mach's priorities as far as the host's scheduler can express them.
//
//   priority  | band               | on the host
//   ----------+--------------------+---------------------------------------------
//   -         | interrupts         | nice -20
//   96 .. 127 | real time          | SCHED_FIFO 1 .. 32; where not permitted nice -15
//   80 .. 95  | kernel             | nice -10
//   64 .. 79  | system high        | nice -5
//   32 .. 63  | user, foreground   | nice -2
//   20 .. 31  | user               | nice 0
//   5 .. 19   | utility            | nice 5
//   0 .. 4    | background         | nice 15
//
// Where a class is not permitted its threads run as the host started the process, and the first
// time that is said on the error stream, with the remedy.
#ifndef DRYDOCK_SCHEDULER_HOST_BANDS_H_
#define DRYDOCK_SCHEDULER_HOST_BANDS_H_

namespace drydock::host {

// Above all threads.
inline constexpr int kInterruptBand = 128;

// Puts the host thread `tid` (0: the calling one) into the class of `priority`.
void SetHostBand(int priority, int tid = 0);

// What SetHostBand does: a niceness and, if it is not 0, a priority of SCHED_FIFO.
struct HostBand {
  int nice;
  int fifo;
};
HostBand HostBandOf(int priority);

}  // namespace drydock::host

#endif  // DRYDOCK_SCHEDULER_HOST_BANDS_H_
