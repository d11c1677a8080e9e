// drivers/service/service_lock.h
//
// Holds a service's arbitration lock for a scope.
#ifndef DRYDOCK_DRIVERS_SERVICE_SERVICE_LOCK_H_
#define DRYDOCK_DRIVERS_SERVICE_SERVICE_LOCK_H_

#include <IOKit/IOService.h>

namespace drydock {

class ServiceLock {
 public:
  explicit ServiceLock(IOService* service) : service_(service) { service_->lockForArbitration(); }
  ~ServiceLock() { service_->unlockForArbitration(); }
  ServiceLock(const ServiceLock&) = delete;
  ServiceLock& operator=(const ServiceLock&) = delete;

 private:
  IOService* const service_;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_SERVICE_LOCK_H_
