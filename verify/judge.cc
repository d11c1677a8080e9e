// A recorded run, shown to its checkers.
#include "verify/judge.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "trace/event_values.h"
#include "trace/facts.h"
#include "trace/names.h"
#include "verify/checker_set.h"
#include "verify/trace_file.h"
#include "verify/trace_file.pb.h"
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>

namespace drydock::verify {
namespace {

using google::protobuf::util::ParseDelimitedFromZeroCopyStream;
using trace::Event;
using trace::EventKind;

absl::Status Damaged(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("the trace is damaged: ", what));
}

// Takes the place of the machine.
class Recorded final : public FindingSink, private trace::FactSource {
 public:
  explicit Recorded(const TraceHeaderProto& header) : header_(header) {}

  absl::Status Begin();
  absl::Status Add(const TraceRecordProto& record);
  // What all of it comes to; of a file that is whole.
  absl::StatusOr<Judgement> Finish();

  void Report(const Event& event, Finding finding) override;

 private:
  trace::StackId Stack() override { return stack_; }
  trace::MemoryFact Memory(trace::ObjectId location, uint32_t bytes) override;

  absl::Status AddEvent(const EventProto& proto);
  absl::Status AddEnd(const RunEndProto& proto);
  void AddPlace(const PlaceProto& proto);
  absl::Status AddStack(const StackProto& proto);
  CallStack StackAt(uint32_t number) const {
    return number < stacks_.size() ? CallStacks::Get(stacks_[number]) : CallStack();
  }
  Finding FindingOf(const FindingProto& proto) const;

  const TraceHeaderProto& header_;
  const trace::ScopedFactSource answering_{this};
  std::unique_ptr<CheckerSet> checkers_;
  std::vector<EventKind> kinds_;                 // by the numbers of the file
  std::vector<const char*> texts_ = {""};        // by number
  std::vector<const void*> places_ = {nullptr};  // by number
  std::vector<trace::StackId> stacks_ = {0};     // by number
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, trace::MemoryFact> memory_;
  std::vector<const char*> thread_names_;  // by id
  trace::StackId stack_ = 0;               // of the event that is shown
  RunEnd end_;
  std::vector<size_t> own_findings_;  // of the run itself, in end_.findings
  bool ended_ = false;
  std::vector<Verdict> verdicts_;  // of the run's owner
};

absl::Status Recorded::Begin() {
  const absl::StatusOr<Checks> checks = ParseChecks(absl::StrJoin(header_.checks(), ","));
  if (!checks.ok()) return checks.status();
  std::vector<TimeContract> contracts;
  for (const TimeContractProto& contract : header_.contracts()) {
    contracts.push_back({contract.thread(), contract.constraint_ns()});
  }
  for (const std::string& name : header_.kinds()) {
    int kind = 0;
    while (kind < trace::kEventKindCount &&
           name != trace::EventKindName(static_cast<EventKind>(kind))) {
      ++kind;
    }
    if (kind == trace::kEventKindCount) {
      return absl::InvalidArgumentError(
          absl::StrCat("the trace has events of kind \"", name, "\", which this program lacks"));
    }
    kinds_.push_back(static_cast<EventKind>(kind));
  }
  checkers_ = std::make_unique<CheckerSet>(*checks, std::move(contracts), this);
  return absl::OkStatus();
}

absl::Status Recorded::Add(const TraceRecordProto& record) {
  switch (record.record_case()) {
    case TraceRecordProto::kText:
      texts_.push_back(trace::Intern(record.text()));
      return absl::OkStatus();
    case TraceRecordProto::kPlace:
      AddPlace(record.place());
      return absl::OkStatus();
    case TraceRecordProto::kStack:
      return AddStack(record.stack());
    case TraceRecordProto::kMemory: {
      const MemoryProto& memory = record.memory();
      memory_[{memory.location(), memory.byte()}] = {.block = memory.block(),
                                                     .global = trace::Intern(memory.global()),
                                                     .offset = memory.offset()};
      return absl::OkStatus();
    }
    case TraceRecordProto::kEvent:
      return AddEvent(record.event());
    case TraceRecordProto::kEnd:
      return AddEnd(record.end());
    case TraceRecordProto::kVerdict: {
      const VerdictProto& verdict = record.verdict();
      if (verdict.kind() > static_cast<uint32_t>(Verdict::Kind::kNotJudged)) {
        return Damaged("a verdict of an unknown kind");
      }
      verdicts_.push_back({static_cast<Verdict::Kind>(verdict.kind()),
                           verdict.text(),
                           verdict.seen(),
                           {verdict.stack().begin(), verdict.stack().end()},
                           verdict.finding(),
                           verdict.unexpected()});
      return absl::OkStatus();
    }
    case TraceRecordProto::RECORD_NOT_SET:
      break;
  }
  return Damaged("an empty record");
}

void Recorded::AddPlace(const PlaceProto& proto) {
  std::vector<CodeFrame> frames;
  for (const FrameProto& frame : proto.frames()) {
    frames.push_back({frame.function(), frame.file(), frame.line(), frame.inlined(), frame.object(),
                      frame.offset()});
  }
  if (frames.empty()) frames.emplace_back();
  places_.push_back(CallStack::ForeignCall(std::move(frames)));
}

absl::Status Recorded::AddStack(const StackProto& proto) {
  std::vector<const void*> calls;
  for (const uint32_t place : proto.places()) {
    if (place >= places_.size()) return Damaged("a call stack refers to what is not there");
    calls.push_back(places_[place]);
  }
  stacks_.push_back(CallStacks::Add(CallStack::OfCalls(std::move(calls))));
  return absl::OkStatus();
}

// Whether what checkers keep tables by is of a size that a run can have.
bool IsPlausible(const Event& event) {
  constexpr uint32_t kMostThreads = 1u << 20;
  constexpr uint32_t kMostNumbers = 1u << 26;
  if (event.cpu >= 64 || event.thread >= kMostThreads) return false;
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadName:
    case EventKind::kThreadRunnable:
    case EventKind::kThreadRun:
    case EventKind::kThreadPreempt:
    case EventKind::kThreadUnblock:
    case EventKind::kThreadPriority:
    case EventKind::kThreadExit:
    case EventKind::kThreadJoin:
    case EventKind::kLockContend:
      return event.other < kMostThreads;
    case EventKind::kMemoryRead:
    case EventKind::kMemoryWrite:
    case EventKind::kMemoryChange:
      return event.object >= trace::kFirstLocation &&
             event.object - trace::kFirstLocation < kMostNumbers;
    case EventKind::kInterruptRaise:
    case EventKind::kInterruptBegin:
    case EventKind::kInterruptEnd:
      return event.value < 1024;
    case EventKind::kWaitFor:
    case EventKind::kWakeup:
      return event.value < kMostNumbers;
    case EventKind::kObjectCreate:
      return event.other < kMostNumbers;
    case EventKind::kHeapAllocate:
    case EventKind::kHeapFree:
    case EventKind::kHeapFreeAgain:
    case EventKind::kHeapReadFreed:
    case EventKind::kHeapWriteFreed:
    case EventKind::kHeapCallFreed:
    case EventKind::kHeapLeft:
    case EventKind::kHeapChanged:
      return event.object < kMostNumbers;
    default:
      return true;
  }
}

