// Locks, semaphores, work loops and interrupt devices of a scenario, and the steps that use them.
#include "scenario/scenario_fixture.h"

#include "absl/strings/str_cat.h"
#include "drivers/service/owned.h"
#include "scenario/interrupt_device.h"
#include "scheduler/kernel/clock.h"
#include "scheduler/kernel/funnel.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/thread.h"
#include "scheduler/kernel/wait.h"
#include "trace/names.h"
#include "workloop/work_loop_name.h"

namespace drydock {

using Verb = Scenario::Verb;

ScenarioFixture::ScenarioFixture(const Scenario& scenario)
    : scenario_(scenario),
      loops_(scenario.work_loops.size()),
      actions_(scenario.interrupts.size()) {
  for (const std::string& name : scenario.semaphores) semaphores_.push_back({trace::Intern(name)});
}

void ScenarioFixture::Start(IOService* platform) {
  for (const Scenario::Lock& lock : scenario_.locks) {
    locks_.push_back(kernel::MutexAlloc(lock.name));
    kernel::MutexSetPromotes(locks_.back(), lock.promotes);
  }
  for (size_t i = 0; i < loops_.size(); ++i) {
    Loop& loop = loops_[i];
    loop.loop = IOWorkLoop::workLoop();
    loop.gate = IOCommandGate::commandGate(platform);
    NameWorkLoop(loop.loop, trace::Intern(scenario_.work_loops[i]));
    loop.loop->addEventSource(loop.gate);
  }
  for (size_t i = 0; i < scenario_.interrupts.size(); ++i) {
    const auto device = Owned(DrydockInterruptDevice::Make(scenario_, i, this));
    if (!device->attach(platform) || !device->start(platform)) {
      kernel::Panic("the device ", scenario_.interrupts[i].name, " does not start");
    }
  }
}

void ScenarioFixture::Stop() {
  for (Loop& loop : loops_) {
    loop.loop->removeEventSource(loop.gate);
    OSSafeReleaseNULL(loop.gate);
    OSSafeReleaseNULL(loop.loop);
  }
  for (kernel::Mutex* lock : locks_) kernel::MutexFree(lock);
  locks_.clear();
}

void ScenarioFixture::Do(const Scenario::Step& step,
                         absl::FunctionRef<void(const Scenario::Step&)> nested) {
  switch (step.verb) {
    case Verb::kCompute:
      kernel::Delay(step.duration_ns);
      break;
    case Verb::kSleep:
      kernel::Sleep(step.duration_ns);
      break;
    case Verb::kLock:
      kernel::MutexLock(locks_[step.subject]);
      break;
    case Verb::kUnlock:
      kernel::MutexUnlock(locks_[step.subject]);
      break;
    case Verb::kSignal:
      ++semaphores_[step.subject].count;
      kernel::ThreadWakeup(&semaphores_[step.subject], /*one_thread=*/true);
      break;
    case Verb::kWait:
      Wait(&semaphores_[step.subject]);
      break;
    case Verb::kGate: {
      const auto action = [&] {
        for (const Scenario::Step& inner : step.steps) nested(inner);
      };
      absl::FunctionRef<void()> call = action;
      loops_[step.subject].gate->runAction(
          [](OSObject*, void* function, void*, void*, void*) {
            (*static_cast<absl::FunctionRef<void()>*>(function))();
            return kIOReturnSuccess;
          },
          &call);
      break;
    }
    case Verb::kFunnel: {
      const auto funnel = static_cast<kernel::Funnel>(step.subject);
      kernel::FunnelSet(funnel, true);
      for (const Scenario::Step& inner : step.steps) nested(inner);
      kernel::FunnelSet(funnel, false);
      break;
    }
    default:
      kernel::Panic("this step is not one of the fixture: ", VerbName(step.verb));
  }
}

void ScenarioFixture::DoAction(const std::vector<Scenario::Step>& steps) {
  for (const Scenario::Step& step : steps) DoInAction(step);
}

void ScenarioFixture::DoInAction(const Scenario::Step& step) {
  if (step.verb == Verb::kRepeat) {
    Repeat(step, [&] { DoAction(step.steps); });
  } else {
    Do(step, [this](const Scenario::Step& inner) { DoInAction(inner); });
  }
}

uint64_t ScenarioFixture::Repeat(const Scenario::Step& step, absl::FunctionRef<void()> round) {
  uint64_t rounds = 0;
  while ((step.times == 0 || rounds < step.times) &&
         (step.until_ns == 0 || kernel::Now() < step.until_ns)) {
    round();
    ++rounds;
  }
  return rounds;
}

void ScenarioFixture::Wait(Semaphore* semaphore) {
  while (semaphore->count == 0) {
    kernel::AssertWait(semaphore, kernel::Interruptible::kUninterruptible, 0,
                       {"waits for semaphore", semaphore->name, 0, nullptr});
    if (semaphore->count != 0) kernel::ThreadWakeupThread(semaphore, kernel::CurrentThread());
    kernel::ThreadBlock();
  }
  --semaphore->count;
}

}  // namespace drydock
