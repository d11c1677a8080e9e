// The ring of a device runner: producers, the wait for room, and the thread that runs the slots.
#include "runner/device_runner.h"

#include <algorithm>

#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/wait.h"

namespace drydock {

using kernel::ChoicePoint;
using kernel::Interruptible;
using kernel::OperationKind;

const ClosureType DeviceRunner::kOutside = {};
const ClosureType DeviceRunner::kCall = {};

// A call, on the stack of the thread that waits for it.
//
//   state     | what Finish, which makes it kDone, does besides
//   ----------+---------------------------------------------------
//   kPending  | nothing: the caller looks again by itself
//   kBlocked  | wakes the caller
//
// In one cache line, which travels to the runner's CPU and back.
struct alignas(64) DeviceRunner::Call {
  enum State : uint32_t { kPending, kBlocked, kDone };

  const ClosureType* type;
  void* closure;
  kernel::Thread* thread;  // the caller
  int cpu;                 // which the caller was on
  absl::Status status;
  std::atomic<uint32_t> state{kPending};

  bool done(kernel::ObjectId id) const {
    ChoicePoint(OperationKind::kAtomic, id);
    return state.load(std::memory_order_acquire) == kDone;
  }
  static bool IsOver(const void* call) {
    return static_cast<const Call*>(call)->state.load(std::memory_order_acquire) == kDone;
  }
};

namespace {

// The choice point before an atomic on the quick path, where not even a call is to be paid on host
// threads.
inline void Step(kernel::ObjectId id) {
  if (!kernel::kParallel) ChoicePoint(OperationKind::kAtomic, id);
}

// Looks for a microsecond or so whether it is `ready()`; not at all if `other_cpu`, the CPU of the
// thread that is to make it so, is the caller's own.
template <typename Ready>
bool Look(int other_cpu, Ready ready) {
  constexpr int kLooks = 40;
  if (other_cpu >= 0 && other_cpu == kernel::CpuHere()) return false;
  const int looks = std::min(kernel::SpinLimit(), kLooks);
  for (int i = 0; i < looks; ++i) {
    if (ready()) return true;
    kernel::SpinPause();
  }
  return false;
}

// Looks and yields in turns; false if it is time to block. That is after as long as it takes to be
// woken on another CPU, so that no wait takes more than twice the best possible.
template <typename Ready>
bool LookAndYield(int other_cpu, Ready ready) {
  const int yields = kernel::kParallel ? 30 : 2;
  for (int i = 0; i < yields; ++i) {
    if (Look(other_cpu, ready)) return true;
    kernel::ThreadYield();
    if (ready()) return true;
  }
  return false;
}

}  // namespace

DeviceRunner::DeviceRunner(const Options& options)
    : RunnerThread(options),
      id_(kernel::NewObjectId()),
      mask_(options.slots - 1),
      slots_(new Slot[options.slots]()),
      arena_(static_cast<unsigned char*>(operator new[](options.slots* kArenaBytes,
                                                        std::align_val_t{kArenaAlignment}))),
      services_(this),
      limit_(options.slots) {
  if (options.slots < 2 || (options.slots & mask_) != 0) {
    kernel::Panic("a device runner has a power of two of slots, at least 2; not ", options.slots);
  }
  kernel::ThreadOptions thread;
  thread.name = options.name;
  thread.priority = options.priority;
  thread.daemon = true;
  thread_ = kernel::ThreadStart(thread, [this] { Main(); });
}

DeviceRunner::~DeviceRunner() {
  if (OnThread()) kernel::Panic("a device runner is destroyed by a closure that it runs");
  Claim(this, Reserve()).Build<void>([this] { ends_ = true; });
  kernel::ThreadJoin(thread_);
}

absl::Status DeviceRunner::Flush() {
  if (OnThread()) {
    return absl::FailedPreconditionError(
        "Flush on the runner's own thread would wait for itself: what was posted runs after the "
        "closure that calls it has returned");
  }
  absl::Status first_error;
  auto collect = [&] {
    first_error = std::exchange(first_error_, absl::OkStatus());
    GiveRoom();
  };
  absl::Status status = Run(kBorrowedClosure<void, DeviceRunner, decltype(collect)>, &collect);
  return status.ok() ? first_error : status;
}

// --- Producers.

DeviceRunner::Reservation DeviceRunner::Reserve() {
  Step(id_);
  const uint64_t position = next_.fetch_add(1, std::memory_order_relaxed);
  Step(id_);
  if (position >= limit_.load(std::memory_order_acquire)) WaitForRoom(position);
  return {SlotOf(position), position};
}

DeviceRunner::Reservation DeviceRunner::TryReserve() {
  Step(id_);
  uint64_t position = next_.load(std::memory_order_relaxed);
  do {
    Step(id_);
    if (position >= limit_.load(std::memory_order_acquire)) return {nullptr, 0};
    Step(id_);
  } while (!next_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed));
  return {SlotOf(position), position};
}

