#include "scenario/reader/timeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scenario/reader/steps.h"

namespace drydock::reader {

void ReadHappening(const Node<HappeningProto>& node, Reading* reading) {
  const HappeningProto& proto = node.proto;
  Scenario::Happening happening;
  switch (proto.what_case()) {
    case HappeningProto::kPlug:
      happening.plug = true;
      happening.device =
          reading->Find(node.Of("plug"), "device", proto.plug(), reading->DeviceNames());
      break;
    case HappeningProto::kUnplug:
      happening.device =
          reading->Find(node.Of("unplug"), "device", proto.unplug(), reading->DeviceNames());
      break;
    case HappeningProto::WHAT_NOT_SET:
      reading->Fail(node.place, "nothing happens; allowed is plug or unplug");
      break;
  }
  switch (proto.when_case()) {
    case HappeningProto::kAt:
      happening.when = Scenario::Happening::When::kTime;
      happening.at_ns = reading->Time(node.Of("at"), "at", proto.at());
      break;
    case HappeningProto::kAtChoicePoint:
      happening.when = Scenario::Happening::When::kChoicePoint;
      happening.choice_point = proto.at_choice_point();
      if (happening.choice_point == 0) {
        reading->Fail(node.Of("at_choice_point"), "at_choice_point is 0; allowed is 1 and more");
      }
      break;
    case HappeningProto::kWhile:
      happening.when = Scenario::Happening::When::kState;
      happening.state = ReadState(node.At("while", proto.while_()), reading);
      break;
    case HappeningProto::WHEN_NOT_SET:
      reading->Fail(node.place, "it is not said when; allowed is at, at_choice_point or while");
      break;
  }
  happening.at_timer = proto.at_timer();
  if (happening.at_timer && proto.when_case() != HappeningProto::kWhile) {
    reading->Fail(node.Of("at_timer"),
                  "at_timer without a state; it is allowed together with while");
  }
  happening.text = absl::StrCat(happening.plug ? "plug " : "unplug ",
                                happening.plug ? proto.plug() : proto.unplug());
  if (proto.has_at()) absl::StrAppend(&happening.text, " at ", proto.at());
  if (proto.has_at_choice_point()) {
    absl::StrAppend(&happening.text, " at choice point ", proto.at_choice_point());
  }
  if (proto.has_while_()) {
    absl::StrAppend(&happening.text, " while ", happening.state.text);
  }
  if (happening.at_timer) absl::StrAppend(&happening.text, ", as the next timer expires");
  reading->scenario().timeline.push_back(std::move(happening));
}

}  // namespace drydock::reader
