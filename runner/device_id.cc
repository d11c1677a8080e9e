// Names of devices for people.
#include "runner/device_id.h"

#include "absl/strings/str_cat.h"

namespace drydock {

std::string StageName(DeviceStage stage, DeviceId device) {
  return absl::StrCat(stage == DeviceStage::kUpstream ? "upstream" : "downstream", " device ",
                      device.type, ":", device.index);
}

}  // namespace drydock
