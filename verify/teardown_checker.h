// verify/teardown_checker.h
//
// Watches the protocol by which services come and go:
//
//   detached-without-stop       a driver that was started on a provider is detached from it, and
//                               was not stopped: what start made is still there
//   termination-never-completes nothing can happen any more, and a service that was terminated is
//                               not gone; says how far each of them came, and who holds it
//   client-not-woken            nothing can happen any more, and a thread sleeps in an action of a
//                               driver that was told that its provider will terminate
//
// The last two are what a blocked run came to: with the stacks of those who opened what is still
// open, and of those who put off their end. The findings that a service makes of its own when the
// platform shuts down (provider-left-open, did-terminate-never-resumed) get these stacks as well.
#ifndef DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_
#define DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "scheduler/kernel/types.h"
#include "scheduler/simulation.h"
#include "symbols/call_stack.h"
#include "trace/observer.h"

namespace drydock {

namespace teardown {

// Who did something when, from where.
struct Deed {
  std::string who;
  kernel::Time time_ns = 0;
  CallStackId stack = 0;
};
// What is between a provider and a client.
struct Edge {
  bool started = false;
  bool open = false;
  bool put_off = false;  // the client's end, because it has the provider open
  Deed opening, putting_off;
};
struct Service {
  const char* name = "";        // interned, like all here
  const char* class_name = "";  // as long as nobody gives it a name that is its name
  bool terminates = false;
  kernel::Time terminated_ns = 0;
  const char* came_to = "";  // the last step of its termination
  bool told = false;         // that a provider will go
  kernel::Time told_ns = 0;
  const char* told_of = "";
  absl::btree_map<trace::ObjectId, Edge> clients;
};
struct Thread {
  const char* name = "";
  std::vector<const char*> owners;  // of the actions it is in, by class, the innermost last
  bool sleeps = false;              // in a gate
  kernel::Time since_ns = 0;
};

}  // namespace teardown

class TeardownChecker : public trace::Observer {
 public:
  // What it has to be shown, all of one run.
  static trace::EventKinds Kinds();

  void OnEvent(const trace::Event& event) override;

  // What the run's end shows. After the run.
  void Explain(Outcome* outcome) const;

 private:
  using Deed = teardown::Deed;
  using Edge = teardown::Edge;
  using Service = teardown::Service;
  using Thread = teardown::Thread;

  Deed ThisDeed(const trace::Event& event) const;
  Edge& EdgeOf(trace::ObjectId client, trace::ObjectId provider) {
    return services_[provider].clients[client];
  }
  const char* NameOf(trace::ObjectId service) const;
  // What is to be known of an edge, for a report.
  void Describe(trace::ObjectId client, const Service& provider, const Edge& edge,
                std::vector<kernel::Evidence>* evidence) const;
  void AddEvidence(Finding* finding) const;
  void FindUnfinished(Outcome* outcome) const;
  void FindSleepers(Outcome* outcome) const;

  absl::btree_map<trace::ObjectId, Service> services_;
  absl::btree_map<trace::ThreadId, Thread> threads_;
};

}  // namespace drydock

#endif  // DRYDOCK_VERIFY_TEARDOWN_CHECKER_H_
