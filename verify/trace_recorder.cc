// A run as a stream of messages.
#include "verify/trace_recorder.h"

#include <memory>

#include "absl/numeric/bits.h"
#include "verify/trace_file.h"
#include "verify/trace_file.pb.h"
#include <google/protobuf/util/delimited_message_util.h>

namespace drydock::verify {

using google::protobuf::util::SerializeDelimitedToOstream;
using trace::Event;
using trace::EventKind;

void TraceRecorder::Begin(const Checks& checks, const std::vector<TimeContract>& contracts) {
  TraceHeaderProto header;
  header.set_format(kTraceFormat);
  header.set_version(kTraceVersion);
  for (const std::string& name : NamesOf(checks)) header.add_checks(name);
  for (const TimeContract& contract : contracts) {
    TimeContractProto* const proto = header.add_contracts();
    proto->set_thread(contract.thread);
    proto->set_constraint_ns(contract.constraint_ns);
  }
  for (int kind = 0; kind < trace::kEventKindCount; ++kind) {
    header.add_kinds(trace::EventKindName(static_cast<EventKind>(kind)));
  }
  SerializeDelimitedToOstream(header, out_);
}

trace::EventKinds TraceRecorder::KindsFor(const CheckerSet& checkers) {
  trace::EventKinds kinds = {EventKind::kThreadCreate, EventKind::kThreadName, EventKind::kMisuse};
  for (const std::unique_ptr<Checker>& checker : checkers.checkers()) kinds.Add(checker->Kinds());
  return kinds;
}

uint32_t TraceRecorder::TextNumber(const char* text) {
  if (*text == '\0') return 0;
  const auto [entry, is_new] = texts_.try_emplace(text, static_cast<uint32_t>(texts_.size() + 1));
  if (is_new) {
    TraceRecordProto record;
    record.set_text(text);
    SerializeDelimitedToOstream(record, out_);
  }
  return entry->second;
}

uint32_t TraceRecorder::PlaceNumber(const void* call) {
  const auto [entry, is_new] = places_.try_emplace(call, static_cast<uint32_t>(places_.size() + 1));
  if (is_new) {
    TraceRecordProto record;
    PlaceProto* const place = record.mutable_place();
    for (const CodeFrame& frame : CallStack::FramesOf(call)) {
      FrameProto* const proto = place->add_frames();
      proto->set_function(frame.function);
      proto->set_file(frame.file);
      proto->set_line(frame.line);
      proto->set_inlined(frame.inlined);
      proto->set_object(frame.object);
      proto->set_offset(frame.offset);
    }
    SerializeDelimitedToOstream(record, out_);
  }
  return entry->second;
}

uint32_t TraceRecorder::StackNumber(const CallStack& stack) {
  if (stack.empty()) return 0;
  TraceRecordProto record;
  // (First the places, which are records of their own.)
  for (const void* call : stack.calls()) record.mutable_stack()->add_places(PlaceNumber(call));
  SerializeDelimitedToOstream(record, out_);
  return ++stacks_written_;
}

uint32_t TraceRecorder::StackNumber(trace::StackId stack) {
  if (stack == 0) return 0;
  const auto known = stacks_.find(stack);
  if (known != stacks_.end()) return known->second;
  const uint32_t number = StackNumber(CallStacks::Get(stack));
  stacks_.emplace(stack, number);
  return number;
}

void TraceRecorder::AddMemory(const Event& event) {
  const auto byte = static_cast<uint32_t>(absl::countr_zero(event.other));
  if (event.other == 0 || !memory_.emplace(event.object, byte).second) return;
  const trace::MemoryFact fact = trace::MemoryOf(event, event.other);
  TraceRecordProto record;
  MemoryProto* const proto = record.mutable_memory();
  proto->set_location(event.object);
  proto->set_byte(byte);
  proto->set_block(fact.block);
  proto->set_global(fact.global);
  proto->set_offset(fact.offset);
  SerializeDelimitedToOstream(record, out_);
}

void TraceRecorder::OnEvent(const Event& event) {
  // Findings of checkers are no part of the run: they will be made again.
  if (event.kind == EventKind::kMisuse && event.value == 1) return;
  if (event.kind == EventKind::kMemoryRead || event.kind == EventKind::kMemoryWrite ||
      event.kind == EventKind::kMemoryChange) {
    AddMemory(event);
  }
  const uint32_t name = TextNumber(event.name);
  const uint32_t detail = TextNumber(event.detail);
  const uint32_t stack = StackNumber(trace::StackOf(event));
  TraceRecordProto record;
  EventProto* const proto = record.mutable_event();
  proto->set_time_ns(event.time_ns);
  proto->set_kind(static_cast<uint32_t>(event.kind));
  proto->set_context(static_cast<uint32_t>(event.context));
  proto->set_cpu(event.cpu);
  proto->set_priority(event.priority);
  proto->set_thread(event.thread);
  proto->set_object(event.object);
  proto->set_other(event.other);
  proto->set_value(event.value);
  proto->set_name(name);
  proto->set_detail(detail);
  proto->set_stack(stack);
  SerializeDelimitedToOstream(record, out_);
}

void TraceRecorder::End(const RunEnd& end) {
  TraceRecordProto record;
  RunEndProto* const proto = record.mutable_end();
  proto->set_kind(static_cast<uint32_t>(end.kind));
  proto->set_text(end.text);
  proto->set_stack(StackNumber(end.stack));
  proto->set_end_ns(end.end_ns);
  proto->set_at_full_speed(end.at_full_speed);
  for (const BlockedThread& thread : end.blocked) {
    BlockedThreadProto* const blocked = proto->add_blocked();
    blocked->set_id(thread.id);
    blocked->set_name(thread.name);
    blocked->set_priority(thread.priority);
    blocked->set_reason(thread.reason);
    blocked->set_stack(StackNumber(thread.stack));
    blocked->set_sleeps_for(thread.sleeps_for);
  }
  for (const Finding& finding : end.findings) {
    if (finding.by_checker) continue;
    FindingProto* const own = proto->add_findings();
    own->set_name(finding.name);
    own->set_sentence(finding.sentence);
    own->set_thread(finding.thread);
    own->set_time_ns(finding.time_ns);
    own->set_stack(StackNumber(finding.stack));
    for (const Evidence& evidence : finding.evidence) {
      EvidenceProto* const earlier = own->add_evidence();
      earlier->set_what(evidence.what);
      earlier->set_stack(StackNumber(evidence.stack));
    }
  }
  SerializeDelimitedToOstream(record, out_);
}

void TraceRecorder::Add(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts) {
    TraceRecordProto record;
    VerdictProto* const proto = record.mutable_verdict();
    proto->set_kind(static_cast<uint32_t>(verdict.kind));
    proto->set_text(verdict.text);
    proto->set_seen(verdict.seen);
    for (const std::string& function : verdict.stack) proto->add_stack(function);
    proto->set_finding(verdict.finding);
    proto->set_unexpected(verdict.unexpected);
    SerializeDelimitedToOstream(record, out_);
  }
}

}  // namespace drydock::verify
