#include "scheduler/misuse.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/trace.h"
#include "trace/names.h"

namespace drydock::kernel {

using trace::EventKind;

void Misuse(const char* finding, absl::string_view sentence) {
  MisuseWithEvidence(finding, sentence, {});
}

void MisuseWithEvidence(const char* finding, absl::string_view sentence,
                        std::vector<Evidence> evidence) {
  Trace(EventKind::kMisuse, 0, 0, 0, finding,
        trace::Observed(EventKind::kMisuse) ? trace::Intern(sentence) : "");
  internal::AddFinding(finding, sentence, std::move(evidence));
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