DeviceRunner::Reservation DeviceRunner::ReserveFor(RunnerThread* caller) {
  if (const Reservation reserved = TryReserve(); reserved.slot != nullptr) return reserved;
  struct Room {
    const DeviceRunner* runner;
    uint64_t position;
    static bool IsGiven(const void* room) {
      const auto* r = static_cast<const Room*>(room);
      return r->position < r->runner->limit_.load(std::memory_order_acquire);
    }
  } room = {this, 0};
  ChoicePointForWait();
  {
    // A position that is claimed cannot be given back, so it is claimed in the same step in which
    // the wait for it is found to be allowed.
    const kernel::AtomicSection section;
    if (!BeginWait(caller, this, &Room::IsGiven, &room)) return {nullptr, 0};
    room.position = next_.fetch_add(1, std::memory_order_relaxed);
  }
  if (!Room::IsGiven(&room)) WaitForRoom(room.position);
  EndWait(caller);
  return {SlotOf(room.position), room.position};
}

void DeviceRunner::Publish(Slot* slot, uint64_t position) {
  Step(id_);
  // Sequentially consistent, as is the look at idle_: either this sees that the runner is about to
  // block, or the runner sees this before it does.
  slot->sequence.store(static_cast<uint32_t>(position + 1), std::memory_order_seq_cst);
  Step(id_);
  if (idle_.load(std::memory_order_seq_cst)) {
    if (idle_.exchange(false)) kernel::ThreadWakeup(&idle_, /*one_thread=*/true);
  }
}

void DeviceRunner::WaitForRoom(uint64_t position) {
  const auto free = [&] {
    ChoicePoint(OperationKind::kAtomic, id_);
    return position < limit_.load(std::memory_order_seq_cst);
  };
  // If the runner's thread is on this CPU, it will not look for more before this thread has had it.
  waiters_cpu_.store(kernel::CpuHere(), std::memory_order_relaxed);
  if (LookAndYield(cpu_.load(std::memory_order_relaxed), free)) return;
  ChoicePoint(OperationKind::kAtomic, id_);
  waiting_producers_.fetch_add(1);
  do {
    kernel::AssertWait(&waiting_producers_, Interruptible::kUninterruptible, 0,
                       {"waits for room on device", kernel::ThreadName(thread_), id_, thread_});
    if (free()) kernel::ThreadWakeupThread(&waiting_producers_, kernel::CurrentThread());
    kernel::ThreadBlock();
  } while (!free());
  waiting_producers_.fetch_sub(1);
}

absl::Status DeviceRunner::Run(const ClosureType& type, void* closure) {
  RunnerThread* const caller = Current();
  if (caller == this) return services_.Run(type, closure);
  Call call;
  call.type = &type;
  call.closure = closure;
  if (caller == nullptr) {
    WaitFor(&call);
    return std::move(call.status);
  }
  ChoicePointForWait();
  if (!BeginWait(caller, this, &Call::IsOver, &call)) return WaitRefused(*caller, *this);
  WaitFor(&call);
  EndWait(caller);
  return std::move(call.status);
}

void DeviceRunner::WaitFor(Call* call) {
  call->thread = kernel::CurrentThread();
  call->cpu = kernel::CpuHere();
  Claim(this, Reserve()).SetCall(call);
  const int runners_cpu = cpu_.load(std::memory_order_relaxed);
  if (LookAndYield(runners_cpu, [&] { return call->done(id_); })) return;
  kernel::AssertWait(call, Interruptible::kUninterruptible, 0,
                     {"waits for a call of device", kernel::ThreadName(thread_), id_, thread_});
  uint32_t pending = Call::kPending;
  ChoicePoint(OperationKind::kAtomic, id_);
  if (!call->state.compare_exchange_strong(pending, Call::kBlocked)) {
    kernel::ThreadWakeupThread(call, call->thread);  // it is done
  }
  kernel::ThreadBlock();
}

