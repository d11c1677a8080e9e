// cli/bench_plot.h
//
// What `drydock bench gate` measured, as a picture.
#ifndef DRYDOCK_CLI_BENCH_PLOT_H_
#define DRYDOCK_CLI_BENCH_PLOT_H_

#include <string>

#include "trace/json.h"

namespace drydock::cli {

// An SVG document: throughput by number of threads, a panel for each hold time; of the host's
// contenders, or, if none were measured, of the mixes in virtual time.
std::string PlotOfGate(const trace::Json& document);

}  // namespace drydock::cli

#endif  // DRYDOCK_CLI_BENCH_PLOT_H_
