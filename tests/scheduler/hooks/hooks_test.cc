// What the compilers' instrumentation says of each kind of access.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/simulation.h"
#include "tests/scheduler/hooks/hooked_code.h"
#include "trace/recorder.h"

namespace drydock {
namespace {

using trace::Event;
using trace::EventKind;

alignas(16) uint8_t memory[64];
uint64_t word;

// "read 1:0f write 2:ff": what was told, by location and bytes, of a body that runs on a thread.
// Atomics have their order behind: "change 1:ff+5".
std::string Told(const std::function<void()>& body) {
  TimedStrategy strategy;
  trace::Recorder recorder;
  const trace::ScopedObserver watching(
      &recorder, {EventKind::kMemoryRead, EventKind::kMemoryWrite, EventKind::kMemoryChange,
                  EventKind::kMemoryFence});
  const Outcome outcome = Simulation(MachineOptions(), &strategy).Run(body);
  EXPECT_TRUE(outcome.ok()) << outcome.text;
  std::string told;
  for (const Event& event : recorder.events()) {
    absl::StrAppend(&told, told.empty() ? "" : " ", trace::EventKindName(event.kind));
    if (event.kind == EventKind::kMemoryFence) continue;
    absl::StrAppend(&told, " ", event.object - kernel::kFirstLocation, ":",
                    absl::Hex(event.other, absl::kZeroPad2));
    if (event.value != 0) absl::StrAppend(&told, "+", event.value - 1);
  }
  return told;
}

class Hooks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kernel::HasHookedCode()) GTEST_SKIP() << "no hooks under AddressSanitizer";
  }
};

TEST_F(Hooks, PlainAccessesOfEachSize) {
  EXPECT_EQ(Told([] { Read1(memory + 3); }), "read 1:08");
  EXPECT_EQ(Told([] { Read2(reinterpret_cast<uint16_t*>(memory + 2)); }), "read 1:0c");
  EXPECT_EQ(Told([] { Read4(reinterpret_cast<uint32_t*>(memory + 4)); }), "read 1:f0");
  EXPECT_EQ(Told([] { Read8(&word); }), "read 1:ff");
  EXPECT_EQ(Told([] { Write8(&word, 9); }), "write 1:ff");
  EXPECT_EQ(word, 9u);
}

TEST_F(Hooks, UnalignedAccess) {
  EXPECT_EQ(Told([] { ReadUnaligned(reinterpret_cast<Packed*>(memory)); }), "read 1:1e");
}

TEST_F(Hooks, AssignmentOfAStructure) {
#ifdef __clang__
  GTEST_SKIP() << "clang calls memcpy for it, and not ours";
#endif
  const std::string told = Told([] {
    AssignTriple(reinterpret_cast<Triple*>(memory), reinterpret_cast<Triple*>(memory + 32));
  });
  // The compilers differ in the order, and in how many there are to a word.
  EXPECT_EQ(std::count(told.begin(), told.end(), ':'), 6) << told;
  EXPECT_NE(told.find("read"), std::string::npos) << told;
  EXPECT_NE(told.find("write"), std::string::npos) << told;
}

TEST_F(Hooks, FunctionsOfTheCLibrary) {
  std::fill(memory, memory + 64, uint8_t{7});
  EXPECT_EQ(Told([] { Copy(memory, memory + 16, 12); }),
            "read 1:ff read 2:0f write 3:ff write 4:0f");
  EXPECT_EQ(Told([] { Move(memory, memory + 16, 4); }), "read 1:0f write 2:0f");
  EXPECT_EQ(Told([] { CopyBackwards(memory + 16, memory, 4); }), "read 1:0f write 2:0f");
  EXPECT_EQ(Told([] { Fill(memory, 5, 9); }), "write 1:ff write 2:01");
  EXPECT_EQ(memory[8], 5);
  EXPECT_EQ(memory[9], 7);
  EXPECT_EQ(Told([] { Zero(memory, 2); }), "write 1:03");
  EXPECT_EQ(memory[1], 0);
  EXPECT_EQ(Told([] { EXPECT_NE(Compare(memory, memory + 16, 4), 0); }), "read 1:0f read 2:0f");
}

template <typename T>
void ExpectAtomics(const std::string& bytes) {
  alignas(8) static T value;
  value = 100;
  T results[10];
  const std::string told = Told([&results] {
    T here[10];  // on the thread's own stack: not announced
    ChangeInAllWays(&value, here);
    std::copy(here, here + 10, results);
  });
  const auto all = [&bytes](const char* kind, int order) {
    return absl::StrCat(kind, " 1:", bytes, "+", order);
  };
  EXPECT_EQ(told, absl::StrCat(all("change", 5), " ", all("change", 5), " ", all("change", 4), " ",
                               all("change", 0), " ", all("change", 3), " ", all("change", 2), " ",
                               all("change", 5), " ", all("change", 5), " ", all("write", 3), " ",
                               all("read", 2)));
  const T expected[10] = {1, 0, 12, 12, 17, 16, 19, 18, 19, 41};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(results[i], expected[i]) << i;
}

TEST_F(Hooks, AtomicsOfEachSize) {
  ExpectAtomics<uint8_t>("01");
  ExpectAtomics<uint16_t>("03");
  ExpectAtomics<uint32_t>("0f");
  ExpectAtomics<uint64_t>("ff");
}

TEST_F(Hooks, AFence) {
  EXPECT_EQ(Told([] { Fence(); }), "fence");
}

}  // namespace
}  // namespace drydock
