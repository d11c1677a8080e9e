// The main of every test program that uses DRYDOCK_TEST: GoogleTest's flags, then Drydock's.
#include <cstdio>
#include <cstdlib>

#include "absl/flags/parse.h"
#include "gtest/gtest.h"

int main(int argc, char** argv) {
  // Bazel's sharding splits schedules among the shards, so every shard must run every test.
  if (const char* total = std::getenv("TEST_TOTAL_SHARDS")) {
    setenv("DRYDOCK_TOTAL_SHARDS", total, 1);
    setenv("DRYDOCK_SHARD_INDEX", std::getenv("TEST_SHARD_INDEX"), 1);
    if (const char* status = std::getenv("TEST_SHARD_STATUS_FILE")) {
      if (FILE* file = std::fopen(status, "w")) std::fclose(file);
    }
    unsetenv("TEST_TOTAL_SHARDS");
    unsetenv("TEST_SHARD_INDEX");
    unsetenv("TEST_SHARD_STATUS_FILE");
  }
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
