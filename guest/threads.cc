// Threads, thread-specific data and pthread_once.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>

#include <array>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "guest/guest.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/wait.h"
#include "symbols/symbolizer.h"
#include "trace/names.h"

namespace drydock::guest {
namespace {

constexpr size_t kKeys = 128;

struct GuestThread {
  kernel::Thread* thread = nullptr;
  void* (*body)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  bool detached = false;
  bool joined = false;
  jmp_buf exit;
  std::array<void*, kKeys> values = {};
};

struct Key {
  bool used = false;
  void (*destroy)(void*) = nullptr;
};

struct Threads {
  std::vector<std::unique_ptr<GuestThread>> all;  // the main thread first
  absl::flat_hash_map<const kernel::Thread*, uint64_t> numbers;
  std::array<Key, kKeys> keys;
  kernel::Mutex* once = nullptr;
  int* exit_code = nullptr;

  uint64_t Add() {
    all.push_back(std::make_unique<GuestThread>());
    return all.size();
  }
  void Started(uint64_t number, kernel::Thread* thread) {
    all[number - 1]->thread = thread;
    numbers[thread] = number;
  }
  GuestThread* Find(uint64_t number) {
    return number == 0 || number > all.size() ? nullptr : all[number - 1].get();
  }
};
kernel::PerBoot<Threads> threads;

GuestThread& Me() { return *threads->all[Self() - 1]; }

// Calls the destructors of the thread's keys.
void DestroyValues(GuestThread* self) {
  constexpr int kMostRounds = 4;  // PTHREAD_DESTRUCTOR_ITERATIONS
  for (int round = 0; round < kMostRounds; ++round) {
    for (size_t key = 0; key < kKeys; ++key) {
      void* value = self->values[key];
      if (value == nullptr || threads->keys[key].destroy == nullptr) continue;
      self->values[key] = nullptr;
      threads->keys[key].destroy(value);
    }
  }
}

void RunThread(uint64_t number) {
  GuestThread* self = threads->Find(number);
  threads->Started(number, kernel::CurrentThread());
  if (setjmp(self->exit) == 0) self->result = self->body(self->argument);
  DestroyValues(self);
}

}  // namespace

const char* NameOf(const void* address, const char* otherwise) {
  static auto& names = *new absl::flat_hash_map<const void*, const char*>();
  const auto [entry, is_new] = names.try_emplace(address, nullptr);
  if (is_new) {
    const Global global = GlobalAt(address);
    if (!global.name.empty() && global.offset == 0) entry->second = trace::Intern(global.name);
  }
  return entry->second != nullptr ? entry->second : otherwise;
}

uint64_t Self() { return threads->numbers.at(kernel::CurrentThread()); }

void RunMain(int (*program)(int, char**), const char* name, int* exit_code) {
  threads->exit_code = exit_code;
  GuestThread* self = threads->Find(threads->Add());
  threads->Started(1, kernel::CurrentThread());
  std::string writable = name;
  char* arguments[] = {writable.data(), nullptr};
  if (setjmp(self->exit) == 0) Exit(program(1, arguments));
  // The main thread has called pthread_exit: the others go on.
  DestroyValues(self);
  for (size_t i = 1; i < threads->all.size(); ++i) kernel::ThreadJoin(threads->all[i]->thread);
  *exit_code = 0;
}

void Exit(int code) {
  *threads->exit_code = code;
  kernel::EndRun();
}

}  // namespace drydock::guest

using drydock::guest::GuestThread;
using drydock::guest::kKeys;
using drydock::guest::Me;
using drydock::guest::Self;
using drydock::guest::threads;
namespace kernel = drydock::kernel;

extern "C" {

int drydock_guest_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                 void* (*body)(void*), void* argument) {
  const uint64_t number = threads->Add();
  GuestThread* made = threads->Find(number);
  made->body = body;
  made->argument = argument;
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  made->detached = state == PTHREAD_CREATE_DETACHED;
  *thread = number;
  const std::string name = absl::StrCat("thread ", number);
  kernel::Thread* started =
      kernel::ThreadStart({.name = name}, [number] { drydock::guest::RunThread(number); });
  threads->Started(number, started);
  return 0;
}

int drydock_guest_pthread_join(pthread_t thread, void** result) {
  GuestThread* other = threads->Find(thread);
  if (other == nullptr || other->joined) return ESRCH;
  if (other->detached) return EINVAL;
  if (thread == Self()) return EDEADLK;
  other->joined = true;
  kernel::ThreadJoin(other->thread);
  if (result != nullptr) *result = other->result;
  return 0;
}

int drydock_guest_pthread_detach(pthread_t thread) {
  GuestThread* other = threads->Find(thread);
  if (other == nullptr) return ESRCH;
  if (other->detached || other->joined) return EINVAL;
  other->detached = true;
  return 0;
}

// Does not unwind the stack: destructors of C++ objects on it are not called.
void drydock_guest_pthread_exit(void* result) {
  GuestThread& self = Me();
  self.result = result;
  longjmp(self.exit, 1);
}

pthread_t drydock_guest_pthread_self() { return Self(); }

int drydock_guest_pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) {
  for (size_t i = 0; i < kKeys; ++i) {
    if (threads->keys[i].used) continue;
    threads->keys[i] = {true, destroy};
    *key = static_cast<pthread_key_t>(i);
    return 0;
  }
  return EAGAIN;
}

int drydock_guest_pthread_key_delete(pthread_key_t key) {
  if (key >= kKeys || !threads->keys[key].used) return EINVAL;
  threads->keys[key] = {};
  for (const auto& thread : threads->all) thread->values[key] = nullptr;
  return 0;
}

void* drydock_guest_pthread_getspecific(pthread_key_t key) {
  return key < kKeys ? Me().values[key] : nullptr;
}

int drydock_guest_pthread_setspecific(pthread_key_t key, const void* value) {
  if (key >= kKeys || !threads->keys[key].used) return EINVAL;
  Me().values[key] = const_cast<void*>(value);
  return 0;
}

// `*control` is 0 before the first call, 1 while a thread runs `body`, and 2 after it.
int drydock_guest_pthread_once(pthread_once_t* control, void (*body)()) {
  if (threads->once == nullptr) threads->once = kernel::MutexAlloc("pthread_once");
  kernel::Mutex* const mutex = threads->once;
  kernel::MutexLock(mutex);
  while (*control == 1) {
    kernel::MutexSleep(mutex, control, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for the end of pthread_once", "", 0, nullptr});
  }
  if (*control == 0) {
    *control = 1;
    kernel::MutexUnlock(mutex);
    body();
    kernel::MutexLock(mutex);
    *control = 2;
    kernel::ThreadWakeup(control, /*one_thread=*/false);
  }
  kernel::MutexUnlock(mutex);
  return 0;
}

}  // extern "C"
