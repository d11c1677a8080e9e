// verify/race_checker.h
//
// Finds data races: two accesses to the same bytes by different actors, at least one of them a
// write and not both atomic, that are not ordered by happens-before. The accesses need not meet in
// the run. Each race is the finding `data-race`, once for each pair of places in the code, with the
// stacks of both.
//
// An actor is a thread, or the handler of an interrupt line. Happens-before comes from: locks and
// gates; waits and wakeups; the creation of a thread, and the wait for its end; a raised line and
// its handler; enabling an interrupt and its handler, its handler and disabling it; thread calls
// and timers; the signal of an event source and its action; the release of a reference and the free
// by the last release; I/O and its completion; the phases of a service's life; atomics, by their
// memory orders. A free counts as a write to the memory.
//
// Accesses are those of code that is compiled with hooks (scheduler/kernel/memory.h), and those
// that the framework publishes of itself.
//
// Vector clocks, with the last accesses to a location as epochs: Flanagan, Freund: "FastTrack:
// efficient and precise dynamic race detection", PLDI 2009. It differs in that an access may cover
// some of a location's bytes only: a location has a short list of epochs where FastTrack has one
// write and one read.
#ifndef DRYDOCK_VERIFY_RACE_CHECKER_H_
#define DRYDOCK_VERIFY_RACE_CHECKER_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "trace/facts.h"
#include "verify/checker.h"
#include "verify/heap_blocks.h"
#include "verify/vector_clock.h"

namespace drydock::verify {

class RaceChecker : public Checker {
 public:
  // `memory_stacks`: whether a finding says where the memory was allocated and freed.
  explicit RaceChecker(bool memory_stacks) : blocks_(memory_stacks) {}

  trace::EventKinds Kinds() const override;
  void OnEvent(const trace::Event& event) override;

  // How many accesses were checked.
  uint64_t accesses() const { return accesses_; }

 private:
  // A thread, or the handler of an interrupt line.
  struct Actor {
    VectorClock clock;
    VectorClock fence;    // as it was at the last releasing fence; what relaxed stores hand over
    VectorClock relaxed;  // what relaxed loads have found; an acquiring fence takes it over
    std::string name;
  };

  // The last access of an actor to some bytes of a location.
  struct Epoch {
    uint16_t actor = 0;
    uint8_t bytes = 0;
    bool writes : 1 = false;
    bool atomic : 1 = false;
    uint32_t time = 0;  // of the actor's own clock
    trace::StackId stack = 0;
  };
  using Epochs = std::vector<Epoch>;

  // Memory as a finding puts it.
  struct MemoryDescription {
    std::string text;  // "UnlockedReader #12, at offset 40"
    std::vector<Evidence> evidence;
  };
  // The first of `bytes`, as bits, of the location that is accessed.
  MemoryDescription Describe(const trace::Event& event, uint32_t bytes);

  size_t ActorOf(const trace::Event& event);
  size_t ThreadActor(trace::ThreadId thread);
  size_t NewActor(std::string name);

  // `actor` hands over what it knows to `clock` / takes over what that knows.
  void Release(size_t actor, VectorClock* clock);
  void Acquire(size_t actor, const VectorClock& clock) { actors_[actor].clock.Join(clock); }

  void Check(size_t actor, const trace::Event& event);
  void Synchronise(size_t actor, const trace::Event& event);
  void ReportRace(size_t actor, const trace::Event& event, const Epoch& earlier);

  std::vector<Actor> actors_;
  std::vector<uint16_t> actor_of_thread_;  // + 1; 0 = none yet
  std::vector<uint16_t> actor_of_line_;
  std::array<uint32_t, 64> line_of_cpu_ = {};  // whose handler runs

  absl::flat_hash_map<trace::ObjectId, VectorClock> objects_;
  absl::flat_hash_map<trace::ObjectId, VectorClock> readers_;  // of read-write locks
  // What atomics hand over: by location, and which of its bytes.
  absl::flat_hash_map<std::pair<trace::ObjectId, uint8_t>, VectorClock> atomics_;
  std::vector<VectorClock> lines_;
  VectorClock outside_;

  std::vector<Epochs> locations_;
  HeapBlocks blocks_;
  absl::flat_hash_set<std::pair<const void*, const void*>> reported_;
  uint64_t accesses_ = 0;
};

}  // namespace drydock::verify

#endif  // DRYDOCK_VERIFY_RACE_CHECKER_H_
