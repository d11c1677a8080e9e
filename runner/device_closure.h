// runner/device_closure.h
//
// The types of services and closures as a runner sees them, which does not know their C++ types:
// tables of functions. For the runners and DeviceHandle.
#ifndef DRYDOCK_RUNNER_DEVICE_CLOSURE_H_
#define DRYDOCK_RUNNER_DEVICE_CLOSURE_H_

#include <functional>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace drydock {

// A kind of service: there is one ServiceType for each C++ type and kind of runner, and its address
// is its identity. All functions are called on the runner's thread.
struct ServiceType {
  const std::type_info* type;
  void* (*make)(void* runner);  // may throw; null: the service can only be inserted
  void (*destroy)(void* service);
  // What callers share of the service, asked once; may throw. Null: nothing.
  std::shared_ptr<void> (*utilities)(void* service);
};

template <typename Service, typename Runner>
constexpr ServiceType MakeServiceType() {
  ServiceType type = {&typeid(Service), nullptr,
                      [](void* service) { delete static_cast<Service*>(service); }, nullptr};
  if constexpr (std::is_constructible_v<Service, Runner&>) {
    type.make = [](void* runner) -> void* { return new Service(*static_cast<Runner*>(runner)); };
  } else if constexpr (std::is_default_constructible_v<Service>) {
    type.make = [](void*) -> void* { return new Service(); };
  }
  if constexpr (requires { typename Service::Utilities; }) {
    type.utilities = [](void* service) -> std::shared_ptr<void> {
      return static_cast<Service*>(service)->MakeUtilities();
    };
  }
  return type;
}

template <typename Service, typename Runner>
inline constexpr ServiceType kServiceType = MakeServiceType<Service, Runner>();

// How to call a closure, and how to end its life.
struct ClosureType {
  const ServiceType* service;  // lent to the closure; null: none
  void (*call)(void* closure, void* service);
  void (*drop)(void* closure);  // null if that takes nothing
};

// The type of a `Closure` that is given a `Service`, or nothing if that is void.
template <typename Service, typename Runner, typename Closure>
constexpr ClosureType MakeClosureType(void (*drop)(void*)) {
  if constexpr (std::is_void_v<Service>) {
    return {nullptr, [](void* closure, void*) { std::invoke(*static_cast<Closure*>(closure)); },
            drop};
  } else {
    return {&kServiceType<Service, Runner>,
            [](void* closure, void* service) {
              std::invoke(*static_cast<Closure*>(closure), *static_cast<Service*>(service));
            },
            drop};
  }
}

// A closure that stays the caller's.
template <typename Service, typename Runner, typename Closure>
inline constexpr ClosureType kBorrowedClosure = MakeClosureType<Service, Runner, Closure>(nullptr);

// Made by placement new.
template <typename Service, typename Runner, typename Closure>
inline constexpr ClosureType kPlacedClosure = MakeClosureType<Service, Runner, Closure>(
    std::is_trivially_destructible_v<Closure> ? nullptr : +[](void* closure) {
      std::destroy_at(static_cast<Closure*>(closure));
    });

// Made by new.
template <typename Service, typename Runner, typename Closure>
inline constexpr ClosureType kHeapClosure = MakeClosureType<Service, Runner, Closure>(
    +[](void* closure) { delete static_cast<Closure*>(closure); });

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_CLOSURE_H_
