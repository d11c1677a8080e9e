#include "workloop/device_services.h"

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
    const Service last = services_.back();
    services_.pop_back();
    last.type->destroy(last.state);
  }
}

size_t DeviceServices::Find(const ServiceType* type, absl::Status* status) {
  for (size_t i = 0; i < services_.size(); ++i) {
    if (services_[i].type == type) return i;
  }
  if (std::find(being_made_.begin(), being_made_.end(), type) != being_made_.end()) {
    *status = InUse(*type, "the constructor");
    return kNone;
  }
  being_made_.push_back(type);
  void* state = nullptr;
  *status = Guarded("the service's constructor", [&] { state = type->make(runner_); });
  being_made_.pop_back();
  if (state == nullptr) return kNone;
  // Only now: the services that it needs, and has had made, are to outlive it.
  services_.push_back({type, state, false});
  return services_.size() - 1;
}

absl::Status DeviceServices::Run(const ClosureType& type, void* closure) {
  if (type.service == nullptr) {
    return Guarded("the closure", [&] { type.call(closure, nullptr); });
  }
  absl::Status status;
  const size_t index = Find(type.service, &status);
  if (index == kNone) return status;
  if (services_[index].lent) return InUse(*type.service, "the closure");
  services_[index].lent = true;
  void* const state = services_[index].state;
  status = Guarded("the closure", [&] { type.call(closure, state); });
  services_[index].lent = false;
  return status;
}

}  // namespace drydock
