// verify/teardown_checker.h
//
// Watches the protocol by which services come and go:
//
//   detached-without-stop       a driver that was started on a provider is detached from it, and
//                               was not stopped: what start made is still there
//   termination-never-completes nothing can happen any more, and a service that was terminated is
//                               not gone; says how far each of them came, and which client
//                               holds it
//   client-not-woken            nothing can happen any more, and a thread sleeps in an action of a
//                               driver that was told that its provider will terminate
//
// The last two explain a blocked run: with the stacks from where what is still open was opened, and
// from where a client's stop was put off. The finding that the platform makes itself when it shuts
// down (provider-left-open) gets these stacks as well.
#ifndef DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_
#define DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "trace/facts.h"
#include "verify/checker.h"

namespace drydock::verify {

namespace teardown {

// An event that explains how things came to be: on which thread, when, from where.
struct Cause {
  std::string thread;
  uint64_t time_ns = 0;
  trace::StackId stack = 0;
};
// What is between a provider and a client.
struct Edge {
  bool started = false;
  bool open = false;
  bool put_off = false;  // the client's stop, because it has the provider open
  Cause opening, putting_off;
};
struct Service {
  const char* name = "";  // interned, like all here
  bool terminates = false;
  uint64_t terminated_ns = 0;
  const char* came_to = "";  // the last step of its termination
  bool told = false;         // that a provider will terminate
  uint64_t told_ns = 0;
  const char* told_of = "";
  absl::btree_map<trace::ObjectId, Edge> clients;
};
struct Thread {
  const char* name = "";
  std::vector<trace::ObjectId> owners;  // of the actions it is in, the innermost last
  bool sleeps = false;                  // in a gate
  uint64_t since_ns = 0;
};

}  // namespace teardown

class TeardownChecker : public Checker {
 public:
  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;
  void Finish(RunEnd* end) override;

 private:
  using Cause = teardown::Cause;
  using Edge = teardown::Edge;
  using Service = teardown::Service;
  using Thread = teardown::Thread;

  Cause CauseOf(const trace::Event& event) const;
  Edge& EdgeOf(trace::ObjectId client, trace::ObjectId provider) {
    return services_[provider].clients[client];
  }
  const char* NameOf(trace::ObjectId service) const;
  // What is to be known of an edge, for a report.
  void Describe(trace::ObjectId client, const Service& provider, const Edge& edge,
                std::vector<Evidence>* evidence) const;
  // About each provider that the platform found left open, in the order of its findings.
  void AddEvidence(RunEnd* end) const;
  void FindUnfinished(RunEnd* end) const;
  void FindSleepers(RunEnd* end) const;

  absl::btree_map<trace::ObjectId, Service> services_;
  // (client, provider) of each finding provider-left-open.
  std::vector<std::pair<trace::ObjectId, trace::ObjectId>> left_open_;
  absl::btree_map<trace::ThreadId, Thread> threads_;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_
