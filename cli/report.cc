// What a run is reported as, for people and as JSON.
#include "cli/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/one_run.h"
#include "scenario/event_words.h"
#include "trace/json.h"
#include "trace/timeline.h"

namespace drydock::cli {
namespace {

std::string Milliseconds(kernel::Time time) {
  return absl::StrFormat("%d.%03d ms", time / 1'000'000, time / 1000 % 1000);
}

const char* VerdictName(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::kHeld:
      return "held";
    case Verdict::Kind::kFailed:
      return "failed";
    case Verdict::Kind::kNotJudged:
      return "not judged";
  }
  return "?";
}

std::string Paint(const char* color, absl::string_view text, const Console& console) {
  return console.color ? absl::StrCat("\x1b[", color, "m", text, "\x1b[0m") : std::string(text);
}

void WriteSeen(const Verdict& verdict, Console* console) {
  if (verdict.seen.empty()) return;
  console->out << "    seen: " << verdict.seen << "\n";
  for (const std::string& line : verdict.stack) console->out << "      " << line << "\n";
}

// For people: the timeline, the expectations, and for a failed run the line that replays it.
void WriteText(const Report& report, Console* console) {
  const Scenario& scenario = report.scenario;
  const ScenarioResult& result = report.result;
  const auto paint = [console](const char* color, absl::string_view text) {
    return Paint(color, text, *console);
  };
  std::ostream& out = console->out;
  out << paint("1", scenario.file) << "\n";
  if (!scenario.description.empty()) out << scenario.description << "\n";
  out << MachineAndStrategy(scenario, report.strategy) << "\n\n";
  out << trace::WriteTimeline(report.events, {kEventWords, console->color}) << "\n";

  WriteVerdicts(result.verdicts, result.outcome.end_ns, console);
  if (result.held()) return;
  out << "replay: " << ReplayLine(scenario, result.outcome.schedule, *console) << "\n";
}

// For machines.
trace::Json ToJson(const Report& report) {
  const ScenarioResult& result = report.result;
  trace::Json json;
  json["scenario"] = report.scenario.file;
  json["description"] = report.scenario.description;
  json["cpus"] = report.scenario.cpus;
  json["held"] = result.held();
  json["outcome"] = OutcomeName(result.outcome.kind);
  json["text"] = result.outcome.text;
  json["end_ns"] = result.outcome.end_ns;
  json["schedule"] = result.outcome.schedule.ToString();
  json["expectations"] = trace::Json::array();
  for (const Verdict& verdict : result.verdicts) {
    trace::Json line = {{"expected", verdict.text}, {"verdict", VerdictName(verdict.kind)}};
    if (!verdict.seen.empty()) line["seen"] = verdict.seen;
    if (!verdict.stack.empty()) line["stack"] = verdict.stack;
    json["expectations"].push_back(std::move(line));
  }
  json["blocked"] = trace::Json::array();
  for (const BlockedThread& thread : result.outcome.blocked) {
    json["blocked"].push_back({{"thread", thread.name}, {"reason", thread.reason}});
  }
  json["events"] = trace::Json::array();
  for (const trace::Event& event : report.events) {
    json["events"].push_back(trace::EventToJson(event, kEventWords));
  }
  return json;
}

}  // namespace

std::string ReplayLine(const Scenario& scenario, const Schedule& schedule, const Console& console) {
  return absl::StrCat(console.program, " replay ", scenario.file, " --schedule ",
                      schedule.ToString());
}

void WriteJson(const trace::Json& document, std::ostream& out) {
  const auto text = [](const trace::Json& json) {
    return json.dump(-1, ' ', false, trace::Json::error_handler_t::replace);
  };
  const char* separator = "{\n";
  for (const auto& [key, value] : document.items()) {
    out << separator << text(key) << ": ";
    separator = ",\n";
    if (!value.is_array() || value.empty()) {
      out << text(value);
      continue;
    }
    const char* before = "[\n  ";
    for (const trace::Json& element : value) {
      out << before << text(element);
      before = ",\n  ";
    }
    out << "\n]";
  }
  out << "\n}\n";
}

void WriteVerdicts(const std::vector<Verdict>& verdicts, kernel::Time end_ns, Console* console) {
  const auto paint = [console](const char* color, absl::string_view text) {
    return Paint(color, text, *console);
  };
  std::ostream& out = console->out;
  size_t held = 0;
  size_t judged = 0;
  for (const Verdict& verdict : verdicts) {
    switch (verdict.kind) {
      case Verdict::Kind::kHeld:
        out << paint("32", "✓") << " " << verdict.text << "\n";
        WriteSeen(verdict, console);
        ++held;
        ++judged;
        break;
      case Verdict::Kind::kFailed:
        WriteFailed(verdict, console);
        ++judged;
        break;
      case Verdict::Kind::kNotJudged:
        out << paint("2", "–") << " " << verdict.text << "\n    not judged: " << verdict.seen
            << "\n";
        break;
    }
  }
  const bool all = verify::AllHeld(verdicts);
  out << "\n"
      << (all ? paint("32", "held") : paint("31", "failed")) << ": " << held << " of " << judged
      << " expectations held, in " << Milliseconds(end_ns) << " of virtual time\n";
}

void WriteFailed(const Verdict& verdict, Console* console) {
  console->out << Paint("31", "✗", *console) << " " << verdict.text << "\n";
  WriteSeen(verdict, console);
}

void WriteFailures(const ScenarioResult& result, Console* console) {
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.kind != Verdict::Kind::kFailed) continue;
    console->err << "drydock: failed: " << verdict.text << "; seen: " << verdict.seen << "\n";
  }
}

int WriteReport(const Report& report, bool json, Console* console) {
  if (json) {
    WriteJson(ToJson(report), console->out);
    WriteFailures(report.result, console);
  } else {
    WriteText(report, console);
  }
  return report.result.held() ? kHeld : kFailed;
}

}  // namespace drydock::cli
