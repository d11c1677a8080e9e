// trace/latency.h
//
// Who waited how long for what, and whose fault the worst of it was: what the `latency` tool tells
// of a Mac, in virtual time.
#ifndef DRYDOCK_TRACE_LATENCY_H_
#define DRYDOCK_TRACE_LATENCY_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "trace/event_words.h"
#include "trace/observer.h"

namespace drydock::trace {

// The waits of one subject, in ns.
class LatencySamples {
 public:
  void Add(uint64_t waited_ns) {
    samples_.push_back(waited_ns);
    max_ = std::max(max_, waited_ns);
  }

  const std::vector<uint64_t>& samples() const { return samples_; }
  uint64_t max() const { return max_; }
  // The smallest sample that at least `percent` of all do not exceed; 0 if there are none.
  uint64_t Percentile(int percent) const;

 private:
  std::vector<uint64_t> samples_;
  uint64_t max_ = 0;
};

struct LatencyRow {
  std::string subject;  // a band, a thread, a line, a work loop
  LatencySamples waits;
  // Of the longest wait: when it ended, in ns, and who or what is to blame, as a sentence's end
  // ("CPU 0 ran encoder (user, 31)").
  uint64_t worst_at_ns = 0;
  std::string blame;
};

enum class LatencyMeasure {
  kBand,       // runnable until running, by band of priority
  kThread,     // the same, by thread
  kInterrupt,  // line raised until its handler begins, by line
  kAction,     // source signalled until its action begins, by source
  kGateWait,   // wanting a work loop's gate until owning it, by gate
  kGateHold,   // owning it, by gate
  kLockWait,   // wanting a lock that is taken until owning it, by lock
};
inline constexpr int kLatencyMeasureCount = 7;

// "scheduling latency by band", …
const char* LatencyMeasureName(LatencyMeasure measure);

// Time on a CPU.
struct CpuUse {
  std::string thread;
  uint64_t ns = 0;
};

class LatencyMeter : public Observer {
 public:
  explicit LatencyMeter(const EventWords& words) : words_(words) {}

  // What to attach it for.
  static EventKinds Kinds();
  void OnEvent(const Event& event) override;

  // Ends the run: what still waits has waited until now.
  void Finish(uint64_t end_ns);

  // After Finish. The row of that subject, or null.
  const LatencyRow* Find(LatencyMeasure measure, const std::string& subject) const;
  // Rows in order of first appearance; bands from the highest down.
  std::vector<const LatencyRow*> Rows(LatencyMeasure measure) const;
  // Threads that ran, in order of first appearance. Interrupt handlers count for nobody.
  std::vector<CpuUse> CpuUses() const;
  uint64_t end_ns() const { return end_ns_; }

 private:
  // A thread on a CPU, or a handler on top of it.
  struct Slice {
    int cpu;
    std::string who;
    uint64_t from_ns;
    uint64_t to_ns;  // 0: still there
  };
  struct Frame {  // an action in progress
    ObjectId source;
    const char* name;
    const char* owner;
  };
  struct Thread {
    const char* name = "";
    int priority = 0;
    bool runnable = false;
    uint64_t runnable_since_ns = 0;
    size_t slice = 0;  // + 1, of slices_, while it runs
    uint64_t ran_ns = 0;
    ObjectId contends_for = 0;  // a lock, since a time
    uint64_t contends_since_ns = 0;
    std::string contends_blame;
    bool contended = false;  // for the lock it took last
    std::vector<Frame> actions;
  };
  struct Gate {
    std::string name;
    uint64_t closed_at_ns = 0;
    ThreadId owner = 0;
    std::string first_action;  // of those since it was closed
  };
  struct Rowset {
    std::vector<LatencyRow> rows;
    absl::flat_hash_map<std::string, size_t> by_subject;
  };

  Thread& ThreadOf(ThreadId id);
  LatencyRow& RowOf(LatencyMeasure measure, const std::string& subject);
  void Add(LatencyMeasure measure, const std::string& subject, uint64_t from_ns, uint64_t to_ns,
           const std::string& blame);
  // Adds a wait for a CPU to the thread's and its band's row.
  void Waited(Thread& thread, uint64_t now);
  void StopsRunning(Thread& thread, uint64_t now);
  void GateCloses(const Event& event);
  std::string Who(const Thread& thread) const;
  std::string DoingWhat(ThreadId thread);
  std::string WhoRan(uint64_t from_ns, uint64_t to_ns) const;

  const EventWords words_;
  std::vector<Thread> threads_;  // by id
  std::vector<Slice> slices_;
  std::map<int, uint64_t> raised_ns_;                        // by line
  absl::flat_hash_map<int, size_t> handlers_;                // by CPU: its slice + 1
  absl::flat_hash_map<ObjectId, Gate> gates_;                // by work loop
  absl::flat_hash_map<ObjectId, uint64_t> signalled_ns_;     // by source
  absl::flat_hash_map<ObjectId, std::string> signal_blame_;  // by source
  Rowset rowsets_[kLatencyMeasureCount];
  uint64_t end_ns_ = 0;
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_LATENCY_H_
