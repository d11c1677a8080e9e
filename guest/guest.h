// guest/guest.h
//
// What the pieces of the pthread face share. Each function of the face has its POSIX name and
// signature behind a prefix (rename.h), and POSIX's meaning; comments say only where it differs.
#ifndef DRYDOCK_GUEST_GUEST_H_
#define DRYDOCK_GUEST_GUEST_H_

#include <cstring>
#include <string>

#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"

namespace drydock::guest {

// What a guest calls an object by: its variable's name if it is a global, else what it is.
const char* NameOf(const void* address, const char* otherwise);

// Objects of POSIX hold no more than a pointer to ours, made when they are first used: their static
// initialisers are zeros. (Globals are as they were when a run begins.)
template <typename Ours, typename Theirs>
Ours*& OursIn(Theirs* object, size_t offset = 0) {
  static_assert(sizeof(Theirs) >= sizeof(Ours*));
  return *reinterpret_cast<Ours**>(reinterpret_cast<char*>(object) + offset);
}

// The calling thread's number, as pthread_t has it: 1 for the main thread, 2, 3 …
uint64_t Self();

// Runs what the program calls its main on the calling thread, which becomes its main thread; then
// ends the run. What main returns goes to `*exit_code`, as what exit() is called with does.
void RunMain(int (*program)(int, char**), const char* name, int* exit_code);

// Ends the run as exit() does.
[[noreturn]] void Exit(int code);

}  // namespace drydock::guest

#endif  // DRYDOCK_GUEST_GUEST_H_
