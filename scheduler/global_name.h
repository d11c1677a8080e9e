// scheduler/global_name.h
//
// The names of the program's global and static variables, for reports about memory.
#ifndef DRYDOCK_SCHEDULER_GLOBAL_NAME_H_
#define DRYDOCK_SCHEDULER_GLOBAL_NAME_H_

#include <cstddef>
#include <string>

namespace drydock {

struct Global {
  std::string name;   // as C++ writes it; empty: there is none
  size_t offset = 0;  // of the address in it
};

// The variable that `address` lies in, by the symbols of the file that was loaded there (the
// program, or a guest): all variables, static ones in functions among them. The file is read when
// it is first asked for.
Global GlobalAt(const void* address);

}  // namespace drydock

#endif  // DRYDOCK_SCHEDULER_GLOBAL_NAME_H_
