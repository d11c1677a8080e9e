// Alternatives in words.
#include "scheduler/strategy.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace drydock {

std::string DescribeAlternative(const Alternative& alternative) {
  std::string text;
  switch (alternative.kind) {
    case Alternative::Kind::kCpu:
      text = absl::StrFormat("cpu %d: ", alternative.cpu);
      if (alternative.actor == 0) {
        text += "interrupt";
      } else {
        absl::StrAppend(&text, "thread ", alternative.actor);
      }
      break;
    case Alternative::Kind::kDeadline:
      text = "deadline";
      break;
    case Alternative::Kind::kInterrupt:
      text = absl::StrCat("line ", alternative.actor);
      break;
  }
  absl::StrAppend(&text, ", ", kernel::OperationName(alternative.operation.kind));
  if (alternative.operation.object != 0) absl::StrAppend(&text, " ", alternative.operation.object);
  return text;
}

}  // namespace drydock
