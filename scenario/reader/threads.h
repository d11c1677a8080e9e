// scenario/reader/threads.h
//
// Reads who runs: priority, policy and steps of a thread.
#ifndef DRYDOCK_SCENARIO_READER_THREADS_H_
#define DRYDOCK_SCENARIO_READER_THREADS_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// All but the name. After everything that steps refer to, the names of all threads included.
void ReadThread(const Node<ThreadProto>& node, ReadContext* context, Scenario::Thread* thread);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_THREADS_H_
