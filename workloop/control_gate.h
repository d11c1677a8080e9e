// workloop/control_gate.h
//
// The gate through which a work loop does its own maintenance: attaching and detaching event
// sources. It is the loop's first source, and as such enabled with the others; IOCommandGate
// belongs to the layer above. It runs whether enabled or not, and so cannot be parked on.
// (workloop.md 1.2, 1.5)
#ifndef DRYDOCK_WORKLOOP_CONTROL_GATE_H_
#define DRYDOCK_WORKLOOP_CONTROL_GATE_H_

#include <IOKit/IOEventSource.h>

class IOWorkLoop;

namespace drydock {

class WorkLoopControlGate final : public IOEventSource {
  OSDeclareFinalStructors(WorkLoopControlGate)

 public:
  // The control gate of `loop`, which owns the reference; null if it cannot be made.
  static WorkLoopControlGate* Make(IOWorkLoop* loop);

  // Runs `_maintRequest(command, data)` of the loop on the calling thread, under the loop's gate.
  IOReturn runCommand(void* command, void* data);
};

}  // namespace drydock

#endif  // DRYDOCK_WORKLOOP_CONTROL_GATE_H_
