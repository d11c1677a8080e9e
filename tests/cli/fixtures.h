// tests/cli/fixtures.h
//
// Runs the drydock command in the test's own process, on the host.
#ifndef DRYDOCK_TESTS_CLI_FIXTURES_H_
#define DRYDOCK_TESTS_CLI_FIXTURES_H_

#include <string>
#include <vector>

namespace drydock::cli {

inline constexpr char kDuringRead[] = "scenarios/unplug_during_read.textproto";

// What a command left behind: its exit code and what it wrote.
struct Said {
  int code = -1;
  std::string out;
  std::string err;
};

// `arguments` are those after "drydock". `color`: as to a terminal.
Said Drydock(const std::vector<std::string>& arguments, bool color = false);

// Writes a file of that content into the test's folder; returns its path.
std::string File(const std::string& name, const std::string& content);

// A scenario in which two threads take two locks in different orders; the path of its file.
std::string Deadlock();

bool Contains(const std::string& text, const std::string& part);

}  // namespace drydock::cli

#endif  // DRYDOCK_TESTS_CLI_FIXTURES_H_