absl::Status Recorded::AddEvent(const EventProto& proto) {
  if (proto.kind() >= kinds_.size() || proto.name() >= texts_.size() ||
      proto.detail() >= texts_.size() || proto.stack() >= stacks_.size() ||
      proto.context() > static_cast<uint32_t>(trace::Context::kOutside)) {
    return Damaged("an event refers to what is not there");
  }
  Event event;
  event.time_ns = proto.time_ns();
  event.kind = kinds_[proto.kind()];
  event.context = static_cast<trace::Context>(proto.context());
  event.cpu = static_cast<uint8_t>(proto.cpu());
  event.priority = static_cast<uint8_t>(proto.priority());
  event.thread = proto.thread();
  event.object = proto.object();
  event.other = proto.other();
  event.value = proto.value();
  event.name = texts_[proto.name()];
  event.detail = texts_[proto.detail()];
  if (!IsPlausible(event)) return Damaged("an event is of what no run has");
  stack_ = stacks_[proto.stack()];
  switch (event.kind) {
    case EventKind::kThreadCreate:
    case EventKind::kThreadName:
      if (event.other >= thread_names_.size()) thread_names_.resize(event.other + 1, "");
      thread_names_[event.other] = event.name;
      break;
    case EventKind::kMisuse:
      if (ended_) break;
      own_findings_.push_back(end_.findings.size());
      end_.findings.emplace_back();  // until the end says what it was
      break;
    default:
      break;
  }
  for (const std::unique_ptr<Checker>& checker : checkers_->checkers()) {
    if (checker->Kinds().Has(event.kind)) checker->OnEvent(event);
  }
  return absl::OkStatus();
}

void Recorded::Report(const Event& event, Finding finding) {
  finding.thread = event.thread < thread_names_.size() ? thread_names_[event.thread] : "";
  finding.time_ns = event.time_ns;
  finding.stack = CallStacks::Get(stack_);
  finding.by_checker = true;
  end_.findings.push_back(std::move(finding));
}

