// runner/device_runner.h
//
// One stage of a device, whose state belongs to one thread; other threads post closures to it. A
// work loop answers the same question with a gate; this is here to measure the gate against.
//
//   DeviceRunner runner({.name = "disk"});
//   DeviceHandle<BlockCache> cache(&runner);                 // runner/device_handle.h
//   cache.Submit([=](BlockCache& c) { c.Forget(block); });  // does not wait
//   absl::StatusOr<int> free = cache.Call([&](BlockCache& c) { return c.Free(); });  // does
//
// Devices that are found by an id, each with two stages, come from a runner/device_registry.h.
//
// How it works. A ring of slots of 64 bytes, one cache line each. A producer claims a position by a
// fetch-and-add, builds its closure in that position's slot and publishes it by one exchange on the
// slot's sequence number, which for position p is p + 1; the runner's thread runs the slots in
// order. A closure of up to 48 bytes lies in the slot itself, one of up to 4 KiB in an arena that
// the slot has, a larger one, or one aligned to more than 64, on the heap.
//
// What costs is the cache lines that travel between CPUs. A slot's does so twice for each closure,
// there and back, since the runner writes nothing to it: it publishes how far it has got only every
// half ring, and when it has nothing to do, as a limit that producers read. If it did so for each
// closure, the runner and a producer that found the ring full would go on in step, at the price of
// a wakeup for each closure.
//
// No thread sleeps for a time. A thread with nothing to do looks again for a while, then yields its
// CPU, in turns, then blocks until it is woken.
//
// The runner uses the kernel interface alone, and so runs on simulated and on host threads.
#ifndef DRYDOCK_RUNNER_DEVICE_RUNNER_H_
#define DRYDOCK_RUNNER_DEVICE_RUNNER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "runner/device_closure.h"
#include "runner/device_services.h"
#include "runner/runner_thread.h"
#include "runner/stream.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/thread_locals.h"

namespace drydock {

class DeviceRunner : public RunnerThread {
 public:
  using Options = DeviceRunnerOptions;

  static constexpr size_t kInlineBytes = 48;
  static constexpr size_t kInlineAlignment = 16;
  static constexpr size_t kArenaBytes = 4096;
  static constexpr size_t kArenaAlignment = 64;

  // Starts the runner's thread. Thread context only, as everything here that does not say
  // otherwise.
  explicit DeviceRunner(const Options& options = {});
  // Runs what has been posted, destroys the services on the runner's thread, the last made or
  // inserted first, and ends the thread. No thread may post any more. Not from the runner's thread.
  ~DeviceRunner();

  // Waits until everything posted before has run. Returns the first error, since the last Flush, of
  // a closure that no caller waited for. kFailedPrecondition on the runner's own thread, where what
  // was posted before waits for the caller, and if this would close a circle of runners that wait
  // for one another (runner/runner_thread.h).
  absl::Status Flush();

  // How many closures have been posted and called so far, each Flush included. Any context.
  uint64_t posted() const { return next_.load(std::memory_order_relaxed); }

  // --- For DeviceHandle and DeviceRegistry. `Closure` is called with a `Service&`, or with nothing
  // if that is void.

  // Posts a closure; waits while the ring is full, but not for the closure to run.
  // kFailedPrecondition, and the closure will not run: the ring is full, and the caller is on the
  // thread of a runner for which this one waits.
  template <typename Service, typename Closure>
  absl::Status Post(Closure&& closure) {
    RunnerThread* const caller = Current();
    Claim claim(this, ABSL_PREDICT_TRUE(caller == nullptr) ? Reserve() : ReserveFor(caller));
    if (!claim.holds()) return WaitRefused(*caller, *this);
    claim.Build<Service>(std::forward<Closure>(closure));
    return absl::OkStatus();
  }

  // The same unless the ring is full: false, and the closure is as it was. (Up to half of it may be
  // free then: see GiveRoom.) Any context.
  template <typename Service, typename Closure>
  bool TryPost(Closure&& closure) {
    Claim claim(this, TryReserve());
    if (!claim.holds()) return false;
    claim.Build<Service>(std::forward<Closure>(closure));
    return true;
  }

  // Has the runner call `closure`, which stays the caller's, and waits for that; calls it at once
  // on the runner's own thread. Errors as DeviceServices::Run; kFailedPrecondition also if the wait
  // would close a circle of runners.
  absl::Status Run(const ClosureType& type, void* closure);

  // For closures that run on the runner's thread, but for what any thread may call.
  DeviceServices& services() { return services_; }

 private:
  struct alignas(64) Slot {
    std::atomic<uint32_t> sequence;  // the low half of a position + 1
    uint32_t stream;                 // of the thread that posted the closure
    const ClosureType* type;
    alignas(kInlineAlignment) unsigned char bytes[kInlineBytes];
  };
  static_assert(sizeof(Slot) == 64);

  // A position and its slot; null if there is none.
  struct Reservation {
    Slot* slot;
    uint64_t position;
  };

