// Moments and devices of the timeline's entries.
#include "scenario/reader/timeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scenario/reader/steps.h"

namespace drydock::reader {

void ReadTimelineEntry(const Node<TimelineEntryProto>& node, ReadContext* context) {
  const TimelineEntryProto& proto = node.proto;
  Scenario::TimelineEntry entry;
  switch (proto.what_case()) {
    case TimelineEntryProto::kPlug:
      entry.plug = true;
      entry.device =
          context->Find(node.LocationOf("plug"), "device", proto.plug(), context->DeviceNames());
      break;
    case TimelineEntryProto::kUnplug:
      entry.device = context->Find(node.LocationOf("unplug"), "device", proto.unplug(),
                                   context->DeviceNames());
      break;
    case TimelineEntryProto::WHAT_NOT_SET:
      context->Fail(node.location, "the timeline entry does nothing; give it plug or unplug");
      break;
  }
  switch (proto.when_case()) {
    case TimelineEntryProto::kAt:
      entry.when = Scenario::TimelineEntry::When::kTime;
      entry.at_ns = context->Time(node.LocationOf("at"), "at", proto.at());
      break;
    case TimelineEntryProto::kAtChoicePoint:
      entry.when = Scenario::TimelineEntry::When::kChoicePoint;
      entry.choice_point = proto.at_choice_point();
      if (entry.choice_point == 0) {
        context->Fail(node.LocationOf("at_choice_point"),
                      "at_choice_point is 0; allowed is 1 and more");
      }
      break;
    case TimelineEntryProto::kWhile:
      entry.when = Scenario::TimelineEntry::When::kState;
      entry.state = ReadState(node.Child("while", proto.while_()), context);
      break;
    case TimelineEntryProto::WHEN_NOT_SET:
      context->Fail(node.location,
                    "the timeline entry has no moment; give it at, at_choice_point or while");
      break;
  }
  entry.at_timer = proto.at_timer();
  if (entry.at_timer && proto.when_case() != TimelineEntryProto::kWhile) {
    context->Fail(node.LocationOf("at_timer"),
                  "at_timer without while; allowed only together with while");
  }
  entry.text =
      absl::StrCat(entry.plug ? "plug " : "unplug ", entry.plug ? proto.plug() : proto.unplug());
  if (proto.has_at()) absl::StrAppend(&entry.text, " at ", proto.at());
  if (proto.has_at_choice_point()) {
    absl::StrAppend(&entry.text, " at choice point ", proto.at_choice_point());
  }
  if (proto.has_while_()) {
    absl::StrAppend(&entry.text, " while ", entry.state.text);
  }
  if (entry.at_timer) absl::StrAppend(&entry.text, ", as the next timer expires");
  context->scenario().timeline.push_back(std::move(entry));
}

}  // namespace drydock::reader
