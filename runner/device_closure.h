// runner/device_closure.h
//
// What a closure posted to a device runner looks like to code that does not know its type.
#ifndef DRYDOCK_RUNNER_DEVICE_CLOSURE_H_
#define DRYDOCK_RUNNER_DEVICE_CLOSURE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace drydock {

// A kind of service: there is one ServiceType for each C++ type and kind of runner, and its address
// is its identity.
struct ServiceType {
  const std::type_info* type;
  void* (*make)(void* runner);  // on the runner's thread; may throw
  void (*destroy)(void* service);
};

template <typename Service, typename Runner>
inline constexpr ServiceType kServiceType = {
    &typeid(Service),
    [](void* runner) -> void* {
      if constexpr (std::is_constructible_v<Service, Runner&>) {
        return new Service(*static_cast<Runner*>(runner));
      } else {
        return new Service();
      }
    },
    [](void* service) { delete static_cast<Service*>(service); },
};

// How to call a closure, and how to end its life.
struct ClosureType {
  const ServiceType* service;  // lent to the closure; null: none
  void (*call)(void* closure, void* service);
  void (*drop)(void* closure);  // null if that takes nothing
};

// Of a closure that is given a `Service`; or, if that is void, nothing.
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

// Whose life is somebody else's business.
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
