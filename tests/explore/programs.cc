// Small programs with known bugs, for tests of strategies.
#include "tests/explore/programs.h"

#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"

namespace drydock {
namespace {

using kernel::OperationKind;

constexpr kernel::ObjectId kCell = 1'000'001;
constexpr kernel::ObjectId kOther = 1'000'002;

int Read(const int& cell, kernel::ObjectId id = kCell) {
  kernel::ChoicePoint(OperationKind::kRead, id);
  return cell;
}

void Write(int* cell, int value, kernel::ObjectId id = kCell) {
  kernel::ChoicePoint(OperationKind::kWrite, id);
  *cell = value;
}

void RunBoth(const std::function<void()>& one, const std::function<void()>& two) {
  kernel::Thread* first = kernel::ThreadStart({.name = "one"}, one);
  kernel::Thread* second = kernel::ThreadStart({.name = "two"}, two);
  kernel::ThreadJoin(first);
  kernel::ThreadJoin(second);
}

}  // namespace

RunResult RunOnce(const Program& program, Strategy* strategy) {
  RunResult result;
  Outcome outcome = Simulation({.cpus = 2}, strategy).Run([&] { program(&result.failure); });
  if (!outcome.ok()) result.failure = OutcomeName(outcome.kind);
  result.schedule = std::move(outcome.schedule);
  return result;
}

RunProgram Runner(const Program& program) {
  return [program](Strategy* strategy) { return RunOnce(program, strategy); };
}

Program LostUpdate(int rounds) {
  return [rounds](std::string* failure) {
    int counter = 0;
    const auto add = [&] {
      for (int i = 0; i < rounds; ++i) Write(&counter, Read(counter) + 1);
    };
    RunBoth(add, add);
    if (counter != 2 * rounds) *failure = "an update was lost";
  };
}

Program LostWakeup() {
  return [](std::string*) {
    int flag = 0;
    const auto wait = [&] {
      if (Read(flag) != 0) return;
      kernel::AssertWait(&flag, kernel::Interruptible::kUninterruptible, 0,
                         {"waits for the flag", "", 0, nullptr});
      kernel::ThreadBlock();
    };
    const auto set = [&] {
      Write(&flag, 1);
      kernel::ThreadWakeup(&flag, /*one_thread=*/true);
    };
    RunBoth(wait, set);
  };
}

Program SeenHalfDone(int noise) {
  return [noise](std::string* failure) {
    int first = 0;
    int second = 0;
    const auto make_noise = [noise] {
      for (int i = 0; i < noise; ++i) kernel::ChoicePoint(OperationKind::kRead, kOther);
    };
    RunBoth(
        [&] {
          make_noise();
          Write(&first, 1);
          Write(&second, 1);
          make_noise();
        },
        [&] {
          make_noise();
          const int seen = Read(first);
          if (seen != Read(second)) *failure = "half of it was seen";
          make_noise();
        });
  };
}

Program Polls(void (*pause)(kernel::Time)) {
  return [pause](std::string*) {
    int here = 0, flag = 0;
    const auto wait_for = [pause](int& what) {
      while (Read(what) == 0) {
        if (pause != nullptr) pause(kernel::kMicrosecond);
      }
    };
    RunBoth(
        [&] {
          Write(&here, 1);
          wait_for(flag);
        },
        [&] {
          wait_for(here);
          for (int i = 0; i < 20; ++i) kernel::ChoicePoint(OperationKind::kRead, kOther);
          Write(&flag, 1);
        });
  };
}

Program Interleaves(int steps, std::string* order) {
  return [steps, order](std::string*) {
    order->clear();
    const auto note = [steps, order](char letter) {
      for (int i = 0; i < steps; ++i) {
        kernel::ChoicePoint(OperationKind::kWrite, kCell);
        *order += letter;
      }
    };
    RunBoth([&] { note('a'); }, [&] { note('b'); });
  };
}

}  // namespace drydock
