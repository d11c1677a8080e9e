// runner/device_services.h
//
// The services of one stage of a device: its state, in parts, each lent to one closure at a time.
#ifndef DRYDOCK_RUNNER_DEVICE_SERVICES_H_
#define DRYDOCK_RUNNER_DEVICE_SERVICES_H_

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runner/device_closure.h"
#include "scheduler/kernel/types.h"

namespace drydock {

// Belongs to a runner. Only the runner's thread touches it, so that a service is made once however
// many threads ask for it, without a lock; what any thread may call says so.
class DeviceServices {
 public:
  // `runner`, not owned, is handed to the services' constructors.
  explicit DeviceServices(void* runner) : runner_(runner), shared_id_(kernel::NewObjectId()) {}
  ~DeviceServices();
  DeviceServices(const DeviceServices&) = delete;
  DeviceServices& operator=(const DeviceServices&) = delete;

  // Calls `closure` with its service, which is made if need be. Does not drop the closure.
  //
  // kInternal: the closure, or the service's constructor, threw. kFailedPrecondition: the service
  // is in use by a closure, or a constructor, that waits for this one. kNotFound: the service was
  // not inserted, and cannot be made. kUnavailable: after Close.
  absl::Status Run(const ClosureType& type, void* closure);

  // Has the service made if there is none. Errors as of Run, but that it may be in use.
  absl::Status Ensure(const ServiceType* type);

  // Adds `service`, which is owned from here on unless this fails. kAlreadyExists: there is one of
  // this type. kInternal: its MakeUtilities threw. kFailedPrecondition: one is being made.
  // kUnavailable: after Close.
  absl::Status Insert(const ServiceType* type, void* service);

  // Destroys the services, the last made or inserted first; there are none from here on. A second
  // call does nothing.
  void Close();

  // The utilities of the service, or null if there is no such service yet. They outlive the service
  // for as long as a caller holds them. Any thread.
  std::shared_ptr<void> UtilitiesOf(const ServiceType* type) const;

 private:
  struct Service {
    const ServiceType* type;
    void* state;
    bool lent;
  };
  // An entry of a list that only grows until this is destroyed.
  struct Shared {
    const ServiceType* type;
    std::shared_ptr<void> utilities;
    const Shared* next;
  };

  // Null if there is none yet.
  Service* Find(const ServiceType* type) const {
    for (const std::unique_ptr<Service>& service : services_) {
      if (service->type == type) return service.get();
    }
    return nullptr;
  }
  // Null if it could not be made, and `*status` says why.
  Service* FindOrMake(const ServiceType* type, absl::Status* status);
  Service* Make(const ServiceType* type, absl::Status* status);
  // Whether a service of the type may be added now.
  absl::Status MayAdd(const ServiceType* type) const;
  // Publishes its utilities and adds it at the end; not on error.
  absl::Status Add(const ServiceType* type, void* state);

  void* const runner_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<const ServiceType*> being_made_;
  bool closed_ = false;
  const kernel::ObjectId shared_id_;
  std::atomic<const Shared*> shared_{nullptr};
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_SERVICES_H_
