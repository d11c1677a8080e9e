// The drydock command.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/program.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const char* no_color = std::getenv("NO_COLOR");
  const bool color = isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
  // Set by `bazel run`: the user did not type the path of the program, which is long.
  const bool by_bazel = std::getenv("BUILD_WORKSPACE_DIRECTORY") != nullptr;
  drydock::cli::Console console = {std::cout, std::cerr, color, isatty(STDERR_FILENO) != 0,
                                   by_bazel ? "./bazelw run //cli:drydock --" : argv[0]};
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = drydock::cli::Main(arguments, &console);
  std::cout.flush();
  return code;
}
