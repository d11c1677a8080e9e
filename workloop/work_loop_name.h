// workloop/work_loop_name.h
//
// The name that reports give a work loop.
#ifndef DRYDOCK_WORKLOOP_WORK_LOOP_NAME_H_
#define DRYDOCK_WORKLOOP_WORK_LOOP_NAME_H_

class IOWorkLoop;

namespace drydock {

// Names the loop, its thread and its gate; without this, the first event source names them after
// its owner's class (workloop.md 1.5). Any context.
void NameWorkLoop(IOWorkLoop* loop, const char* name);

}  // namespace drydock

#endif  // DRYDOCK_WORKLOOP_WORK_LOOP_NAME_H_
