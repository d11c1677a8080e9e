// runner/device_services.h
//
// The services of a device: its state, in parts, each lent to one closure at a time.
#ifndef DRYDOCK_RUNNER_DEVICE_SERVICES_H_
#define DRYDOCK_RUNNER_DEVICE_SERVICES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runner/device_closure.h"

namespace drydock {

// Belongs to a runner; only its thread touches it, so that a service is made once however many ask
// for it, without a lock.
class DeviceServices {
 public:
  // `runner`, not owned, is handed to the services' constructors.
  explicit DeviceServices(void* runner) : runner_(runner) {}
  DeviceServices(const DeviceServices&) = delete;
  DeviceServices& operator=(const DeviceServices&) = delete;

  // Calls `closure` with its service, which is made if need be. The error is kInternal if the
  // closure, or the service's constructor, threw, and kFailedPrecondition if the service is in use
  // by a closure that waits for this one. Does not drop the closure.
  absl::Status Run(const ClosureType& type, void* closure);

  // Destroys the services, the last made first.
  void Clear();

 private:
  struct Service {
    const ServiceType* type;
    void* state;
    bool lent;
  };

  // Null if there is none yet.
  Service* Find(const ServiceType* type) const {
    for (const std::unique_ptr<Service>& service : services_) {
      if (service->type == type) return service.get();
    }
    return nullptr;
  }
  // Null if it could not be made, and `*status` says why.
  Service* Make(const ServiceType* type, absl::Status* status);

  void* const runner_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<const ServiceType*> being_made_;
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_SERVICES_H_
