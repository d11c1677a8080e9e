// tests/libkern/fixtures.h
//
// What tests of libkern have in common.
#ifndef DRYDOCK_TESTS_LIBKERN_FIXTURES_H_
#define DRYDOCK_TESTS_LIBKERN_FIXTURES_H_

#include <functional>
#include <string>
#include <vector>

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSSerialize.h>

#include "scheduler/simulation.h"
#include "trace/observer.h"

namespace drydock {

// Boots a machine, runs `body` there under the timed strategy, and returns how it ended.
Outcome RunTimed(std::function<void()> body);

// An object that shows what happens to it.
class Probe : public OSObject {
  OSDeclareDefaultStructors(Probe)

 public:
  // Adds 1 to `*frees` when it is freed, if that is not null.
  static Probe* Make(int* frees = nullptr);

  using OSObject::release;
  using OSObject::taggedRelease;

  bool init() override;
  virtual int Answer() const { return 1; }
  int Plain() const { return 7; }

  int* frees;
  int inits;
  std::function<void()>* in_free;  // called while it is being freed

 protected:
  void free() override;
};

class ProbeChild : public Probe {
  OSDeclareDefaultStructors(ProbeChild)

 public:
  int Answer() const override { return 2; }
};

// Cannot be instantiated.
class AbstractProbe : public OSObject {
  OSDeclareAbstractStructors(AbstractProbe)
};

// Keeps the events of some kinds.
class EventLog : public trace::Observer {
 public:
  explicit EventLog(const trace::EventKinds& kinds) : watch_(this, kinds) {}
  void OnEvent(const trace::Event& event) override { events_.push_back(event); }
  const std::vector<trace::Event>& events() const { return events_; }

 private:
  std::vector<trace::Event> events_;
  trace::ScopedObserver watch_;
};

// The names of the findings that `body`, with no run in progress, earns.
std::vector<std::string> FindingsOf(const std::function<void()>& body);

// `object` as XML.
std::string Serialized(const OSObject* object);

}  // namespace drydock

#endif  // DRYDOCK_TESTS_LIBKERN_FIXTURES_H_