// --- The runner's thread.

void DeviceRunner::Main() {
  BecomeCurrent();
  locals_ = kernel::CurrentThreadLocals();
  const uint64_t half = (mask_ + 1) / 2;
  while (!ends_) {
    Slot* const slot = SlotOf(position_);
    Step(id_);
    if (slot->sequence.load(std::memory_order_acquire) != static_cast<uint32_t>(position_ + 1)) {
      WaitForWork(*slot);
    }
    RunSlot(slot);
    ++position_;
    if ((position_ & (half - 1)) == 0) GiveRoom();
  }
  locals_->stream = 0;  // services end in the thread's own
  services_.Close();
}

void DeviceRunner::RunSlot(Slot* slot) {
  const ClosureType* type = slot->type;
  void* closure = slot->bytes;
  if (type == nullptr) return;
  locals_->stream = slot->stream;
  if (type == &kOutside) {
    const auto* outside = reinterpret_cast<const Outside*>(slot->bytes);
    type = outside->type;
    closure = outside->closure;
  }
  if (type == &kCall) {
    Finish(static_cast<Call*>(closure));
    return;
  }
  absl::Status status = services_.Run(*type, closure);
  if (type->drop != nullptr) type->drop(closure);
  if (!status.ok() && first_error_.ok()) first_error_ = std::move(status);
}

void DeviceRunner::Finish(Call* call) {
  waiters_cpu_.store(call->cpu, std::memory_order_relaxed);
  LeaveCallersCpu(call->cpu);
  NoteCpu();
  call->status = services_.Run(*call->type, call->closure);
  kernel::Thread* const waiter = call->thread;
  Step(id_);
  // From here on `call` may be gone; its address is still what the waiter waits for.
  if (call->state.exchange(Call::kDone) == Call::kBlocked) {
    kernel::ThreadWakeupThread(call, waiter);
  }
}

void DeviceRunner::LeaveCallersCpu(int cpu) {
  constexpr int kMany = 256;
  if (cpu < 0 || cpu != kernel::CpuHere()) {
    calls_from_here_ = 0;
  } else if (++calls_from_here_ % kMany == 0) {
    kernel::MoveFromCpu(cpu);
  }
}

void DeviceRunner::NoteCpu() {
  const int cpu = kernel::CpuHere();
  if (cpu != cpu_.load(std::memory_order_relaxed)) cpu_.store(cpu, std::memory_order_relaxed);
}

void DeviceRunner::GiveRoom() {
  NoteCpu();
  Step(id_);
  // Sequentially consistent, as is what follows: either this sees the producer that is about to
  // block, or that producer, having counted itself, sees the room.
  limit_.store(position_ + mask_ + 1, std::memory_order_seq_cst);
  Step(id_);
  if (waiting_producers_.load(std::memory_order_seq_cst) == 0) return;
  kernel::ThreadWakeup(&waiting_producers_, /*one_thread=*/false);
}

void DeviceRunner::WaitForWork(const Slot& slot) {
  const auto full = [&] {
    ChoicePoint(OperationKind::kAtomic, id_);
    return slot.sequence.load(std::memory_order_seq_cst) == static_cast<uint32_t>(position_ + 1);
  };
  const int waiters_cpu = waiters_cpu_.load(std::memory_order_relaxed);
  if (waiters_cpu >= 0) waiters_cpu_.store(-1, std::memory_order_relaxed);
  if (Look(waiters_cpu, full)) return;
  GiveRoom();
  if (LookAndYield(waiters_cpu, full)) return;
  if (waiters_cpu >= 0 && waiters_cpu != kernel::CpuHere()) kernel::MoveToCpu(waiters_cpu);
  kernel::Thread* const self = kernel::CurrentThread();
  do {
    kernel::AssertWait(&idle_, Interruptible::kUninterruptible, 0,
                       {"waits for work of device", kernel::ThreadName(self), id_, nullptr});
    ChoicePoint(OperationKind::kAtomic, id_);
    idle_.store(true, std::memory_order_seq_cst);
    if (full()) kernel::ThreadWakeupThread(&idle_, self);
    kernel::ThreadBlock();
    idle_.store(false);
  } while (!full());
}

}  // namespace drydock
