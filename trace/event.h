// trace/event.h
//
// Everything that can be seen in a run, as one stream of small typed values.
//
// An `Event` is a fact that has happened: a thread ran, a gate closed, a line was raised. Tracers,
// checkers, statistics and the digest are observers of this stream (trace/observer.h); an observer
// decides nothing and runs no simulated code. Events name things by id (never by pointer) so that
// two runs of one schedule compare equal.
//
// Strings in an event are interned (trace/names.h): they stay valid for the life of the process.
#ifndef DRYDOCK_TRACE_EVENT_H_
#define DRYDOCK_TRACE_EVENT_H_

#include <cstdint>

namespace drydock::trace {

// Identifies a thread within one run: 1, 2, 3 … in order of creation. 0 is "no thread" (the outside
// world).
using ThreadId = uint32_t;

// Identifies a kernel object (lock, work loop, event source, service, …) within one run, in order
// of creation. 0 is "no object".
using ObjectId = uint32_t;

// Where the code ran that an event is of.
enum class Context : uint8_t {
  kThread,     // an ordinary thread, on a CPU
  kInterrupt,  // primary-interrupt context of a CPU
  kOutside,    // the world outside the CPUs: devices, the hand on the cable, the clock
};

// The kinds, in the order of the layers that publish them. `X(enumerator, name)`; the name is what
// a trace prints, XNU's own word where there is one.
//
// Each line tells what `object`, `other` and `value` carry; what it does not mention is 0.
#define DRYDOCK_EVENT_KINDS(X)                                                                     \
  /* Threads. object: none. */                                                                     \
  X(kThreadCreate,                                                                                 \
    "thread create")             /* other: new thread; value: its base priority; name: its name */ \
  X(kThreadRunnable, "runnable") /* other: thread; value: its priority; detail: why */             \
  X(kThreadRun, "run")           /* other: thread; value: its priority; cpu: where */              \
  X(kThreadPreempt, "preempt")   /* other: thread that lost its CPU; value: 1 = to the tail */     \
  X(kThreadBlock, "block")       /* object: waited for; other: who could end it; value: until      \
                                    when, in ns, 0 = none; detail: verb */                         \
  X(kThreadUnblock, "unblock")   /* other: thread; value: wait result */                           \
  X(kThreadPriority, "priority") /* other: thread; value: new priority */                          \
  X(kThreadPolicy, "policy")     /* other: thread; value: its mode, as Mach's; detail: why */      \
  X(kThreadName, "thread name")  /* other: thread; name: its new one */                            \
  X(kUserMode, "user mode")      /* value: 1 = entered, 0 = left for the kernel */                 \
  X(kThreadExit, "thread exit")  /* other: thread */                                               \
  X(kThreadJoin, "thread join")  /* other: thread, which has ended */                              \
  /* Waits for events; on simulated machines only. value: the event's number, by first use. */     \
  X(kWaitFor, "wait for") /* object: what is waited for, if it has an id */                        \
  X(kWakeup, "wakeup")    /* other: how many threads it woke */                                    \
  /* Locks: object is the lock; value: LockUse() (trace/event_values.h) */                         \
  X(kLockAcquire, "lock")                                                                          \
  X(kLockContend, "lock contend") /* other: owner */                                               \
  X(kLockRelease, "unlock")                                                                        \
  /* Interrupts: value is the line. */                                                             \
  X(kInterruptRaise, "line raise")                                                                 \
  X(kInterruptLower, "line lower")                                                                 \
  X(kInterruptBegin, "interrupt")                                                                  \
  X(kInterruptEnd, "interrupt end")                                                                \
  /* Thread calls: object is the call. */                                                          \
  X(kThreadCallEnter, "thread call enter") /* value: deadline in ns, 0 = now */                    \
  X(kThreadCallBegin, "thread call begin")                                                         \
  X(kThreadCallEnd, "thread call end")                                                             \
  X(kThreadCallCancel, "thread call cancel")                                                       \
  /* Memory: object is the location (scheduler/kernel/memory.h); other: which of its bytes, as     \
   * bits; value: 0, or 1 + the order of an atomic, as C++ numbers them. */                        \
  X(kMemoryRead, "read")                                                                           \
  X(kMemoryWrite, "write")                                                                         \
  X(kMemoryChange, "change") /* an atomic that reads and writes */                                 \
  X(kMemoryFence, "fence")                                                                         \
  X(kHandOver, "hand over") /* what came before comes before what comes after ... */               \
  X(kTakeOver, "take over") /* ... this, of the same object */                                     \
  /* Objects: object is the object, name its class. */                                             \
  X(kObjectCreate, "create") /* other: its block of the kernel heap; value: bytes */               \
  X(kObjectFree, "free")                                                                           \
  X(kRetain, "retain")   /* value: references after */                                             \
  X(kRelease, "release") /* value: references after */                                             \
  /* The kernel heap: object is the block, numbered 1, 2, 3 ... as they are allocated. The first   \
   * two are of all runs, the others of runs whose heap quarantines freed blocks. */               \
  X(kHeapAllocate, "heap allocate") /* other: BlockKind; value: bytes */                           \
  X(kHeapFree, "heap free")                                                                        \
  X(kHeapFreeAgain, "heap free again")   /* of a block that was freed before */                    \
  X(kHeapReadFreed, "heap read freed")   /* other: offset; value: bytes */                         \
  X(kHeapWriteFreed, "heap write freed") /* other: offset; value: bytes */                         \
  X(kHeapCallFreed, "heap call freed")   /* value: FreedCall */                                    \
  X(kHeapLeft, "heap left")              /* at the end; other: BlockKind; value: references */     \
  X(kHeapChanged, "heap changed")        /* at the end: freed, and written to since */             \
  /* Work loops: object is the work loop; other: the event source, where there is one. */          \
  X(kGateClose, "gate close")   /* outermost only: the caller now owns the gate */                 \
  X(kGateOpen, "gate open")     /* outermost only, also when a sleep drops it */                   \
  X(kGateSleep, "gate sleep")   /* value: deadline in ns, 0 = none */                              \
  X(kGateWakeup, "gate wakeup") /* value: 1 = one thread */                                        \
  X(kWorkSignal, "work")                                                                           \
  X(kActionBegin, "action")   /* value: the source's owner; name: the source's class; detail:      \
                                 the owner's class */                                              \
  X(kActionEnd, "action end") /* value: result */                                                  \
  X(kSourceAdd, "source add")                                                                      \
  X(kSourceRemove, "source remove")                                                                \
  X(kSourceEnable, "source enable")                                                                \
  X(kSourceDisable, "source disable")                                                              \
  X(kTimerArm, "timer arm") /* value: deadline in ns */                                            \
  X(kTimerCancel, "timer cancel")                                                                  \
  X(kTimerExpire, "timeout") /* the callout started; the action may yet be suppressed */           \
  X(kFilterBegin, "filter")                                                                        \
  X(kFilterEnd, "filter end") /* value: 1 = "mine" */                                              \
  /* Services: object is the service, name its name; other: the provider or client. */             \
  X(kServiceInit, "init")                                                                          \
  X(kServiceAttach, "attach")                                                                      \
  X(kServiceDetach, "detach")                                                                      \
  X(kServiceProbe, "probe")                                                                        \
  X(kServiceStart, "start")                                                                        \
  X(kServiceStarted, "started") /* value: StartResult (trace/event_values.h) */                    \
  X(kServiceRegister, "register")                                                                  \
  X(kServiceMatched, "matched")                                                                    \
  X(kServiceOpen, "open")       /* other: client; value: 1 = granted */                            \
  X(kServiceClose, "close")     /* other: client */                                                \
  X(kServiceMessage, "message") /* other: sender; value: message */                                \
  X(kServiceBusy, "busy")       /* value: count after */                                           \
  X(kTerminatePhase1, "TERMINATE_PHASE1")                                                          \
  X(kTerminateWill, "TERMINATE_WILL") /* object: client told; other: provider going */             \
  X(kTerminateDid, "TERMINATE_DID")   /* object: client told; other: provider going */             \
  X(kTerminateFinalize, "TERMINATE_FINALIZE")                                                      \
  X(kTerminateStop, "TERMINATE_STOP") /* object: client stopped; other: provider */                \
  X(kTerminateStopDefer,                                                                           \
    "TERMINATE_STOP_DEFER")           /* parked: the client still has the provider open */         \
  X(kTerminateDone, "TERMINATE_DONE") /* detached from its last provider */                        \
  /* I/O: object is the pipe or queue; value: bytes. */                                            \
  X(kIoSubmit, "io submit")                                                                        \
  X(kIoComplete, "io complete") /* other: status as the low 32 bits; value: bytes */               \
  X(kIoAbort, "io abort")                                                                          \
  /* The outside world. object: the device. */                                                     \
  X(kOutsidePlan, "outside plan") /* other: its number; value: when in ns; detail: what;           \
                                     replaces an earlier plan of that number */                    \
  X(kOutsideDone, "outside done") /* other: its number; it happens now or is taken back */         \
  X(kPlug, "plug")                                                                                 \
  X(kUnplug, "unplug")                                                                             \
  /* Clients of a scenario or test. */                                                             \
  X(kClientCall, "call")     /* name: verb; object: service; value: argument */                    \
  X(kClientReturn, "return") /* name: verb; object: service; other: IOReturn; value: bytes */      \
  /* What should not happen. */                                                                    \
  X(kLog, "log")       /* name: the text */                                                        \
  X(kMisuse, "misuse") /* object, other: about which, if it says; name: the finding; detail: a     \
                          sentence; value: 1 = found by a checker, which is no part of the run */  \
  X(kAdvice, "advice") /* name: the advice; detail: a sentence */                                  \
  X(kPanic, "panic")   /* name: the text */

enum class EventKind : uint8_t {
#define DRYDOCK_EVENT_ENUMERATOR(enumerator, name) enumerator,
  DRYDOCK_EVENT_KINDS(DRYDOCK_EVENT_ENUMERATOR)
#undef DRYDOCK_EVENT_ENUMERATOR
};

inline constexpr int kEventKindCount = static_cast<int>(EventKind::kPanic) + 1;

// The kind as a trace prints it, such as "gate close".
const char* EventKindName(EventKind kind);

// One fact. A plain value; copy it freely.
struct Event {
  uint64_t time_ns = 0;  // virtual time since boot
  EventKind kind = EventKind::kLog;
  Context context = Context::kOutside;
  uint8_t cpu = 0;          // meaningless in Context::kOutside
  uint8_t priority = 0;     // of the thread, 0..127; 0 in other contexts
  ThreadId thread = 0;      // in interrupt context the thread that was interrupted, or 0
  ObjectId object = 0;      // see the kind
  uint32_t other = 0;       // see the kind
  uint64_t value = 0;       // see the kind
  const char* name = "";    // interned; the object's name unless the kind says otherwise
  const char* detail = "";  // interned; a short addition for people
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_EVENT_H_
