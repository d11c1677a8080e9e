// guest/guest.h
//
// Shared by the files that implement POSIX for guest programs. Each implemented function has its
// POSIX name and signature behind the prefix drydock_guest_ (rename.h) and behaves as POSIX says;
// comments say only where it differs. All of them run on simulated threads.
#ifndef DRYDOCK_GUEST_GUEST_H_
#define DRYDOCK_GUEST_GUEST_H_

#include <cstring>
#include <string>

#include "scheduler/kernel/lock.h"
#include "scheduler/kernel/thread.h"

namespace drydock::guest {

// The name of an object in reports: that of the global variable at `address`, else `otherwise`. The
// text lives until the process ends.
const char* NameOf(const void* address, const char* otherwise);

// The pointer to our object that is stored in an object of POSIX, at a byte offset. It is null
// until our object is made at the first use, because static initialisers of POSIX are zeros and
// globals are reset before every run.
template <typename Ours, typename Theirs>
Ours*& OursIn(Theirs* object, size_t offset = 0) {
  static_assert(sizeof(Theirs) >= sizeof(Ours*));
  return *reinterpret_cast<Ours**>(reinterpret_cast<char*>(object) + offset);
}

// The calling thread's pthread_t: 1 for the main thread, then 2, 3, … in order of creation.
uint64_t Self();

// Runs the program's main on the calling thread, which becomes its main thread, then ends the run.
// `*exit_code` becomes what main returns or what exit() is called with, and must outlive the run.
void RunMain(int (*program)(int, char**), const char* name, int* exit_code);

// Ends the run as exit() does.
[[noreturn]] void Exit(int code);

}  // namespace drydock::guest

#endif  // DRYDOCK_GUEST_GUEST_H_
