// The picture of `drydock bench gate`, as SVG.
#include "cli/bench_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace drydock::cli {
namespace {

using trace::Json;

constexpr double kPanelWidth = 380;
constexpr double kPanelHeight = 260;
constexpr double kMargin = 56;
constexpr double kLegendLine = 18;

// Also distinct with the common colour blindnesses. When the colours repeat, the dashes differ.
constexpr std::array<const char*, 8> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                 "#e69f00", "#56b4e9", "#000000", "#999999"};

struct Panel {
  double hold_ns;
  // By contender, in order of appearance; each a line from (threads, per second).
  std::vector<std::pair<std::string, std::map<int, double>>> lines;
};

std::vector<Panel> PanelsOf(const Json& rows) {
  std::vector<Panel> panels;
  for (const Json& row : rows) {
    const double hold = row["hold_ns"].get<double>();
    auto panel = std::find_if(panels.begin(), panels.end(),
                              [hold](const Panel& p) { return p.hold_ns == hold; });
    if (panel == panels.end()) panel = panels.insert(panels.end(), {hold, {}});
    const std::string what = row["what"].get<std::string>();
    auto line = std::find_if(panel->lines.begin(), panel->lines.end(),
                             [&what](const auto& l) { return l.first == what; });
    if (line == panel->lines.end()) line = panel->lines.insert(panel->lines.end(), {what, {}});
    line->second[row["threads"].get<int>()] = row["per_second"].get<double>();
  }
  return panels;
}

std::string Style(size_t line) {
  return absl::StrCat("stroke=\"", kColours[line % kColours.size()], "\"",
                      line >= kColours.size() ? " stroke-dasharray=\"5 3\"" : "");
}

// Threads and throughput are on logarithmic scales.
void AddPanel(const Panel& panel, double left, double top, std::string* svg) {
  double least = 1e18, most = 1;
  int threads_most = 2;
  for (const auto& [what, points] : panel.lines) {
    for (const auto& [threads, rate] : points) {
      least = std::min(least, std::max(rate, 1.0));
      most = std::max(most, rate);
      threads_most = std::max(threads_most, threads);
    }
  }
  const double low = std::floor(std::log10(least));
  const double high = std::max(std::ceil(std::log10(most)), low + 1);
  const double width = kPanelWidth - kMargin - 16;
  const double height = kPanelHeight - 64;
  const auto x = [&](int threads) {
    return left + kMargin + width * std::log2(threads) / std::log2(threads_most);
  };
  const auto y = [&](double rate) {
    return top + 32 + height * (high - std::log10(std::max(rate, 1.0))) / (high - low);
  };
  absl::StrAppendFormat(svg,
                        "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\">hold %.0f ns</text>\n",
                        left + kMargin, top + 18, panel.hold_ns);
  for (double decade = low; decade <= high; ++decade) {
    const double at = y(std::pow(10, decade));
    absl::StrAppendFormat(svg,
                          "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#dddddd\"/>"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">1e%.0f/s</text>\n",
                          left + kMargin, at, width, left + kMargin - 6, at + 4, decade);
  }
  for (int threads = 1; threads <= threads_most; threads *= 2) {
    absl::StrAppendFormat(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d</text>\n",
                          x(threads), top + 32 + height + 18, threads);
  }
  for (size_t i = 0; i < panel.lines.size(); ++i) {
    absl::StrAppend(svg, "<polyline fill=\"none\" stroke-width=\"2\" ", Style(i), " points=\"");
    for (const auto& [threads, rate] : panel.lines[i].second) {
      absl::StrAppendFormat(svg, "%.1f,%.1f ", x(threads), y(rate));
    }
    absl::StrAppend(svg, "\"/>\n");
  }
}

}  // namespace

std::string PlotOfGate(const Json& document) {
  const std::vector<Panel> panels =
      PanelsOf(document.contains("contention") ? document["contention"] : document["virtual"]);
  const double rows = std::ceil(static_cast<double>(panels.size()) / 2);
  const double legend = panels.empty() ? 0 : static_cast<double>(panels[0].lines.size());
  const double width = 2 * kPanelWidth;
  const double height = rows * kPanelHeight + (legend / 2 + 1) * kLegendLine + 16;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" "
      "fill=\"white\"/>\n",
      width, height);
  for (size_t i = 0; i < panels.size(); ++i) {
    AddPanel(panels[i], static_cast<double>(i % 2) * kPanelWidth,
             static_cast<double>(i / 2) * kPanelHeight, &svg);
  }
  for (size_t i = 0; !panels.empty() && i < panels[0].lines.size(); ++i) {
    const double left = 16 + static_cast<double>(i % 2) * kPanelWidth;
    const double at = rows * kPanelHeight + static_cast<double>(i / 2 + 1) * kLegendLine;
    absl::StrAppendFormat(&svg,
                          "<path d=\"M%.1f %.1fh28\" stroke-width=\"2\" %s/>"
                          "<text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                          left, at - 4, Style(i), left + 36, at, panels[0].lines[i].first);
  }
  absl::StrAppend(&svg, "</svg>\n");
  return svg;
}

}  // namespace drydock::cli
