// Clients, findings and event sources that the tests of work loops share.
#include "tests/workloop/fixtures.h"

#include "tests/drydock_test.h"
#include "workloop/control_gate.h"

namespace drydock {

kernel::Thread* StartClient(std::function<void()> body) {
  kernel::ThreadOptions options;
  options.name = "client";
  return kernel::ThreadStart(options, std::move(body));
}

IOReturn CallFunction(OSObject*, void* function, void*, void*, void*) {
  return (*static_cast<std::function<IOReturn()>*>(function))();
}

void AllowSleepInGate() { testing::AllowFinding("blocking-sleep-in-action"); }

void Findings::OnEvent(const trace::Event& event) {
  (event.kind == trace::EventKind::kMisuse ? misuses_ : advice_).push_back(event.name);
  sentences_[event.name] = event.detail;
}

int Findings::Count(absl::string_view finding) const {
  testing::AllowFinding(std::string(finding));
  return static_cast<int>(std::count(misuses_.begin(), misuses_.end(), std::string(finding)));
}

int Findings::Advice(absl::string_view name) const {
  return static_cast<int>(std::count(advice_.begin(), advice_.end(), std::string(name)));
}

OSDefineMetaClassAndStructors(TestOwner, OSObject)

TestOwner* TestOwner::Make() {
  auto* owner = new TestOwner;
  owner->init();
  return owner;
}

OSDefineMetaClassAndStructors(TestLoop, IOWorkLoop)

TestLoop* TestLoop::Make(std::string* log) {
  auto* loop = new TestLoop;
  loop->log_ = log;
  if (!loop->init()) {
    ADD_FAILURE() << "no work loop";
    return nullptr;
  }
  WaitUntil([loop] { return loop->scans_ > 0; });
  if (log != nullptr) log->clear();
  return loop;
}

void TestLoop::openGate() {
  const bool note = log_ != nullptr && onThread();
  IOWorkLoop::openGate();
  if (note && !inGate())
    *log_ += '|';  // only the thread itself frees the loop, so it is still there
}

bool TestLoop::runEventSources() {
  const bool alive = IOWorkLoop::runEventSources();
  ++scans_;
  return alive;
}

IOReturn TestLoop::RunMaintenance(uintptr_t command, IOEventSource* source) {
  return controlG->runCommand(reinterpret_cast<void*>(command), source);
}

void ReleaseAndJoin(IOWorkLoop* loop) {
  kernel::Thread* thread = loop->getThread();
  loop->release();
  kernel::ThreadJoin(thread);
}

OSDefineMetaClassAndStructors(PolledSource, IOEventSource)

PolledSource* PolledSource::Make(OSObject* owner, std::string* log, char letter,
                                 std::function<bool()> work) {
  auto* source = new PolledSource;
  if (!source->Init(owner, log, letter, std::move(work))) {
    source->release();
    return nullptr;
  }
  return source;
}

bool PolledSource::Init(OSObject* owner, std::string* log, char letter,
                        std::function<bool()> work) {
  log_ = log;
  letter_ = letter;
  work_ = std::move(work);
  return init(owner);
}

bool PolledSource::checkForWork() {
  *log_ += letter_;
  return work_ != nullptr && work_();
}

}  // namespace drydock
