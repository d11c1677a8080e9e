// What is said about addresses of the program and of shared objects. Compiled with -g.
#include "symbols/symbolizer.h"

#include <dlfcn.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/symbols/probe.h"
#include "trace/parallel_lock.h"

extern "C" int a[2];
extern "C" const char* v();

int a_global[4];
char far_into_bss[1 << 20];

namespace drydock {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr char kThisFile[] = "tests/symbols/symbolizer_test.cc";

constexpr int kLineOfInner = __LINE__ + 1;
[[gnu::always_inline]] inline const char* Inner() { return CallOfThis(); }

constexpr int kLineOfMiddle = __LINE__ + 1;
[[gnu::always_inline]] inline const char* Middle() { return Inner(); }

template <typename T>
class Holder {
 public:
  [[gnu::noinline]] static const char* Outer(T, const std::vector<T>&) { return Middle(); }
};

[[gnu::noinline]] const char* Plain() { return CallOfThis(); }

class Caller {
 public:
  [[gnu::noinline]] const char* OfALambda(const std::string& text, int) const {
    const auto lambda = [&text](int) __attribute__((noinline)) {
      return text.empty() ? nullptr : CallOfThis();
    };
    return lambda(1);
  }
};

const char* InsideOf(const char* shared_object, void** handle) {
  *handle = dlopen(shared_object, RTLD_NOW | RTLD_LOCAL);
  if (*handle == nullptr) {
    ADD_FAILURE() << dlerror();
    return nullptr;
  }
  return reinterpret_cast<const char* (*)()>(dlsym(*handle, "InsideOfLoaded"))();
}

TEST(SymbolizerCode, AFunctionHasANameAFileAndALine) {
  const std::vector<CodeFrame>& frames = FramesAt(Plain());
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].function, "drydock::(anonymous namespace)::Plain()");
  EXPECT_EQ(frames[0].file, kThisFile);
  EXPECT_GT(frames[0].line, kLineOfMiddle);
  EXPECT_FALSE(frames[0].inlined);
  EXPECT_THAT(frames[0].object, EndsWith("symbolizer_test"));
}

TEST(SymbolizerCode, InlinedFunctionsComeFirstEachWhereItStands) {
  const std::vector<CodeFrame>& frames = FramesAt(Holder<int>::Outer(1, {}));
  ASSERT_THAT(frames, SizeIs(3));
  EXPECT_EQ(frames[0].function, "drydock::(anonymous namespace)::Inner()");
  EXPECT_EQ(frames[0].line, kLineOfInner);
  EXPECT_EQ(frames[1].function, "drydock::(anonymous namespace)::Middle()");
  EXPECT_EQ(frames[1].line, kLineOfMiddle);
  EXPECT_EQ(frames[2].function, "drydock::(anonymous namespace)::Holder<int>::Outer()");
  EXPECT_GT(frames[2].line, kLineOfMiddle);
  for (const CodeFrame& frame : frames) EXPECT_EQ(frame.file, kThisFile);
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_TRUE(frames[1].inlined);
  EXPECT_FALSE(frames[2].inlined);
}

TEST(SymbolizerCode, TheSymbolTableKnowsTheOutermostFunctionOnly) {
  const CodeFrame& frame = FunctionAt(Holder<int>::Outer(1, {}));
  EXPECT_EQ(frame.function, "drydock::(anonymous namespace)::Holder<int>::Outer()");
  EXPECT_EQ(frame.line, 0);
}

TEST(SymbolizerCode, NoTypesOfParametersAreShown) {
  EXPECT_EQ(FunctionAt(Caller().OfALambda("text", 1)).function,
            "drydock::(anonymous namespace)::Caller::OfALambda()::{lambda(int)#1}::operator()()");
}

TEST(SymbolizerCode, FunctionsOfCKeepTheirNames) {
  EXPECT_EQ(FunctionAt(v()).function, "v");
  ASSERT_THAT(FramesAt(v()), SizeIs(1));
  EXPECT_EQ(FramesAt(v())[0].function, "v");
  EXPECT_THAT(FrameText(FramesAt(v())[0]),
              MatchesRegex(R"(v \(tests/symbols/c_names\.c:[0-9]+\))"));
}

TEST(SymbolizerCode, WithoutDebugInformationTheFunctionIsKnown) {
  // The C library has none. (And the sanitizers do not replace this function of it.)
  const auto* in_library = reinterpret_cast<const char*>(dlsym(RTLD_DEFAULT, "l64a"));
  ASSERT_THAT(FramesAt(in_library), SizeIs(1));
  EXPECT_EQ(FrameText(FramesAt(in_library)[0]), "l64a");
}

