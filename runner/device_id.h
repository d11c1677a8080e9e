// runner/device_id.h
//
// What names a device, and the two halves of one.
#ifndef DRYDOCK_RUNNER_DEVICE_ID_H_
#define DRYDOCK_RUNNER_DEVICE_ID_H_

#include <compare>
#include <cstdint>
#include <string>

namespace drydock {

// A device: what kind it is, by a number that the program gives to the kind, and which of that
// kind. A value; any context.
struct DeviceId {
  uint16_t type = 0;
  uint16_t index = 0;

  friend constexpr auto operator<=>(const DeviceId&, const DeviceId&) = default;
};

// A device has a thread for each stage, so that a service which prepares work can wait for one
// that carries it out. A service says which stage it belongs to:
//
//   struct Planner { static constexpr DeviceStage kStage = DeviceStage::kUpstream; … };
//
// Without that it belongs to kDownstream.
enum class DeviceStage : uint8_t { kUpstream, kDownstream };

template <typename Service>
constexpr DeviceStage StageOf() {
  if constexpr (requires { Service::kStage; }) {
    return Service::kStage;
  } else {
    return DeviceStage::kDownstream;
  }
}

// "upstream device 3:0": stage, type and index. What the stage's thread is called.
std::string StageName(DeviceStage stage, DeviceId device);

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_ID_H_
