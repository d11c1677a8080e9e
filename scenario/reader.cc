// Reads a scenario: the text into a message, the message part by part into a Scenario.
#include "scenario/reader.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "scenario/reader/costs.h"
#include "scenario/reader/expectations.h"
#include "scenario/reader/hardware.h"
#include "scenario/reader/read_context.h"
#include "scenario/reader/source_location.h"
#include "scenario/reader/text.h"
#include "scenario/reader/threads.h"
#include "scenario/reader/timeline.h"
#include "scenario/scenario.pb.h"
#include "scheduler/simulation.h"
#include "trace/digest.h"
#include "verify/checks.h"

namespace drydock {
namespace {

using reader::Node;
using reader::Problem;
using reader::ReadContext;

// Part of every fingerprint. To be changed when the same file would make a different run.
constexpr absl::string_view kFormat = "drydock scenario 1";

// In an order in which every part comes after those that it refers to by name.
void ReadParts(const Node<ScenarioProto>& file, ReadContext* context) {
  const ScenarioProto& proto = file.proto;
  Scenario& scenario = context->scenario();
  scenario.description = proto.description();
  scenario.cpus = context->Within(file.LocationOf("cpus"), "cpus", proto.cpus(), 1, kMaxCpus);
  scenario.profile = static_cast<kernel::Profile>(context->Find(
      file.LocationOf("profile"), "profile", proto.profile(), {"modern", "historic"}));
  scenario.naive_teardown = proto.naive_teardown();
  for (int i = 0; i < proto.check_size(); ++i) {
    const absl::StatusOr<verify::Checks> check = verify::ParseChecks(proto.check(i));
    if (check.ok()) {
      scenario.checks.Add(*check);
    } else {
      context->Fail(file.LocationOf("check", i), std::string(check.status().message()));
    }
  }
  if (proto.has_costs()) ReadCosts(file.Child("costs", proto.costs()), context);
  for (int i = 0; i < proto.lock_size(); ++i) {
    const auto lock = file.Child("lock", proto.lock(i), i);
    scenario.locks.push_back(
        {context->Name(lock.LocationOf("name"), "lock", lock.proto.name(), context->LockNames()),
         lock.proto.priority_promotion()});
  }
  for (int i = 0; i < proto.work_loop_size(); ++i) {
    const auto loop = file.Child("work_loop", proto.work_loop(i), i);
    scenario.work_loops.push_back(context->Name(loop.LocationOf("name"), "work loop",
                                                loop.proto.name(), scenario.work_loops));
  }
  for (int i = 0; i < proto.controller_size(); ++i) {
    ReadController(file.Child("controller", proto.controller(i), i), context);
  }
  for (int i = 0; i < proto.interrupt_size(); ++i) {
    ReadInterrupt(file.Child("interrupt", proto.interrupt(i), i), context);
  }
  for (int i = 0; i < proto.device_size(); ++i) {
    ReadDevice(file.Child("device", proto.device(i), i), context);
  }
  // All names before all steps: a thread may wait for one that comes later in the file.
  for (int i = 0; i < proto.thread_size(); ++i) {
    const auto node = file.Child("thread", proto.thread(i), i);
    Scenario::Thread thread;
    thread.name =
        context->Name(node.LocationOf("name"), "thread", node.proto.name(), context->ThreadNames());
    scenario.threads.push_back(std::move(thread));
  }
  for (int i = 0; i < proto.thread_size(); ++i) {
    ReadThread(file.Child("thread", proto.thread(i), i), context, &scenario.threads[i]);
  }
  for (int i = 0; i < proto.timeline_size(); ++i) {
    ReadTimelineEntry(file.Child("timeline", proto.timeline(i), i), context);
  }
  for (int i = 0; i < proto.expect_size(); ++i) {
    ReadExpectation(file.Child("expect", proto.expect(i), i), context);
  }
}

absl::Status ErrorAt(absl::string_view file, const Problem& problem) {
  return absl::InvalidArgumentError(absl::StrCat(file, ":", problem.location.line + 1, ":",
                                                 problem.location.column + 1, ": ", problem.text));
}

uint64_t Fingerprint(ScenarioProto proto) {
  proto.clear_description();
  proto.clear_expect();
  proto.clear_check();
  return trace::Fnv1a(proto.SerializeAsString(), trace::Fnv1a(kFormat));
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view text, absl::string_view file,
                                       const std::vector<std::string>& drivers) {
  ScenarioProto proto;
  reader::Tree tree;
  if (const auto problem = reader::ParseText(text, &proto, &tree)) return ErrorAt(file, *problem);
  Scenario scenario;
  scenario.file = std::string(file);
  ReadContext context(drivers, &scenario);
  ReadParts({proto, &tree, {}}, &context);
  if (context.failed()) return ErrorAt(file, context.problem());
  scenario.fingerprint = Fingerprint(std::move(proto));
  return scenario;
}

absl::StatusOr<Scenario> ReadScenario(const std::string& path, absl::string_view file,
                                      const std::vector<std::string>& drivers) {
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  // In parts, not through rdbuf(): opening a directory succeeds, and only read() reports that it
  // cannot be read.
  char part[4096];
  while (stream.read(part, sizeof part) || stream.gcount() > 0) text.append(part, stream.gcount());
  if (!stream.eof() || stream.bad()) {
    return ErrorAt(file, {{}, "cannot be read; allowed is the path of a scenario file"});
  }
  return ParseScenario(text, file, drivers);
}

}  // namespace drydock
