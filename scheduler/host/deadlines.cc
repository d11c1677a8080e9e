// A host thread that calls functions at their deadlines.
#include "scheduler/host/deadlines.h"

#include <cstdlib>

#include "scheduler/host/bands.h"
#include "scheduler/host/machine.h"

namespace drydock::host {

void DeadlineThread::Start(const char* name, std::function<bool()> also) {
  name_ = name;
  also_ = std::move(also);
  if (pthread_create(&host_, nullptr, &HostMain, this) != 0) std::abort();
}

void DeadlineThread::Stop() {
  Kick();
  pthread_join(host_, nullptr);
}

void DeadlineThread::Schedule(Handle handle, kernel::Time when, Function function) {
  machine->Busy(1);
  {
    const Locked locked(&lock_);
    entries_.emplace(std::make_pair(when, handle), std::move(function));
    times_.emplace(handle, when);
  }
  Kick();
}

bool DeadlineThread::Cancel(Handle handle) {
  bool waited;
  {
    const Locked locked(&lock_);
    const auto found = times_.find(handle);
    if (found == times_.end()) return false;
    waited = entries_.erase({found->second, handle}) > 0;
    times_.erase(found);
  }
  if (waited) machine->Busy(-1);
  return true;
}

bool DeadlineThread::Begin(Handle handle) {
  const Locked locked(&lock_);
  return times_.erase(handle) > 0;
}

kernel::Time DeadlineThread::Next() {
  const Locked locked(&lock_);
  return entries_.empty() ? 0 : entries_.begin()->first.first;
}

void DeadlineThread::Kick() {
  news_.fetch_add(1);
  FutexWake(&news_);
}

void* DeadlineThread::HostMain(void* argument) {
  auto* self = static_cast<DeadlineThread*>(argument);
  pthread_setname_np(pthread_self(), self->name_);
  SetHostBand(kInterruptBand);
  context = Context();
  context.leave = &self->leave_;
  if (setjmp(self->leave_) == 0) self->Loop();
  return nullptr;
}

void DeadlineThread::Loop() {
  for (;;) {
    machine->LeaveIfStopping();
    const uint32_t news = news_.load();
    Function due;
    Handle handle = 0;
    kernel::Time next = 0;
    {
      const Locked locked(&lock_);
      if (!entries_.empty()) {
        const auto first = entries_.begin();
        next = first->first.first;
        if (next <= HostNow()) {
          due = std::move(first->second);
          handle = first->first.second;
          entries_.erase(first);
        }
      }
    }
    if (due != nullptr) {
      due(handle);
      machine->Busy(-1);
    } else if (also_ == nullptr || !also_()) {
      FutexWait(&news_, news, next);
    }
  }
}

}  // namespace drydock::host
