// drivers/service/owned.h
//
// Takes ownership of the reference that a factory or copy method returns.
#ifndef DRYDOCK_DRIVERS_SERVICE_OWNED_H_
#define DRYDOCK_DRIVERS_SERVICE_OWNED_H_

#include <libkern/c++/OSSharedPtr.h>

namespace drydock {

template <typename T>
OSSharedPtr<T> Owned(T* plus_one) {
  return OSSharedPtr<T>(plus_one, OSNoRetain);
}

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_OWNED_H_
