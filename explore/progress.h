// explore/progress.h
//
// A campaign at a terminal: a line that says how far it is, and Ctrl-C, which ends it with what was
// found so far. Both depend on the host's time and signals, and change nothing in any run.
#ifndef DRYDOCK_EXPLORE_PROGRESS_H_
#define DRYDOCK_EXPLORE_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <ostream>

#include "explore/campaign.h"

namespace drydock {

class ProgressLine {
 public:
  // Of a campaign that begins now and ends after so many runs or seconds, whichever is first. Null
  // for `err` for no line.
  ProgressLine(std::ostream* err, uint64_t schedules, double seconds)
      : err_(err), schedules_(schedules), seconds_(seconds) {}
  // Takes the line away.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Writes the line anew, now and then.
  void Show(const CampaignResult& result);

  // Since it began.
  double elapsed() const { return Since(began_); }

 private:
  using Clock = std::chrono::steady_clock;
  static double Since(Clock::time_point time) {
    return std::chrono::duration<double>(Clock::now() - time).count();
  }

  std::ostream* const err_;
  const uint64_t schedules_;
  const double seconds_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point shown_;
  size_t width_ = 0;  // of the line that stands there
};

// While one exists, the first Ctrl-C only sets a flag; the second ends the program as usual.
class CtrlC {
 public:
  CtrlC();
  ~CtrlC();
  CtrlC(const CtrlC&) = delete;
  CtrlC& operator=(const CtrlC&) = delete;

  // Since the program began.
  static bool pressed();
};

}  // namespace drydock

#endif  // DRYDOCK_EXPLORE_PROGRESS_H_
