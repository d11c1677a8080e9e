// What tests of libkern have in common.
#include "tests/libkern/fixtures.h"

namespace drydock {

Outcome RunTimed(std::function<void()> body) {
  TimedStrategy strategy;
  return Simulation(MachineOptions(), &strategy).Run(std::move(body));
}

OSDefineMetaClassAndStructors(Probe, OSObject)
OSDefineMetaClassAndStructors(ProbeChild, Probe)
OSDefineMetaClassAndAbstractStructors(AbstractProbe, OSObject)

Probe* Probe::Make(int* frees) {
  auto* probe = new Probe;
  probe->frees = frees;
  probe->init();
  return probe;
}

bool Probe::init() {
  ++inits;
  return OSObject::init();
}

void Probe::free() {
  if (frees != nullptr) ++*frees;
  if (in_free != nullptr) (*in_free)();
  OSObject::free();
}

std::vector<std::string> FindingsOf(const std::function<void()>& body) {
  EventLog log({trace::EventKind::kMisuse});
  body();
  std::vector<std::string> names;
  for (const trace::Event& event : log.events()) names.push_back(event.name);
  return names;
}

std::string Serialized(const OSObject* object) {
  OSSerialize* const serializer = OSSerialize::withCapacity(16);
  std::string text = object->serialize(serializer) ? serializer->text() : "failed";
  serializer->release();
  return text;
}

}  // namespace drydock
