// runner/device_handle.h
//
// How a device that is run by a thread of its own is used: a typed handle to one of its services.
#ifndef DRYDOCK_RUNNER_DEVICE_HANDLE_H_
#define DRYDOCK_RUNNER_DEVICE_HANDLE_H_

#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runner/device_closure.h"
#include "runner/device_runner.h"

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

// A service is any class with a constructor that takes the runner, or nothing. Each device has one
// of a type, made by its thread when first used and destroyed by it at the end. A closure gets it
// by reference, and has it for itself while it runs.
//
// Handles are values; the runner, not owned, outlives them. Runner is DeviceRunner or MutexRunner.
// Thread context, but where it says otherwise.
//
// Whatever is called from the runner's own thread runs at once, before the call returns. A service
// that is in use by a closure which waits for this one cannot be had: kFailedPrecondition.
template <typename Service, typename Runner = DeviceRunner>
class DeviceHandle {
 public:
  explicit DeviceHandle(Runner* runner) : runner_(runner) {}

  Runner* runner() const { return runner_; }

  // Posts `closure(service)`. Waits while the device is too busy to take more, but not for the
  // closure to run. What goes wrong then is told by Flush; an error here is one of a closure that
  // ran at once.
  template <typename Closure>
  absl::Status Submit(Closure&& closure) const {
    if (runner_->OnThread()) return RunHere(std::forward<Closure>(closure));
    runner_->template Post<Service>(std::forward<Closure>(closure));
    return absl::OkStatus();
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
  // caller's stack. kInternal if it threw.
  template <typename Closure>
  auto Call(Closure&& closure) const {
    return internal::CallOn<Service, Runner, std::remove_reference_t<Closure>, Service&>(runner_,
                                                                                         closure);
  }

  // What was posted before has run; see the runner's.
  absl::Status Flush() const { return runner_->Flush(); }

 private:
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
