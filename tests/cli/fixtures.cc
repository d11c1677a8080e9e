// Runs the drydock command in the test's own process.
#include "tests/cli/fixtures.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "cli/program.h"
#include "gtest/gtest.h"

namespace drydock::cli {

Said Drydock(const std::vector<std::string>& arguments, bool color) {
  std::ostringstream out;
  std::ostringstream err;
  Console console = {out, err, color};
  const int code = Main(arguments, &console);
  return {code, out.str(), err.str()};
}

std::string File(const std::string& name, const std::string& content) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path) << content;
  return path;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string Deadlock() {
  return File("deadlock.textproto", R"(
    cpus: 2
    lock { name: "a" }
    lock { name: "b" }
    thread {
      name: "one" band: "user"
      step { lock: "a" } step { lock: "b" } step { unlock: "b" } step { unlock: "a" }
    }
    thread {
      name: "two" band: "user"
      step { sleep: "5us" }
      step { lock: "b" } step { lock: "a" } step { unlock: "a" } step { unlock: "b" }
    }
    expect { no_thread_blocked: true }
  )");
}

}  // namespace drydock::cli
