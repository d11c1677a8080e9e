// runner/device_runner.h
//
// A device whose state belongs to one thread; others post closures to it. The other answer to the
// question that a work loop's gate answers, to measure the gate against.
//
//   DeviceRunner runner({.name = "disk"});
//   DeviceHandle<BlockCache> cache(&runner);               // runner/device_handle.h
//   cache.Submit([=](BlockCache& c) { c.Forget(block); });  // does not wait
//   absl::StatusOr<int> free = cache.Call([&](BlockCache& c) { return c.Free(); });  // does
//
// How it works. A ring of slots of 64 bytes, one cache line each. A producer claims a position by a
// fetch-and-add, builds its closure in that position's slot and publishes it by one exchange on the
// slot's turn, which for position p is p + 1; the runner's thread runs the slots in order. A
// closure of up to 48 bytes lies in the slot itself, one of up to 4 KiB in an arena that the slot
// has, a larger one, or one aligned to more than 64, on the heap.
//
// What costs is the cache lines that travel between CPUs. A slot's does so twice for each closure,
// there and back, since the runner writes nothing to it: how far it has got it says only every half
// ring, and when it has nothing to do, by a limit that producers read. That also keeps it and a
// producer that found the ring full from going on in step, at the price of a wakeup for each
// closure.
//
// Nobody sleeps for a time: who has nothing to do looks again for a while, then lets others have
// the CPU, in turns, then blocks and is woken.
//
// It is written on the kernel interface alone, and so runs on simulated and on host threads.
#ifndef DRYDOCK_RUNNER_DEVICE_RUNNER_H_
#define DRYDOCK_RUNNER_DEVICE_RUNNER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runner/device_closure.h"
#include "runner/device_services.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/priority.h"

namespace drydock {

struct DeviceRunnerOptions {
  absl::string_view name = "device";
  int priority = BASEPRI_KERNEL;  // of the runner's thread
  uint32_t slots = 512;           // closures that may wait: a power of two, at least 2
};

class DeviceRunner {
 public:
  using Options = DeviceRunnerOptions;

  static constexpr size_t kInlineBytes = 48;
  static constexpr size_t kInlineAlignment = 16;
  static constexpr size_t kArenaBytes = 4096;
  static constexpr size_t kArenaAlignment = 64;

  // Starts the runner's thread. Thread context only, as everything here but where it says
  // otherwise.
  explicit DeviceRunner(const Options& options = {});
  // Runs what has been posted, destroys the services on the runner's thread, the last made first,
  // and ends it. Nobody may post any more. Not from the runner's thread.
  ~DeviceRunner();
  DeviceRunner(const DeviceRunner&) = delete;
  DeviceRunner& operator=(const DeviceRunner&) = delete;

  // Whether the caller is on the runner's thread, and so runs at once what it posts. Any context.
  bool OnThread() const;

  // Waits until everything posted before has run. The first error of a closure that nobody waited
  // for, since the last Flush. On the runner's own thread kFailedPrecondition: what was posted
  // before waits for the caller.
  absl::Status Flush();

  // --- For DeviceHandle. `Closure` is called with a `Service&`, or with nothing if that is void.

  // Posts a closure; waits while the ring is full. It does not wait for it to run.
  template <typename Service, typename Closure>
  void Post(Closure&& closure) {
    Claim claim(this);
    claim.Build<Service>(std::forward<Closure>(closure));
  }

  // The same unless the ring is full: false, and the closure is as it was. (Up to half of it may be
  // free then: see GiveRoom.) Any context.
  template <typename Service, typename Closure>
  bool TryPost(Closure&& closure) {
    Claim claim(this, std::nothrow);
    if (!claim.holds()) return false;
    claim.Build<Service>(std::forward<Closure>(closure));
    return true;
  }

  // Has the runner call `closure`, which stays the caller's, and waits for that. At once on the
  // runner's own thread.
  absl::Status Run(const ClosureType& type, void* closure);

 private:
  struct alignas(64) Slot {
    std::atomic<uint64_t> turn;
    const ClosureType* type;
    alignas(kInlineAlignment) unsigned char bytes[kInlineBytes];
  };
  static_assert(sizeof(Slot) == 64);

  // A position in the ring, from its claim to its publication. Published without a closure, if
  // building that throws, it is a step in which the runner does nothing.
  class Claim {
   public:
    explicit Claim(DeviceRunner* runner) : runner_(runner), slot_(runner->Reserve(&position_)) {
      slot_->type = nullptr;
    }
    Claim(DeviceRunner* runner, std::nothrow_t)
        : runner_(runner), slot_(runner->TryReserve(&position_)) {
      if (slot_ != nullptr) slot_->type = nullptr;
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

    // The slot holds a call for which somebody waits.
    void SetCall(void* call) { SetOutside(call, &kCall); }

   private:
    // What a slot holds of a closure that lies elsewhere.
    void SetOutside(void* outside, const ClosureType* type) {
      new (slot_->bytes) Outside{outside, type};
      slot_->type = &kOutside;
    }

    DeviceRunner* const runner_;
    uint64_t position_ = 0;
    Slot* const slot_;
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
  Slot* Reserve(uint64_t* position);
  Slot* TryReserve(uint64_t* position);
  void Publish(Slot* slot, uint64_t position);
  unsigned char* ArenaOf(const Slot* slot) const {
    return arena_.get() + static_cast<size_t>(slot - slots_.get()) * kArenaBytes;
  }
  void WaitForRoom(uint64_t position);

  // On the runner's thread.
  void Main();
  void RunSlot(Slot* slot);
  void WaitForWork(const Slot& slot);
  void Finish(Call* call);
  // Lets producers build in the slots of what has run: every half ring, when there is nothing to
  // run, and for Flush.
  void GiveRoom();
  // Calls one right after the other are fastest between two CPUs; a call from time to time when
  // both threads are on one, since a CPU that sleeps takes long to wake.
  void LeaveCallersCpu(int cpu);
  void NoteCpu();

  struct FreeArena {
    void operator()(unsigned char* arena) const {
      operator delete[](arena, std::align_val_t{kArenaAlignment});
    }
  };

  const kernel::ObjectId id_;
  const uint64_t mask_;  // number of slots - 1
  const std::unique_ptr<Slot[]> slots_;
  // As much for each slot; the host provides memory for what has been used.
  const std::unique_ptr<unsigned char[], FreeArena> arena_;
  kernel::Thread* thread_ = nullptr;

  // The runner's.
  alignas(64) DeviceServices services_;
  absl::Status first_error_;
  uint64_t position_ = 0;    // of the closure that runs, or is to be the next to run
  int calls_from_here_ = 0;  // one after the other, from the CPU that the runner's thread was on
  bool ends_ = false;

  // In the order of how often they are written: for each closure; seldom, by the runner's thread;
  // by those who find the ring full.
  alignas(64) std::atomic<uint64_t> next_{0};  // the position to claim
  alignas(64) std::atomic<uint64_t> limit_;    // there is room for the positions below it
  std::atomic<bool> idle_{false};              // the runner's thread is blocked, or about to be
  std::atomic<int> cpu_{-1};                   // which that thread was on
  alignas(64) std::atomic<uint32_t> waiting_producers_{0};
  std::atomic<int> waiters_cpu_{-1};  // which somebody was on who waited for that thread
};

}  // namespace drydock

#endif  // DRYDOCK_RUNNER_DEVICE_RUNNER_H_