TEST(SymbolizerCode, SharedObjectsMayBeLoadedLater) {
  FramesAt(Plain());
  void* handle = nullptr;
  const char* inside = InsideOf("tests/symbols/loaded.so", &handle);
  ASSERT_THAT(FramesAt(inside), SizeIs(1));
  EXPECT_THAT(FrameText(FramesAt(inside)[0]),
              MatchesRegex(R"(NotExported\(\) \(tests/symbols/loaded\.cc:[0-9]+\))"));
}

TEST(SymbolizerCode, OfAStrippedFileTheOffsetIsShown) {
  void* handle = nullptr;
  const char* inside = InsideOf("tests/symbols/stripped.so", &handle);
  ASSERT_THAT(FramesAt(inside), SizeIs(1));
  EXPECT_THAT(FrameText(FramesAt(inside)[0]), MatchesRegex("0x[0-9a-f]+ in stripped\\.so"));
  // The same in every process, wherever the file was loaded.
  Dl_info info;
  ASSERT_NE(dladdr(inside, &info), 0);
  EXPECT_EQ(FramesAt(inside)[0].offset, inside - static_cast<const char*>(info.dli_fbase));
  // What is exported has a name all the same.
  EXPECT_EQ(FunctionAt(dlsym(handle, "InsideOfLoaded")).function, "InsideOfLoaded");
}

TEST(SymbolizerCode, OtherMemoryHasNoFrames) {
  const int local = 0;
  EXPECT_THAT(FramesAt(&local), IsEmpty());
  EXPECT_THAT(FramesAt(nullptr), IsEmpty());
  EXPECT_EQ(FunctionAt(nullptr).object, "");
}

TEST(SymbolizerCode, HostThreadsMayAskAtTheSameTime) {
  trace::SetParallel(true);
  const char* const instructions[] = {Plain(), Holder<int>::Outer(1, {}), v(),
                                      Holder<char>::Outer('1', {})};
  std::vector<size_t> inlined(4);
  {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (size_t j = 0; j < 4; ++j) {
          inlined[i] += FramesAt(instructions[(i + j) % 4]).size();
          GlobalAt(&a_global[i]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  trace::SetParallel(false);
  EXPECT_EQ(inlined, std::vector<size_t>(4, 1 + 3 + 1 + 3));
}

int unnamed;

struct Counter {
  static int count;
};
int Counter::count;

const void* OfAFunction(int) {
  static int kept = 1;
  return &kept;
}

TEST(SymbolizerData, StaticVariablesHaveNamesToo) {
  EXPECT_EQ(GlobalAt(&a_global).name, "a_global");
  EXPECT_EQ(GlobalAt(&unnamed).name, "drydock::(anonymous namespace)::unnamed");
  EXPECT_EQ(GlobalAt(&Counter::count).name, "drydock::(anonymous namespace)::Counter::count");
  EXPECT_EQ(GlobalAt(OfAFunction(0)).name, "drydock::(anonymous namespace)::OfAFunction()::kept");
}

TEST(SymbolizerData, OffsetAndSizeAreInBytes) {
  EXPECT_EQ(GlobalAt(&a_global[3]).name, "a_global");
  EXPECT_EQ(GlobalAt(&a_global[3]).offset, 12u);
  EXPECT_EQ(GlobalAt(&a_global[3]).size, 16u);
  EXPECT_EQ(GlobalAt(&far_into_bss[1000000]).name, "far_into_bss");
  EXPECT_EQ(GlobalAt(&far_into_bss[1000000]).offset, 1000000u);
}

TEST(SymbolizerData, VariablesOfCKeepTheirNames) {
  EXPECT_EQ(GlobalAt(&a[1]).name, "a");
  EXPECT_EQ(GlobalAt(&a[1]).offset, sizeof(int));
}

TEST(SymbolizerData, SharedObjectsHaveVariablesToo) {
  void* handle = nullptr;
  ASSERT_NE(InsideOf("tests/symbols/loaded.so", &handle), nullptr);
  const int* const middle = *static_cast<int**>(dlsym(handle, "the_middle"));
  EXPECT_EQ(GlobalAt(middle).name, "filled");
  EXPECT_EQ(GlobalAt(middle).offset, 16u);
}

TEST(SymbolizerData, OtherMemoryHasNone) {
  const int local = 0;
  EXPECT_EQ(GlobalAt(&local).name, "");
  EXPECT_EQ(GlobalAt(std::make_unique<int>().get()).name, "");
  EXPECT_EQ(GlobalAt(nullptr).name, "");
}

}  // namespace
}  // namespace drydock
