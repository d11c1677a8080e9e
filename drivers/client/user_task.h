// drivers/client/user_task.h
//
// A program: a task whose threads run in user mode, in user bands, and call the kernel through
// IOKitLib.
//
//   UserTask program({.name = "player"});
//   program.Run([] {
//     io_service_t service = IOServiceGetMatchingService(kIOMainPortDefault, …);
//     …
//   });
//
// A program dies when Kill is called or the object is destroyed: the waits of its threads are
// aborted, and all its ports are released, so that its open connections die (clientDied). Host code
// cannot be stopped: the threads run to the end of their bodies, and every call into the kernel
// fails.
#ifndef DRYDOCK_DRIVERS_CLIENT_USER_TASK_H_
#define DRYDOCK_DRIVERS_CLIENT_USER_TASK_H_

#include <functional>
#include <vector>

#include <kern/task.h>
#include <libkern/c++/OSDictionary.h>

#include "absl/strings/string_view.h"
#include "scheduler/kernel/thread.h"

namespace drydock {

class UserTask {
 public:
  struct Options {
    absl::string_view name = "program";
    int priority = BASEPRI_DEFAULT;  // of its threads
    bool root = false;               // runs as the superuser
    // Entitlements and their values; retained. Null: none.
    OSDictionary* entitlements = nullptr;
  };

  // On a thread.
  explicit UserTask(const Options& options);
  // Kills it if it is alive, and waits for its threads to end.
  ~UserTask();
  UserTask(const UserTask&) = delete;
  UserTask& operator=(const UserTask&) = delete;

  // Starts a thread of the program that runs `body`.
  kernel::Thread* Start(absl::string_view name, std::function<void()> body);
  // Runs `body` on a new thread of the program and waits for its end.
  void Run(std::function<void()> body);

  // Ends the program, as a signal or its own exit does. Nothing happens if it is dead. On any
  // thread, its own too.
  void Kill();

  task_t task() const { return task_; }

 private:
  const task_t task_;
  const int priority_;
  std::vector<kernel::Thread*> threads_;
  bool dead_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_CLIENT_USER_TASK_H_