  // A position in the ring, from its reservation to its publication. Published without a closure,
  // if building that throws, it is a step in which the runner does nothing.
  class Claim {
   public:
    Claim(DeviceRunner* runner, Reservation reserved)
        : runner_(runner), slot_(reserved.slot), position_(reserved.position) {
      if (slot_ == nullptr) return;
      slot_->type = nullptr;
      slot_->stream = internal::StreamOf(kernel::CurrentThreadLocals());
    }
    ~Claim() {
      if (slot_ != nullptr) runner_->Publish(slot_, position_);
    }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    bool holds() const { return slot_ != nullptr; }

    template <typename Service, typename From>
    void Build(From&& from) {
      using Closure = std::decay_t<From>;
      if constexpr (sizeof(Closure) <= kInlineBytes && alignof(Closure) <= kInlineAlignment) {
        new (slot_->bytes) Closure(std::forward<From>(from));
        slot_->type = &kPlacedClosure<Service, DeviceRunner, Closure>;
      } else {
        void* outside = nullptr;
        if constexpr (sizeof(Closure) <= kArenaBytes && alignof(Closure) <= kArenaAlignment) {
          outside = new (runner_->ArenaOf(slot_)) Closure(std::forward<From>(from));
          SetOutside(outside, &kPlacedClosure<Service, DeviceRunner, Closure>);
        } else {
          outside = new Closure(std::forward<From>(from));
          SetOutside(outside, &kHeapClosure<Service, DeviceRunner, Closure>);
        }
      }
    }

    // The slot holds a call for which a thread waits.
    void SetCall(void* call) { SetOutside(call, &kCall); }

   private:
    // What a slot holds of a closure that lies elsewhere.
    void SetOutside(void* outside, const ClosureType* type) {
      new (slot_->bytes) Outside{outside, type};
      slot_->type = &kOutside;
    }

    DeviceRunner* const runner_;
    Slot* const slot_;
    const uint64_t position_;
  };

  struct Outside {
    void* closure;
    const ClosureType* type;
  };
  struct Call;

  // Their addresses say what a slot holds: an Outside; and in that a Call.
  static const ClosureType kOutside;
  static const ClosureType kCall;

  Slot* SlotOf(uint64_t position) const { return &slots_[position & mask_]; }
  // Reserve waits while the ring is full. ReserveFor does so on the thread of `caller`, another
  // runner, and gives none if that would close a circle; TryReserve never waits.
  Reservation Reserve();
  Reservation ReserveFor(RunnerThread* caller);
  Reservation TryReserve();
  void Publish(Slot* slot, uint64_t position);
  unsigned char* ArenaOf(const Slot* slot) const {
    return arena_.get() + static_cast<size_t>(slot - slots_.get()) * kArenaBytes;
  }
  void WaitForRoom(uint64_t position);
  void WaitFor(Call* call);

  // On the runner's thread.
  void Main();
  void RunSlot(Slot* slot);
  void WaitForWork(const Slot& slot);
  void Finish(Call* call);
  // Lets producers reuse the slots of what has run: every half ring, when there is nothing to run,
  // and for Flush.
  void GiveRoom();
  // Calls one right after the other are fastest between two CPUs; a call from time to time is
  // fastest when both threads are on one CPU, since a CPU that sleeps takes long to wake.
  void LeaveCallersCpu(int cpu);
  void NoteCpu();

  struct FreeArena {
    void operator()(unsigned char* arena) const {
      operator delete[](arena, std::align_val_t{kArenaAlignment});
    }
  };

  // Read by all producers; what RunnerThread keeps before it is written more often.
  alignas(64) const kernel::ObjectId id_;
  const uint64_t mask_;  // number of slots - 1
  const std::unique_ptr<Slot[]> slots_;
  // kArenaBytes for each slot; the host provides memory only for what has been used.
  const std::unique_ptr<unsigned char[], FreeArena> arena_;
  kernel::Thread* thread_ = nullptr;

  // Used by the runner's thread alone.
  alignas(64) DeviceServices services_;
  kernel::ThreadLocals* locals_ = nullptr;
  absl::Status first_error_;
  uint64_t position_ = 0;    // of the closure that runs, or is to be the next to run
  int calls_from_here_ = 0;  // one after the other, from the CPU that the runner's thread was on
  bool ends_ = false;

  // In the order of how often they are written: for each closure; seldom, by the runner's thread;
  // by producers that find the ring full.
  alignas(64) std::atomic<uint64_t> next_{0};  // the position to claim
  alignas(64) std::atomic<uint64_t> limit_;    // there is room for the positions below it
  std::atomic<bool> idle_{false};              // the runner's thread is blocked, or about to be
  std::atomic<int> cpu_{-1};                   // which that thread was on
  alignas(64) std::atomic<uint32_t> waiting_producers_{0};
  std::atomic<int> waiters_cpu_{-1};  // which a thread was on that waited for the runner's
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_RUNNER_H_
