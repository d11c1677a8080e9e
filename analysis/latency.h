// analysis/latency.h
//
// Latencies of a run, computed from its events: how long threads, interrupts, actions, gates and
// locks were waited for, and what the longest wait of each was due to. All times are virtual, in
// ns.
#ifndef DRYDOCK_ANALYSIS_LATENCY_H_
#define DRYDOCK_ANALYSIS_LATENCY_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "trace/event_words.h"
#include "trace/observer.h"

namespace drydock {

// The waits of one subject.
class LatencySamples {
 public:
  void Add(uint64_t waited_ns) {
    samples_.push_back(waited_ns);
    max_ = std::max(max_, waited_ns);
  }

  const std::vector<uint64_t>& samples() const { return samples_; }
  uint64_t max() const { return max_; }
  // The smallest sample that at least `percent` percent of all samples do not exceed; 0 if there
  // are no samples.
  uint64_t Percentile(int percent) const;

 private:
  std::vector<uint64_t> samples_;
  uint64_t max_ = 0;
};

struct LatencyRow {
  std::string subject;  // a band, a thread, a line, a work loop
  LatencySamples waits;
  // The end of the longest wait, and what it was due to: the end of a sentence, such as "CPU 0 ran
  // encoder (user, 31) for 900 us of it".
  uint64_t worst_at_ns = 0;
  std::string blame;
};

enum class LatencyMeasure {
  kBand,       // runnable until running, by band of priority
  kThread,     // the same, by thread
  kInterrupt,  // line raised until its handler begins, by line
  kAction,     // source signalled until its action begins, by source
  kGateWait,   // a thread wants a gate until it owns it, by work loop
  kGateHold,   // a thread owns a gate until it releases it, by work loop
  kLockWait,   // a thread wants a lock that is held until it owns it, by lock
};
inline constexpr int kLatencyMeasureCount = 7;

// "scheduling latency by band", …
const char* LatencyMeasureName(LatencyMeasure measure);

// The CPU time of a thread.
struct CpuUse {
  std::string thread;
  uint64_t ns = 0;
};

// Observes one run: attach it before the run, call Finish() after it, then read the rows.
class LatencyMeter : public trace::Observer {
 public:
  explicit LatencyMeter(const trace::EventWords& words) : words_(words) {}

  // The kinds of events to attach it for.
  static trace::EventKinds Kinds();
  void OnEvent(const trace::Event& event) override;

  // The run has ended at `end_ns`. A wait that goes on counts up to then.
  void Finish(uint64_t end_ns);

  // The row of a subject, or null. This and the following: after Finish().
  const LatencyRow* Find(LatencyMeasure measure, const std::string& subject) const;
  // Rows in order of first appearance; bands from the highest down.
  std::vector<const LatencyRow*> Rows(LatencyMeasure measure) const;
  // Threads that ran, in order of creation. Time in interrupt handlers is no thread's.
  std::vector<CpuUse> CpuUses() const;
  uint64_t end_ns() const { return end_ns_; }

 private:
  // An interval of a CPU: a thread, or an interrupt handler on top of it.
  struct Slice {
    int cpu;
    std::string runner;  // the thread or handler, as reports write it
    uint64_t from_ns;
    uint64_t to_ns;  // 0: not over
  };
  struct Frame {  // an action in progress
    trace::ObjectId source;
    const char* name;
    const char* owner;
  };
  struct Thread {
    const char* name = "";
    int priority = 0;
    bool runnable = false;
    uint64_t runnable_since_ns = 0;
    size_t slice = 0;  // index in slices_, plus 1, while it runs; else 0
    uint64_t ran_ns = 0;
    trace::ObjectId contends_for = 0;  // the lock that it waits for; 0: none
    uint64_t contends_since_ns = 0;
    std::string contends_blame;
    bool contended = false;  // it had to wait for the lock that it took last
    std::vector<Frame> actions;
  };
  struct Gate {
    std::string name;
    uint64_t closed_at_ns = 0;
    trace::ThreadId owner = 0;
    std::string first_action;  // the first one since the gate was closed
  };
  struct Rowset {
    std::vector<LatencyRow> rows;
    absl::flat_hash_map<std::string, size_t> by_subject;
  };

  Thread& ThreadOf(trace::ThreadId id);
  LatencyRow& RowOf(LatencyMeasure measure, const std::string& subject);
  void Add(LatencyMeasure measure, const std::string& subject, uint64_t from_ns, uint64_t to_ns,
           const std::string& blame);
  // The thread's wait for a CPU has ended: adds it to the rows of the thread and of its band.
  void Waited(Thread& thread, uint64_t now);
  void StopsRunning(Thread& thread, uint64_t now);
  void GateCloses(const trace::Event& event);
  // "encoder (user, 31)".
  std::string ThreadText(const Thread& thread) const;
  // "encoder (user, 31) in the action of …, asleep".
  std::string ActivityText(trace::ThreadId thread);
  // The thread or handler that had the most CPU time in an interval: "CPU 0 ran … for 900 us of
  // it".
  std::string MostlyRan(uint64_t from_ns, uint64_t to_ns) const;

  const trace::EventWords words_;
  std::vector<Thread> threads_;  // by id
  std::vector<Slice> slices_;
  std::map<int, uint64_t> raised_ns_;                            // by line
  absl::flat_hash_map<int, size_t> handlers_;                    // by CPU: index in slices_, plus 1
  absl::flat_hash_map<trace::ObjectId, Gate> gates_;             // by work loop
  absl::flat_hash_map<trace::ObjectId, uint64_t> signalled_ns_;  // by source
  absl::flat_hash_map<trace::ObjectId, std::string> signal_blame_;  // by source
  Rowset rowsets_[kLatencyMeasureCount];
  uint64_t end_ns_ = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_ANALYSIS_LATENCY_H_
