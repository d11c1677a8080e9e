// tests/eventsources/fake_provider.h
//
// A provider of one interrupt, wired straight to a line of the simulated machine. It stands in for
// IOService and its interrupt controller, which belong to the layer above the one under test.
#ifndef DRYDOCK_TESTS_EVENTSOURCES_FAKE_PROVIDER_H_
#define DRYDOCK_TESTS_EVENTSOURCES_FAKE_PROVIDER_H_

#include <string>

#include <IOKit/IOInterrupts.h>
#include <IOKit/IOReturn.h>

class IOService;

namespace drydock {

class FakeProvider {
 public:
  static constexpr int kLine = 5;

  // Of type kIOInterruptTypeEdge or kIOInterruptTypeLevel. Installs itself as what interrupt
  // sources ask.
  explicit FakeProvider(int type);
  ~FakeProvider();

  IOService* service() { return reinterpret_cast<IOService*>(this); }

  // What the next registration answers instead of succeeding.
  void RefuseWith(IOReturn result) { refusal_ = result; }

  // Raises / lowers the line, as the device does.
  void Raise();
  void Lower();

  bool masked() const;
  bool registered() const { return handler_ != nullptr; }

  // What was asked so far: R(egister), U(nregister), E(nable), D(isable), in order.
  std::string calls;

 private:
  static FakeProvider* From(IOService* service) { return reinterpret_cast<FakeProvider*>(service); }
  static IOReturn GetType(IOService* service, int source, int* type);
  static IOReturn Register(IOService* service, int source, OSObject* target,
                           IOInterruptAction handler, void* refcon);
  static IOReturn Unregister(IOService* service, int source);
  static IOReturn Enable(IOService* service, int source);
  static IOReturn Disable(IOService* service, int source);
  static void Handle(void* self, int line);

  const int type_;
  IOReturn refusal_ = kIOReturnSuccess;
  OSObject* target_ = nullptr;
  IOInterruptAction handler_ = nullptr;
  void* refcon_ = nullptr;
  int source_ = -1;
};

}  // namespace drydock

#endif  // DRYDOCK_TESTS_EVENTSOURCES_FAKE_PROVIDER_H_
