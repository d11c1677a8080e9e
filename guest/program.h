// guest/program.h
//
// A guest program: a shared object with a main. Its globals are put back before every run to what
// they were when it was loaded, so that runs do not know of each other.
#ifndef DRYDOCK_GUEST_PROGRAM_H_
#define DRYDOCK_GUEST_PROGRAM_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace drydock::guest {

class Program {
 public:
  // Loads it, for good. Constructors of globals run now, and once: what they allocate is the
  // host's.
  static absl::StatusOr<Program> Load(const std::string& path);

  void ResetGlobals() const;
  int (*main() const)(int, char**) { return main_; }

 private:
  struct Globals {
    char* begin;
    std::vector<char> initially;
  };

  int (*main_)(int, char**) = nullptr;
  std::vector<Globals> globals_;
};

}  // namespace drydock::guest

#endif  // DRYDOCK_GUEST_PROGRAM_H_
