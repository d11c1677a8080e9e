// The progress line and the Ctrl-C handler.
#include "explore/progress.h"

#include <signal.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace drydock {

ProgressLine::~ProgressLine() {
  if (width_ > 0) *err_ << "\r" << std::string(width_, ' ') << "\r" << std::flush;
}

void ProgressLine::Show(const CampaignResult& result) {
  constexpr double kSecondsBetween = 0.2;
  if (err_ == nullptr || Since(shown_) < kSecondsBetween) return;
  shown_ = Clock::now();
  const double seconds = elapsed();
  const double rate = static_cast<double>(result.runs) / seconds;
  const double left =
      std::min(seconds_ - seconds, static_cast<double>(schedules_ - result.runs) / rate);
  std::string line =
      absl::StrFormat("%d schedules, %.0f/s, %d distinct, %d pairs, %d failed", result.runs, rate,
                      result.distinct, result.pairs, result.failed);
  // More than a day is no forecast.
  if (left < 86400) absl::StrAppendFormat(&line, ", %.0f s left", left);
  *err_ << "\r" << line << std::string(width_ - std::min(width_, line.size()), ' ') << std::flush;
  width_ = line.size();
}

namespace {

volatile sig_atomic_t ctrl_c = 0;
struct sigaction before;

void OnCtrlC(int) { ctrl_c = 1; }

}  // namespace

CtrlC::CtrlC() {
  struct sigaction action = {};
  action.sa_handler = &OnCtrlC;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before);
}

CtrlC::~CtrlC() { sigaction(SIGINT, &before, nullptr); }

bool CtrlC::pressed() { return ctrl_c != 0; }

}  // namespace drydock
