// A work loop's maintenance, run as an action of its control gate.
#include "workloop/control_gate.h"

#include <IOKit/IOWorkLoop.h>

#include "workloop/action_scope.h"

namespace drydock {

OSDefineMetaClassAndFinalStructors(WorkLoopControlGate, IOEventSource)

WorkLoopControlGate* WorkLoopControlGate::Make(IOWorkLoop* loop) {
  auto* gate = new WorkLoopControlGate;
  if (!gate->init(loop)) {
    gate->release();
    return nullptr;
  }
  return gate;
}

IOReturn WorkLoopControlGate::runCommand(void* command, void* data) {
  // By way of the owner, not of the loop it is attached to: it attaches itself too.
  auto* loop = static_cast<IOWorkLoop*>(owner);
  loop->closeGate();
  ActionScope scope(this, loop);
  scope.Begin();
  const IOReturn result = loop->_maintRequest(command, data, nullptr, nullptr);
  scope.End(static_cast<uint32_t>(result));
  loop->openGate();
  return result;
}

}  // namespace drydock
