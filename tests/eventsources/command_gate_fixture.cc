// The gate class and the action that the tests of command gates share.
#include "tests/eventsources/command_gate_fixture.h"

namespace drydock {

OSDefineMetaClassAndStructors(TestGate, IOCommandGate)

IOReturn Answer42(OSObject*, void*, void*, void*, void*) { return 42; }

}  // namespace drydock
