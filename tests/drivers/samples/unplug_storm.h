// tests/drivers/samples/unplug_storm.h
//
// Disks on hubs, plugged and unplugged again and again by several threads while others open, read
// and close. Programs do so through user clients, or die meanwhile.
#ifndef DRYDOCK_TESTS_DRIVERS_SAMPLES_UNPLUG_STORM_H_
#define DRYDOCK_TESTS_DRIVERS_SAMPLES_UNPLUG_STORM_H_

#include <cstdint>

namespace drydock {

struct StormOptions {
  int devices = 10;   // ten on each hub
  int rounds = 2;     // how often each is plugged and unplugged
  int pluggers = 4;   // threads that plug and unplug, each on hubs of its own
  int clients = 4;    // threads that use the devices; every other one by way of programs
  uint64_t seed = 1;  // of the clients' choices
};

struct StormResult {
  uint64_t plugged = 0;
  uint64_t unplugged = 0;
  uint64_t transfers = 0;  // that succeeded
  uint64_t refused = 0;    // calls that failed because the device was being terminated
  // What was left when all devices had gone and the hubs were still there; all 0 in a sound run.
  int children = 0;    // of hubs
  int busy = 0;        // hubs and platform
  int references = 0;  // on hubs, above what they had before
  int64_t blocks = 0;  // on the kernel heap, above what there was before the first round
  bool shut_down = false;
  uint64_t objects_leaked = 0;  // after shutdown
};

// The body of a run.
StormResult UnplugStorm(const StormOptions& options);

}  // namespace drydock

#endif  // DRYDOCK_TESTS_DRIVERS_SAMPLES_UNPLUG_STORM_H_
