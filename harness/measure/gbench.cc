/* gbench.cc: the one file that speaks to Google Benchmark (1.6 and later).
 * SPDX-License-Identifier: Apache-2.0
 * Every loop is a registered benchmark of its own, run and forgotten at once, so that a sample reaches its file as soon
 * as it was taken: with Repetitions(n) all n would be reported together at the end, and a crash would lose them. */
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace
{

// Keeps what a run measured and prints nothing.
class Keeper : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            if (run.run_type != Run::RT_Iteration)
                continue;
            timed.calls = static_cast<uint64_t>(run.iterations);
            timed.wall_s = run.real_accumulated_time;
            timed.cpu_s = run.cpu_accumulated_time;
        }
    }
    as_timed timed = {0, 0, 0};
};

void body(benchmark::State &state, const as_loop *loop, bool hooks)
{
    void (*call)(void *) = loop->call;
    void *argument = loop->state;
    if (hooks && loop->before)
        loop->before(argument);
    for (auto _ : state)
        call(argument);
    if (hooks && loop->after)
        loop->after(argument);
}

// calls == 0: as many as last min_s.
as_timed run(const as_loop *loop, uint64_t calls, double min_s)
{
    Keeper keeper;
    const bool hooks = calls != 0;
    benchmark::ClearRegisteredBenchmarks();
    auto *made =
        benchmark::RegisterBenchmark("batch", [loop, hooks](benchmark::State &state) { body(state, loop, hooks); });
    made->UseRealTime()->MeasureProcessCPUTime()->Repetitions(1);
    if (calls)
        made->Iterations(static_cast<int64_t>(calls));
    else
        made->MinTime(min_s);
    benchmark::RunSpecifiedBenchmarks(&keeper);
    benchmark::ClearRegisteredBenchmarks();
    return keeper.timed;
}

} // namespace

uint64_t as_gbench_calibrate(const as_loop *loop, double min_s) { return run(loop, 0, min_s).calls; }

bool as_gbench_time(const as_loop *loop, uint64_t calls, as_timed *out)
{
    *out = run(loop, calls, 0);
    return out->calls == calls;
}
