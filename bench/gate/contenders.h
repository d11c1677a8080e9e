// bench/gate/contenders.h
//
// What the gate benchmark compares: the gate and its alternatives, each a class with
//
//   template <typename Work> void Do(Work& work);   // has work() called, never two at a time
//
// Do returns when work() has returned; or, if kWaits is false, when a copy of it is queued to be
// called. kNests: Do may be called inside of work(). Thread context, any number of threads.
#ifndef DRYDOCK_BENCH_GATE_CONTENDERS_H_
#define DRYDOCK_BENCH_GATE_CONTENDERS_H_

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <semaphore>
#include <thread>

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOWorkLoop.h>

#include "absl/synchronization/mutex.h"
#include "runner/device_handle.h"
#include "runner/device_runner.h"
#include "runner/mutex_runner.h"
#include "scheduler/kernel/spin.h"
#include "scheduler/kernel/thread.h"
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

namespace drydock::bench {

template <typename Work>
IOReturn CallWork(OSObject*, void* work, void*, void*, void*) {
  (*static_cast<Work*>(work))();
  return kIOReturnSuccess;
}

// IOWorkLoop::runAction.
struct Gate {
  static constexpr const char* kName = "IOWorkLoop::runAction";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = true;
  ~Gate() {
    kernel::Thread* const thread = loop->getThread();
    loop->release();
    kernel::ThreadJoin(thread);
  }
  template <typename Work>
  void Do(Work& work) {
    loop->runAction(&CallWork<Work>, nullptr, &work);
  }
  IOWorkLoop* const loop = IOWorkLoop::workLoop();
};

class GateOwner : public OSObject {
  OSDeclareDefaultStructors(GateOwner)
};

// IOCommandGate::runAction.
struct CommandGate {
  static constexpr const char* kName = "IOCommandGate::runAction";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = true;
  CommandGate() { gate.loop->addEventSource(commands); }
  ~CommandGate() {
    gate.loop->removeEventSource(commands);
    commands->release();
    owner->release();
  }
  template <typename Work>
  void Do(Work& work) {
    commands->runAction(&CallWork<Work>, &work);
  }
  Gate gate;
  GateOwner* const owner = OSTypeAlloc(GateOwner);
  IOCommandGate* const commands = IOCommandGate::commandGate(owner);
};

struct StdMutex {
  static constexpr const char* kName = "std::recursive_mutex";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = true;
  template <typename Work>
  void Do(Work& work) {
    mutex.lock();
    work();
    mutex.unlock();
  }
  std::recursive_mutex mutex;
};

struct PthreadMutex {
  static constexpr const char* kName = "pthread recursive mutex";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = true;
  PthreadMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  ~PthreadMutex() { pthread_mutex_destroy(&mutex); }
  template <typename Work>
  void Do(Work& work) {
    pthread_mutex_lock(&mutex);
    work();
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_t mutex;
};

struct AbslMutex {
  static constexpr const char* kName = "absl::Mutex";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = false;
  template <typename Work>
  void Do(Work& work) {
    mutex.Lock();
    work();
    mutex.Unlock();
  }
  absl::Mutex mutex;
};

// A lower bound for uncontended locks: one exchange to take it, one to give it back; waiters spin.
struct ExchangeLock {
  static constexpr const char* kName = "bare exchange lock";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = false;
  template <typename Work>
  void Do(Work& work) {
    for (int looks = 0; taken.exchange(true); ++looks) {
      looks < 100 ? kernel::SpinPause() : std::this_thread::yield();
    }
    work();
    taken.exchange(false);
  }
  std::atomic<bool> taken{false};
};

struct Nothing {};

// A device runner, called: Do waits.
template <typename Runner>
struct Calls {
  static constexpr bool kWaits = true;
  static constexpr bool kNests = false;
  template <typename Work>
  void Do(Work& work) {
    device.Call([&](Nothing&) { work(); }).IgnoreError();
  }
  void Flush() {}
  Runner runner;
  DeviceHandle<Nothing, Runner> device{&runner};
};

// A device runner, posted to: Do does not wait.
template <typename Runner>
struct Submits {
  static constexpr bool kWaits = false;
  static constexpr bool kNests = false;
  template <typename Work>
  void Do(Work& work) {
    device.Submit([work](Nothing&) mutable { work(); }).IgnoreError();
  }
  void Flush() { runner.Flush().IgnoreError(); }
  Runner runner;
  DeviceHandle<Nothing, Runner> device{&runner};
};

struct RunnerCalls : Calls<DeviceRunner> {
  static constexpr const char* kName = "DeviceRunner, call";
};
struct RunnerSubmits : Submits<DeviceRunner> {
  static constexpr const char* kName = "DeviceRunner, submit";
};
struct MutexRunnerCalls : Calls<MutexRunner> {
  static constexpr const char* kName = "mutex and queue, call";
};
struct MutexRunnerSubmits : Submits<MutexRunner> {
  static constexpr const char* kName = "mutex and queue, submit";
};

// A strand of Boost.Asio with one thread.
struct Strand {
  Strand() : thread([this] { io.run(); }) {}
  ~Strand() {
    guard.reset();
    thread.join();
  }
  boost::asio::io_context io;
  boost::asio::strand<boost::asio::io_context::executor_type> strand{io.get_executor()};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread;
};

struct StrandCalls : Strand {
  static constexpr const char* kName = "Asio strand, call";
  static constexpr bool kWaits = true;
  static constexpr bool kNests = false;
  template <typename Work>
  void Do(Work& work) {
    std::binary_semaphore done(0);
    boost::asio::post(strand, [&] {
      work();
      done.release();
    });
    done.acquire();
  }
  void Flush() {}
};

struct StrandSubmits : Strand {
  static constexpr const char* kName = "Asio strand, post";
  static constexpr bool kWaits = false;
  static constexpr bool kNests = false;
  // How many closures may wait: as many as in a DeviceRunner.
  static constexpr int kMost = 512;
  template <typename Work>
  void Do(Work& work) {
    while (waiting.load(std::memory_order_relaxed) >= kMost) std::this_thread::yield();
    waiting.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(strand, [this, work]() mutable {
      work();
      waiting.fetch_sub(1, std::memory_order_relaxed);
    });
  }
  void Flush() {
    std::binary_semaphore done(0);
    boost::asio::post(strand, [&] { done.release(); });
    done.acquire();
  }
  std::atomic<int> waiting{0};
};

}  // namespace drydock::bench

#endif  // DRYDOCK_BENCH_GATE_CONTENDERS_H_
