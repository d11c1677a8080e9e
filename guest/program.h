// guest/program.h
//
// A guest program: a shared object with a main. Its globals are reset before every run to their
// values after loading, so that no run depends on an earlier one. Host context, outside of runs.
#ifndef DRYDOCK_GUEST_PROGRAM_H_
#define DRYDOCK_GUEST_PROGRAM_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace drydock::guest {

class Program {
 public:
  // Loads the shared object, which then stays loaded. Constructors of its globals run now and only
  // now; what they allocate comes from the host's heap and is not reset.
  static absl::StatusOr<Program> Load(const std::string& path);

  // To be called before every run.
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