trace::MemoryFact Recorded::Memory(trace::ObjectId location, uint32_t bytes) {
  const auto found = memory_.find({location, static_cast<uint32_t>(absl::countr_zero(bytes))});
  return found == memory_.end() ? trace::MemoryFact() : found->second;
}

Finding Recorded::FindingOf(const FindingProto& proto) const {
  Finding finding = {.name = proto.name(),
                     .sentence = proto.sentence(),
                     .thread = proto.thread(),
                     .time_ns = proto.time_ns(),
                     .stack = StackAt(proto.stack())};
  for (const EvidenceProto& evidence : proto.evidence()) {
    finding.evidence.push_back({evidence.what(), StackAt(evidence.stack())});
  }
  return finding;
}

absl::Status Recorded::AddEnd(const RunEndProto& proto) {
  if (ended_) return Damaged("it ends twice");
  if (proto.kind() > static_cast<uint32_t>(RunEnd::Kind::kEndless)) {
    return Damaged("an end of an unknown kind");
  }
  if (static_cast<size_t>(proto.findings_size()) != own_findings_.size()) {
    return Damaged("the run's own findings are not those of its events");
  }
  ended_ = true;
  end_.kind = static_cast<RunEnd::Kind>(proto.kind());
  end_.text = proto.text();
  end_.stack = StackAt(proto.stack());
  end_.end_ns = proto.end_ns();
  end_.at_full_speed = proto.at_full_speed();
  for (const BlockedThreadProto& thread : proto.blocked()) {
    end_.blocked.push_back({.id = thread.id(),
                            .name = thread.name(),
                            .priority = thread.priority(),
                            .reason = thread.reason(),
                            .stack = StackAt(thread.stack()),
                            .sleeps_for = thread.sleeps_for()});
  }
  for (int i = 0; i < proto.findings_size(); ++i) {
    end_.findings[own_findings_[static_cast<size_t>(i)]] = FindingOf(proto.findings(i));
  }
  checkers_->Finish(&end_);
  return absl::OkStatus();
}

absl::StatusOr<Judgement> Recorded::Finish() {
  if (!ended_) return absl::InvalidArgumentError("the trace is cut off: the run's end is missing");
  std::vector<std::string> expected;
  for (const Verdict& verdict : verdicts_) {
    if (!verdict.finding.empty() && !verdict.unexpected) expected.push_back(verdict.finding);
  }
  Judgement judgement = {std::move(end_), {}};
  const std::vector<Finding>& findings = judgement.end.findings;
  std::vector<Verdict>& verdicts = judgement.verdicts;
  // Verdicts about what nothing had expected stand together, where the run's owner put them.
  bool unexpected_are_in = verdicts_.empty();
  const auto add_unexpected = [&] {
    if (unexpected_are_in) return;
    for (Verdict& verdict : JudgeUnexpectedFindings(findings, expected)) {
      verdicts.push_back(std::move(verdict));
    }
    unexpected_are_in = true;
  };
  for (Verdict& verdict : verdicts_) {
    if (verdict.unexpected) {
      add_unexpected();
    } else if (verdict.finding.empty() || verdict.kind == Verdict::Kind::kNotJudged) {
      verdicts.push_back(std::move(verdict));
    } else {
      verdicts.push_back(JudgeExpectedFinding(verdict.text, verdict.finding, findings));
    }
  }
  add_unexpected();
  return judgement;
}

}  // namespace

bool Judgement::held() const {
  return verdicts.empty() ? end.ok() && end.findings.empty() : AllHeld(verdicts);
}

absl::StatusOr<Judgement> Judge(std::istream* in) {
  google::protobuf::io::IstreamInputStream stream(in);
  TraceHeaderProto header;
  bool at_end = false;
  if (!ParseDelimitedFromZeroCopyStream(&header, &stream, &at_end) ||
      header.format() != kTraceFormat) {
    return absl::InvalidArgumentError("it is no recorded trace of Drydock");
  }
  if (header.version() != kTraceVersion) {
    return absl::InvalidArgumentError(absl::StrCat("the trace is of version ", header.version(),
                                                   "; this program reads version ", kTraceVersion));
  }
  Recorded recorded(header);
  absl::Status status = recorded.Begin();
  TraceRecordProto record;
  for (uint64_t records = 0; status.ok(); ++records) {
    record.Clear();
    if (!ParseDelimitedFromZeroCopyStream(&record, &stream, &at_end)) {
      if (at_end) return recorded.Finish();
      return absl::InvalidArgumentError(
          absl::StrCat("the trace is cut off or damaged after ", records, " records"));
    }
    status = recorded.Add(record);
  }
  return status;
}

}  // namespace drydock::verify
