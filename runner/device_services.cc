// Making, lending and destroying the services of a device, on its thread.
#include "runner/device_services.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/choice.h"

namespace drydock {
namespace {

// Calls `body`; if it throws, the error says so of `what`. There is no choice point in the
// handlers: the threads of the simulated machine share the host's record of exceptions that are
// being handled.
template <typename Body>
absl::Status Guarded(absl::string_view what, Body body) {
  try {
    body();
    return absl::OkStatus();
  } catch (const std::exception& thrown) {
    return absl::InternalError(absl::StrCat(what, " threw: ", thrown.what()));
  } catch (...) {
    return absl::InternalError(absl::StrCat(what, " threw"));
  }
}

std::string NameOf(const ServiceType& type) {
  int failed = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.type->name(), nullptr, nullptr, &failed), &std::free);
  return failed == 0 ? name.get() : type.type->name();
}

absl::Status InUse(const ServiceType& type, absl::string_view by) {
  return absl::FailedPreconditionError(
      absl::StrCat("service ", NameOf(type), " is in use by ", by,
                   " that makes this call: use the reference it was given, or finish first"));
}

}  // namespace

DeviceServices::~DeviceServices() {
  for (const Shared* entry = shared_.load(std::memory_order_relaxed); entry != nullptr;) {
    const std::unique_ptr<const Shared> last(entry);
    entry = entry->next;
  }
}

void DeviceServices::Close() {
  closed_ = true;
  while (!services_.empty()) {
    const std::unique_ptr<Service> last = std::move(services_.back());
    services_.pop_back();
    last->type->destroy(last->state);
  }
}

std::shared_ptr<void> DeviceServices::UtilitiesOf(const ServiceType* type) const {
  kernel::ChoicePoint(kernel::OperationKind::kAtomic, shared_id_);
  const Shared* entry = shared_.load(std::memory_order_acquire);
  while (entry != nullptr && entry->type != type) entry = entry->next;
  return entry != nullptr ? entry->utilities : nullptr;
}

absl::Status DeviceServices::MayAdd(const ServiceType* type) const {
  if (closed_) {
    return absl::UnavailableError(
        absl::StrCat("service ", NameOf(*type), ": the device is being torn down"));
  }
  if (std::find(being_made_.begin(), being_made_.end(), type) != being_made_.end()) {
    return InUse(*type, "the constructor");
  }
  return absl::OkStatus();
}

absl::Status DeviceServices::Add(const ServiceType* type, void* state) {
  if (type->utilities != nullptr) {
    std::shared_ptr<void> utilities;
    absl::Status status =
        Guarded("the service's MakeUtilities", [&] { utilities = type->utilities(state); });
    if (!status.ok()) return status;
    kernel::ChoicePoint(kernel::OperationKind::kAtomic, shared_id_);
    shared_.store(new Shared{type, std::move(utilities), shared_.load(std::memory_order_relaxed)},
                  std::memory_order_release);
  }
  services_.push_back(std::make_unique<Service>(Service{type, state, false}));
  return absl::OkStatus();
}

DeviceServices::Service* DeviceServices::Make(const ServiceType* type, absl::Status* status) {
  *status = MayAdd(type);
  if (!status->ok()) return nullptr;
  if (type->make == nullptr) {
    *status = absl::NotFoundError(absl::StrCat(
        "service ", NameOf(*type),
        " was not inserted, and has no constructor that takes the runner, or nothing"));
    return nullptr;
  }
  being_made_.push_back(type);
  void* state = nullptr;
  *status = Guarded("the service's constructor", [&] { state = type->make(runner_); });
  // Only now: the services that it needs, and has had made, are to outlive it.
  if (status->ok()) *status = Add(type, state);
  if (!status->ok() && state != nullptr) type->destroy(state);
  being_made_.pop_back();
  return status->ok() ? services_.back().get() : nullptr;
}

DeviceServices::Service* DeviceServices::FindOrMake(const ServiceType* type, absl::Status* status) {
  Service* service = Find(type);
  return service != nullptr ? service : Make(type, status);
}

absl::Status DeviceServices::Ensure(const ServiceType* type) {
  absl::Status status;
  FindOrMake(type, &status);
  return status;
}

absl::Status DeviceServices::Insert(const ServiceType* type, void* service) {
  if (Find(type) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("the device has a service ", NameOf(*type), " already"));
  }
  absl::Status status = MayAdd(type);
  if (!status.ok()) return status;
  // As in Make: its MakeUtilities may call for other services, not for this one.
  being_made_.push_back(type);
  status = Add(type, service);
  being_made_.pop_back();
  return status;
}

absl::Status DeviceServices::Run(const ClosureType& type, void* closure) {
  if (type.service == nullptr) {
    return Guarded("the closure", [&] { type.call(closure, nullptr); });
  }
  absl::Status status;
  Service* service = FindOrMake(type.service, &status);
  if (service == nullptr) return status;
  if (service->lent) return InUse(*type.service, "the closure");
  service->lent = true;
  status = Guarded("the closure", [&] { type.call(closure, service->state); });
  service->lent = false;
  return status;
}

}  // namespace drydock
