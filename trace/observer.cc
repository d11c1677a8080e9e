#include "trace/observer.h"

#include <algorithm>
#include <vector>

namespace drydock::trace {

namespace internal {

bool observed = false;

}  // namespace internal

namespace {

// Leaked on purpose: observers may be static objects.
std::vector<Observer*>& Observers() {
  static auto* observers = new std::vector<Observer*>();
  return *observers;
}

}  // namespace

void AddObserver(Observer* observer) {
  Observers().push_back(observer);
  internal::observed = true;
}

void RemoveObserver(Observer* observer) {
  std::vector<Observer*>& observers = Observers();
  observers.erase(std::remove(observers.begin(), observers.end(), observer), observers.end());
  internal::observed = !observers.empty();
}

void internal::Publish(const Event& event) {
  for (Observer* observer : Observers()) observer->OnEvent(event);
}

}  // namespace drydock::trace
