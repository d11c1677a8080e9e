// scenario/reader/threads.h
//
// Reads the messages `thread`.
#ifndef DRYDOCK_SCENARIO_READER_THREADS_H_
#define DRYDOCK_SCENARIO_READER_THREADS_H_

#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/scenario.h"
#include "scenario/scenario.pb.h"

namespace drydock::reader {

// Reads priority, policy and steps of a thread; its name has been read. To be called after all
// parts that steps refer to, the names of all threads among them.
void ReadThread(const Node<ThreadProto>& node, ReadContext* context, Scenario::Thread* thread);

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_THREADS_H_
