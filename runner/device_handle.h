// runner/device_handle.h
//
// How a device that is run by a thread of its own is used: a typed handle to one of its services.
//
// A service is any class: a part of the device's state that belongs to the thread of one of the
// device's stages. Each stage of a device has at most one of a type. It comes to be in one of two
// ways:
//
//   * made on first use, by the stage's thread, if the class has a constructor that takes the
//     runner by reference, or one that takes nothing;
//   * inserted ready-made (DeviceHandle::Insert), an error if there is one already.
//
// Either way it is destroyed by the stage's thread, the last made or inserted first. A closure gets
// it by reference, and has it for itself while it runs.
//
// What callers may use without going to the device's thread are the service's utilities. The
// service makes them, and they are safe to be used by many threads:
//
//   struct Cache {
//     struct Utilities { const size_t block_size; std::atomic<uint64_t> hits{0}; };
//     std::shared_ptr<Utilities> MakeUtilities();  // called once, on the device's thread
//   };
//
// They live for as long as a caller holds them, which may be longer than the service.
#ifndef DRYDOCK_RUNNER_DEVICE_HANDLE_H_
#define DRYDOCK_RUNNER_DEVICE_HANDLE_H_

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runner/device_closure.h"
#include "runner/device_id.h"
#include "runner/device_runner.h"
#include "runner/device_services.h"

namespace drydock {

namespace internal {

// What a call that could fail returns.
template <typename R>
using DeviceResult = std::conditional_t<std::is_void_v<R>, absl::Status, absl::StatusOr<R>>;

// Has `runner` call `closure` with its Service, or with nothing, and waits for what it returns.
template <typename Service, typename Runner, typename Closure, typename... Arguments>
auto CallOn(Runner* runner, Closure& closure) {
  using R = std::invoke_result_t<Closure&, Arguments...>;
  static_assert(!std::is_reference_v<R>, "a reference to the device's state must not leave it");
  if constexpr (std::is_void_v<R>) {
    auto body = [&](Arguments... arguments) { closure(arguments...); };
    return runner->Run(kBorrowedClosure<Service, Runner, decltype(body)>, &body);
  } else {
    std::optional<R> result;
    auto body = [&](Arguments... arguments) { result.emplace(closure(arguments...)); };
    absl::Status status = runner->Run(kBorrowedClosure<Service, Runner, decltype(body)>, &body);
    return status.ok() ? DeviceResult<R>(*std::move(result)) : DeviceResult<R>(std::move(status));
  }
}

}  // namespace internal

// A value of the size of a pointer, which may be copied to any thread and used by many at once. It
// owns nothing: that the last handle of a device goes changes nothing for the device, and the
// runner (or the DeviceRegistry, which owns it) outlives all use of its handles. Runner is
// DeviceRunner or MutexRunner. Thread context only, where it does not say otherwise.
//
// On the device's own thread everything runs at once, before the call returns. A service that is in
// use by a closure which waits for this one cannot be had then: kFailedPrecondition. On the thread
// of another device a call waits as on any thread, unless that device, directly or by way of
// others, waits for this one: kFailedPrecondition (runner/runner_thread.h).
//
// The other errors of a closure that ran, or could not: kInternal, it threw, or the service's
// constructor or MakeUtilities did; kNotFound, the service was not inserted and cannot be made;
// kUnavailable, the device is being torn down and the service is gone.
template <typename Service, typename Runner = DeviceRunner>
class DeviceHandle {
 public:
  explicit DeviceHandle(Runner* runner) : runner_(runner) {}

  // Which device it is. Any context.
  DeviceId id() const { return runner_->device(); }
  // On which of the device's stages the service is. Any context.
  DeviceStage stage() const { return runner_->stage(); }
  Runner* runner() const { return runner_; }

  // Posts `closure(service)`. Waits while the device is too busy to take more, but not for the
  // closure to run. Flush returns the error of a closure that ran later; an error here is that of a
  // closure that ran at once, or of one that was refused because to wait for room would close a
  // circle of devices.
  template <typename Closure>
  absl::Status Submit(Closure&& closure) const {
    if (runner_->OnThread()) return RunHere(std::forward<Closure>(closure));
    return runner_->template Post<Service>(std::forward<Closure>(closure));
  }

  // The same without waiting: kResourceExhausted, and the closure is as it was, if the device takes
  // no more. With a DeviceRunner from any context.
  template <typename Closure>
  absl::Status TrySubmit(Closure&& closure) const {
    if (runner_->OnThread()) return RunHere(std::forward<Closure>(closure));
    return runner_->template TryPost<Service>(std::forward<Closure>(closure))
               ? absl::OkStatus()
               : absl::ResourceExhaustedError("");
  }

  // Calls `closure(service)` on the device's thread and waits for what it returns: an absl::Status
  // if that is nothing, else an absl::StatusOr of it. The closure may refer to what is on the
  // caller's stack.
  template <typename Closure>
  auto Call(Closure&& closure) const {
    return internal::CallOn<Service, Runner, std::remove_reference_t<Closure>, Service&>(runner_,
                                                                                         closure);
  }

  // Gives the device `service`, ready-made, and waits until it has it. kAlreadyExists: the device
  // has one, made or inserted. On an error `service` is as it was.
  absl::Status Insert(std::unique_ptr<Service>&& service) const {
    absl::Status status =
        OnServices([&](DeviceServices& services) { return services.Insert(kType, service.get()); });
    if (status.ok()) service.release();
    return status;
  }

  // What the service's MakeUtilities returned: an absl::StatusOr of a std::shared_ptr. Goes to the
  // device's thread, and has the service made, only if there is no such service yet.
  auto Utilities() const requires requires { typename Service::Utilities; }
  {
    using Shared = std::shared_ptr<typename Service::Utilities>;
    const DeviceServices& services = runner_->services();
    std::shared_ptr<void> utilities = services.UtilitiesOf(kType);
    if (utilities == nullptr) {
      absl::Status status = OnServices([](DeviceServices& s) { return s.Ensure(kType); });
      if (!status.ok()) return absl::StatusOr<Shared>(std::move(status));
      utilities = services.UtilitiesOf(kType);
    }
    return absl::StatusOr<Shared>(
        std::static_pointer_cast<typename Service::Utilities>(std::move(utilities)));
  }

  // Waits until all that was posted before has run; see DeviceRunner::Flush.
  absl::Status Flush() const { return runner_->Flush(); }

 private:
  static constexpr const ServiceType* kType = &kServiceType<Service, Runner>;

  // Calls `body(services)` on the device's thread, and waits for the status that it returns.
  template <typename Body>
  absl::Status OnServices(Body body) const {
    absl::Status result;
    auto closure = [&] { result = body(runner_->services()); };
    absl::Status status = runner_->Run(kBorrowedClosure<void, Runner, decltype(closure)>, &closure);
    return status.ok() ? result : status;
  }

  template <typename Closure>
  absl::Status RunHere(Closure&& closure) const {
    // As when it is posted, what it captured goes when it has run.
    std::decay_t<Closure> here(std::forward<Closure>(closure));
    return runner_->Run(kBorrowedClosure<Service, Runner, decltype(here)>, &here);
  }

  Runner* runner_;
};

// An exclusive section: calls `body()` on the device's thread while no closure runs there, and
// waits for what it returns, as DeviceHandle::Call. It has no service in use, so that it may use
// each of them, one after another or together, through their handles.
template <typename Runner, typename Body>
auto Exclusively(Runner* runner, Body&& body) {
  return internal::CallOn<void, Runner, std::remove_reference_t<Body>>(runner, body);
}

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_HANDLE_H_
