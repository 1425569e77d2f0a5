/* export.h: the findings in the formats of tools that watch benchmarks over time.
 * SPDX-License-Identifier: Apache-2.0
 *
 * gab        github-action-benchmark, tool customSmallerIsBetter: a JSON array of {name, unit, value, range, extra}
 * bencher    Bencher Metric Format (bencher.dev/docs/reference/bencher-metric-format): {name: {latency: {value,
 * lower_value, upper_value}}}, ns benchstat  the Go benchmark format (golang.org/design/14313-benchmark-format) as
 * golang.org/x/perf/benchfmt reads it: a line for each worker process, so that benchstat's test has the right unit;
 * factors as key=value parts of the name
 *
 * A case that is not ok is in none of them: they have no place for a case without a time. benchmark.json, which every
 * result folder holds, is the format of Google Benchmark. */
#ifndef AS_ANALYSE_EXPORT_H
#define AS_ANALYSE_EXPORT_H

#include "analyse.h"

#define AS_EXPORT_FORMATS "gab|bencher|benchstat"

bool as_export(const char *format, const as_findings *findings, as_text *out, as_err *err);

#endif
