#include "runner/device_services.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/strings/str_cat.h"

namespace drydock {
namespace {

// Calls `what` and says what it threw. There is no choice point in the handlers: the threads of the
// simulated machine share the host's record of exceptions that are being handled.
template <typename What>
absl::Status Guarded(absl::string_view who, What what) {
  try {
    what();
    return absl::OkStatus();
  } catch (const std::exception& thrown) {
    return absl::InternalError(absl::StrCat(who, " threw: ", thrown.what()));
  } catch (...) {
    return absl::InternalError(absl::StrCat(who, " threw"));
  }
}

absl::Status InUse(const ServiceType& type, absl::string_view by) {
  int failed = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.type->name(), nullptr, nullptr, &failed), &std::free);
  return absl::FailedPreconditionError(
      absl::StrCat("service ", name.get(), " is in use by ", by,
                   " that makes this call: use the reference it was given, or finish first"));
}

}  // namespace

void DeviceServices::Clear() {
  while (!services_.empty()) {
    const std::unique_ptr<Service> last = std::move(services_.back());
    services_.pop_back();
    last->type->destroy(last->state);
  }
}

DeviceServices::Service* DeviceServices::Make(const ServiceType* type, absl::Status* status) {
  if (std::find(being_made_.begin(), being_made_.end(), type) != being_made_.end()) {
    *status = InUse(*type, "the constructor");
    return nullptr;
  }
  being_made_.push_back(type);
  void* state = nullptr;
  *status = Guarded("the service's constructor", [&] { state = type->make(runner_); });
  being_made_.pop_back();
  if (state == nullptr) return nullptr;
  // Only now: the services that it needs, and has had made, are to outlive it.
  services_.push_back(std::make_unique<Service>(Service{type, state, false}));
  return services_.back().get();
}

absl::Status DeviceServices::Run(const ClosureType& type, void* closure) {
  if (type.service == nullptr) {
    return Guarded("the closure", [&] { type.call(closure, nullptr); });
  }
  Service* service = Find(type.service);
  if (service == nullptr) {
    absl::Status status;
    service = Make(type.service, &status);
    if (service == nullptr) return status;
  }
  if (service->lent) return InUse(*type.service, "the closure");
  service->lent = true;
  absl::Status status = Guarded("the closure", [&] { type.call(closure, service->state); });
  service->lent = false;
  return status;
}

}  // namespace drydock
