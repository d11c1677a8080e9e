// Reports misuse of the kernel interface as findings, the same on both kernels.
#include "scheduler/misuse.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/trace.h"
#include "trace/names.h"

namespace drydock::kernel {

using trace::EventKind;

namespace {

// `by_checker`: 1 if no code of the run made it.
void Report(Finding finding, uint64_t by_checker, ObjectId object, ObjectId other) {
  if (trace::Observed(EventKind::kMisuse)) {
    Trace(EventKind::kMisuse, object, other, by_checker, trace::Intern(finding.name),
          trace::Intern(finding.sentence));
  }
  internal::AddFinding(std::move(finding));
}

}  // namespace

void Misuse(const char* finding, absl::string_view sentence, ObjectId object, ObjectId other) {
  Report({.name = finding, .sentence = std::string(sentence)}, 0, object, other);
}

void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence) {
  Report({.name = finding, .sentence = std::string(sentence), .evidence = std::move(evidence)}, 0,
         0, 0);
}

void ReportFinding(Finding finding) {
  finding.by_checker = true;
  Report(std::move(finding), 1, 0, 0);
}

void RefuseWaitInInterrupt(const char* what, absl::string_view name) {
  const int line = internal::InterruptLineHere();
  if (line < 0) return;
  const char* sentence = trace::Intern(absl::StrCat("the handler of interrupt line ", line, " ",
                                                    what, name.empty() ? "" : " ", name));
  Misuse("wait-in-interrupt-context", sentence);
  Panic("a wait in primary-interrupt context: ", sentence);
}

void Log(absl::string_view text) {
  if (trace::Observed(EventKind::kLog)) Trace(EventKind::kLog, 0, 0, 0, trace::Intern(text));
}

}  // namespace drydock::kernel
