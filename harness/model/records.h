/* records.h: every column of every CSV file, once. Adding a column is adding a line here.
 * SPDX-License-Identifier: Apache-2.0
 * results/README.md is made from these lists (attnscope help columns) and a test holds it equal. */
#ifndef AS_MODEL_RECORDS_H
#define AS_MODEL_RECORDS_H

#include "../base/table.h"

/* Of a case. */
#define AS_STATUS_WORDS(W)                                                                                             \
    W(AS_STATUS_PLANNED, "planned")                                                                                    \
    W(AS_STATUS_OK, "ok")                                                                                              \
    W(AS_STATUS_SKIPPED, "skipped")                                                                                    \
    W(AS_STATUS_FAILED, "failed")                                                                                      \
    W(AS_STATUS_SUSPECT, "suspect")
AS_WORDS(as_status, AS_STATUS_WORDS);

/* What varies along a curve; of a surface two things do. Only fits have surfaces. */
#define AS_AXIS_WORDS(W)                                                                                               \
    W(AS_AXIS_LENGTH, "length")                                                                                        \
    W(AS_AXIS_CONTEXT, "context")                                                                                      \
    W(AS_AXIS_WIDTH, "width")                                                                                          \
    W(AS_AXIS_HEADS, "heads")                                                                                          \
    W(AS_AXIS_EDGES, "edges")                                                                                          \
    W(AS_AXIS_SURFACE, "length x width")
AS_WORDS(as_axis, AS_AXIS_WORDS);

#define AS_FIT_VERDICT_WORDS(W)                                                                                        \
    W(AS_FIT_CONFIRMED, "confirmed")                                                                                   \
    W(AS_FIT_REFUTED, "refuted")                                                                                       \
    W(AS_FIT_NOT_ENOUGH_RANGE, "not enough range")
AS_WORDS(as_fit_verdict, AS_FIT_VERDICT_WORDS);

#define AS_CROSSOVER_VERDICT_WORDS(W)                                                                                  \
    W(AS_CROSSOVER_CROSSES, "crosses")                                                                                 \
    W(AS_CROSSOVER_ALWAYS, "always")                                                                                   \
    W(AS_CROSSOVER_NONE, "none in range")                                                                              \
    W(AS_CROSSOVER_UNCLEAR, "unclear")
AS_WORDS(as_crossover_verdict, AS_CROSSOVER_VERDICT_WORDS);

/* One of a pair of curves. */
#define AS_CURVE_OF_PAIR_WORDS(W)                                                                                      \
    W(AS_CURVE_A, "a")                                                                                                 \
    W(AS_CURVE_B, "b")
AS_WORDS(as_curve_of_pair, AS_CURVE_OF_PAIR_WORDS);

/* What identifies a case and what a chart may vary. F is called as F(type, kind, name, help). */
#define AS_FACTOR_COLUMNS(F, t)                                                                                        \
    F(t, AS_TEXT, case_, "stable readable key of the case; joins the files")                                           \
    F(t, AS_TEXT, kernel, "mechanism/algorithm, and behind a colon its parameters where they are not the usual ones")  \
    F(t, AS_TEXT, params, "every parameter of the kernel with its value; empty where it has none")                     \
    F(t, AS_TEXT, mechanism, "attention, content, kernelised, convolution, mixing or layer")                           \
    F(t, AS_TEXT, pattern, "which keys a query sees, canonical text")                                                  \
    F(t, AS_TEXT, isa, "instruction set the kernel was built for")                                                     \
    F(t, AS_TEXT, dtype, "element type of the operands")                                                               \
    F(t, AS_COUNT, batch, "B")                                                                                         \
    F(t, AS_COUNT, heads, "H, query heads")                                                                            \
    F(t, AS_COUNT, kv_heads, "Hkv, key/value heads")                                                                   \
    F(t, AS_COUNT, length, "T, queries")                                                                               \
    F(t, AS_COUNT, context, "S, keys")                                                                                 \
    F(t, AS_COUNT, width, "D = H d")                                                                                   \
    F(t, AS_COUNT, head_dim, "d")                                                                                      \
    F(t, AS_COUNT, threads, "threads the kernel may use")                                                              \
    F(t, AS_TEXT, cache, "warm, or cold: operands evicted before every call")                                          \
    F(t, AS_TEXT, machine, "which one, where a folder was merged from several kinds; else empty")                      \
    F(t, AS_COUNT, edges,                                                                                              \
      "visible (query, key) pairs per head; the mean over heads where heads differ; where keys are chosen by "         \
      "content, "                                                                                                      \
      "those chosen on the inputs that were timed, and before that was counted what the pattern allows")

/* What a worker learns of a case as a whole: columns of cases.csv and of the worker's result. A new one is a row of the
 * second list, which stands at the end of cases.csv. Of several processes the largest value is kept, but where
 * sweep/order.c says otherwise. */
#define AS_LEARNT_0_1_COLUMNS(F, t)                                                                                    \
    F(t, AS_COUNT, workspace_peak_bytes, "workspace pages that the kernel really touched")                             \
    F(t, AS_COUNT, rss_peak_bytes, "largest resident size of a worker that measured the case")                         \
    F(t, AS_REAL, error_max, "largest absolute difference from the float64 oracle")                                    \
    F(t, AS_REAL, error_allowed, "what the kernel promises")                                                           \
    F(t, AS_REAL, mass_kept,                                                                                           \
      "mean share of dense attention's weight on the keys that were chosen by content, over the checked rows")
#define AS_LEARNT_0_2_COLUMNS(F, t) /* none yet */
#define AS_LEARNT_COLUMNS(F, t)                                                                                        \
    AS_LEARNT_0_1_COLUMNS(F, t)                                                                                        \
    AS_LEARNT_0_2_COLUMNS(F, t)

#define AS_CASE_COLUMNS(F, t)                                                                                          \
    AS_FACTOR_COLUMNS(F, t)                                                                                            \
    F(t, AS_COUNT, flops_useful, "what the mathematics asks for; 4 d E H B for softmax attention")                     \
    F(t, AS_COUNT, flops_executed, "what the kernel does, padding and masked work included")                           \
    F(t, AS_COUNT, flops_dense, "dense causal attention of the same shape")                                            \
    F(t, AS_COUNT, exps, "exponentials, counted apart from FLOPs")                                                     \
    F(t, AS_COUNT, bytes_min, "every operand moved once; with one query only the keys that it sees")                   \
    F(t, AS_COUNT, workspace_bytes, "workspace that the kernel asked for")                                             \
    F(t, AS_COUNT, memory_bytes, "operands and workspace together, as planned")                                        \
    F(t, AS_REAL, predicted_s, "seconds per call that the plan expected")                                              \
    AS_LEARNT_0_1_COLUMNS(F, t)                                                                                        \
    F(t, AS_TEXT, declared, "how the kernel says its cost grows in T: edges, T, T log T or T^2")                       \
    F(t, AS_WORD(as_status), status, "planned, ok, skipped, failed or suspect")                                        \
    F(t, AS_TEXT, reason, "why a case is not ok")                                                                      \
    AS_LEARNT_0_2_COLUMNS(F, t)

#define AS_SAMPLE_COLUMNS(F, t)                                                                                        \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_COUNT, process, "worker process, from 0, within the case")                                                 \
    F(t, AS_COUNT, batch, "batch within the process, from 0")                                                          \
    F(t, AS_COUNT, order, "place of the process in the seeded order over all cases")                                   \
    F(t, AS_COUNT, calls, "calls in the batch; the same for every batch of a process")                                 \
    F(t, AS_REAL, wall_ns, "wall time of the whole batch")                                                             \
    F(t, AS_REAL, cpu_ns, "CPU time of the worker over the batch")                                                     \
    F(t, AS_REAL, speed_index, "GFLOP/s of a fixed FMA loop, mean of just before and just after")                      \
    F(t, AS_REAL, issue_index, "instructions per ns of a loop of nops, the slower of just before and just after")      \
    F(t, AS_COUNT, minor_faults, "page faults inside the batch")                                                       \
    F(t, AS_COUNT, context_switches, "involuntary context switches inside the batch")                                  \
    F(t, AS_REAL, steal_ns, "CPU time that the hypervisor reports stolen from the whole machine")

#define AS_COUNTER_COLUMNS(F, t)                                                                                       \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_COUNT, process, "worker process")                                                                          \
    F(t, AS_COUNT, batch, "batch within the process")                                                                  \
    F(t, AS_TEXT, event, "event as its source names it")                                                               \
    F(t, AS_REAL, value, "count over the whole batch; empty where unavailable")                                        \
    F(t, AS_TEXT, source, "papi, perf or callgrind")                                                                   \
    F(t, AS_TEXT, status, "ok, or why there is no value")

#define AS_PHASE_COLUMNS(F, t)                                                                                         \
    F(t, AS_TEXT, case_, "the case; only kernels of more than one phase have rows")                                    \
    F(t, AS_COUNT, process, "worker process")                                                                          \
    F(t, AS_COUNT, batch, "batch of instrumented calls, from 0; they come after all samples of the process")           \
    F(t, AS_TEXT, phase, "name of the phase, as the kernel gives it")                                                  \
    F(t, AS_COUNT, once, "1: paid once for many calls, and no part of a sample; 0: part of every call")                \
    F(t, AS_COUNT, calls, "calls that the time is the sum of")                                                         \
    F(t, AS_REAL, wall_ns, "wall time of the phase in all these calls, with one reading of the clock per call")        \
    F(t, AS_REAL, clock_ns, "what one reading of the clock takes here; calls times this is to be taken off wall_ns")

/* What a worker answers last; no file. */
#define AS_RESULT_COLUMNS(F, t)                                                                                        \
    F(t, AS_TEXT, status, "ok, failed or interrupted")                                                                 \
    F(t, AS_TEXT, reason, "why it is not ok")                                                                          \
    F(t, AS_COUNT, checked, "1: the oracle agreed before and after timing")                                            \
    AS_LEARNT_COLUMNS(F, t)                                                                                            \
    F(t, AS_COUNT, chosen, "pairs chosen by content, over all heads and batch entries; empty: the pattern tells")      \
    F(t, AS_COUNT, edges, "of a call, as the pattern of the worker's build has them")                                  \
    F(t, AS_COUNT, flops_executed, "of a call, as the kernel of the worker's build states them")                       \
    F(t, AS_REAL, seconds, "that the visit took; noted by the parent")

#define AS_SHARE_COLUMNS(F, t)                                                                                         \
    AS_FACTOR_COLUMNS(F, t)                                                                                            \
    F(t, AS_TEXT, phase, "name of the phase; phases of one name are added up")                                         \
    F(t, AS_COUNT, once, "1: paid once for many calls")                                                                \
    F(t, AS_REAL, median_ns, "median over processes of the phase's time per call, the clock's own cost taken off")     \
    F(t, AS_REAL, median_low_ns, "order-statistic interval of that median, lower end")                                 \
    F(t, AS_REAL, median_high_ns, "upper end")                                                                         \
    F(t, AS_REAL, share, "median over processes of the phase's part of a call; empty for a phase that is paid once")   \
    F(t, AS_REAL, share_low, "its interval, lower end")                                                                \
    F(t, AS_REAL, share_high, "upper end")                                                                             \
    F(t, AS_COUNT, processes, "worker processes")

#define AS_SUMMARY_COLUMNS(F, t)                                                                                       \
    AS_FACTOR_COLUMNS(F, t)                                                                                            \
    F(t, AS_REAL, median_ns, "median over processes of each process's median time per call")                           \
    F(t, AS_REAL, median_low_ns, "order-statistic interval of that median, lower end")                                 \
    F(t, AS_REAL, median_high_ns, "upper end")                                                                         \
    F(t, AS_REAL, coverage, "probability that the interval holds the median")                                          \
    F(t, AS_REAL, min_ns, "fastest sample, per call")                                                                  \
    F(t, AS_REAL, mad_ns, "median absolute deviation of the samples from their median")                                \
    F(t, AS_COUNT, n, "samples")                                                                                       \
    F(t, AS_COUNT, processes, "worker processes")                                                                      \
    F(t, AS_COUNT, disturbed, "samples with a page fault, an involuntary switch or stolen time; none is deleted")      \
    F(t, AS_COUNT, slowed,                                                                                             \
      "samples while the core took in fewer instructions than it can (issue_index): shared, or a low clock; none is "  \
      "deleted")                                                                                                       \
    F(t, AS_REAL, full_ns,                                                                                             \
      "median over processes of each one's median time per call, of the samples that are not slowed")                  \
    F(t, AS_REAL, full_low_ns, "order-statistic interval of that median, lower end")                                   \
    F(t, AS_REAL, full_high_ns, "upper end")                                                                           \
    F(t, AS_REAL, gflops_useful, "useful FLOPs over the median")                                                       \
    F(t, AS_REAL, percent_of_roof, "of the measured roof of the same isa, dtype and threads")                          \
    F(t, AS_REAL, intensity, "useful FLOPs per byte of bytes_min")                                                     \
    F(t, AS_REAL, gbs_min, "GB/s: bytes_min over the median")                                                          \
    F(t, AS_REAL, percent_of_bandwidth,                                                                                \
      "gbs_min of the measured read bandwidth of the cache level (or memory) that the operands fit; one thread only")  \
    F(t, AS_REAL, ns_per_edge, "median over edges of all heads and batch entries")                                     \
    F(t, AS_REAL, speedup, "dense reference's median over this median, same shape")                                    \
    F(t, AS_TEXT, reference, "key of the dense reference: the fastest case of pattern causal")                         \
    F(t, AS_COUNT, workspace_peak_bytes, "workspace pages that the kernel really touched")                             \
    F(t, AS_REAL, mass_kept, "mean share of dense attention's weight on the keys chosen by content")                   \
    F(t, AS_WORD(as_status), status, "ok, suspect, failed or skipped")                                                 \
    F(t, AS_TEXT, reason, "why a case is not ok")                                                                      \
    F(t, AS_REAL, roof_gflops, "GFLOP/s that percent_of_roof is a share of")                                           \
    F(t, AS_REAL, roof_gbs, "GB/s that percent_of_bandwidth is a share of")

#define AS_FIT_COLUMNS(F, t)                                                                                           \
    F(t, AS_TEXT, curve, "what is held fixed along the curve")                                                         \
    F(t, AS_TEXT, kernel, "mechanism/algorithm")                                                                       \
    F(t, AS_TEXT, pattern, "canonical text")                                                                           \
    F(t, AS_WORD(as_axis), axis, "what varies: length, context, width, heads or edges; length x width for a surface")  \
    F(t, AS_TEXT, quantity,                                                                                            \
      "what grows: time (the median in ns), edges or flops_executed (per call, as planned), or a counted event (per "  \
      "call)")                                                                                                         \
    F(t, AS_COUNT, points, "points on the curve")                                                                      \
    F(t, AS_REAL, from, "smallest x")                                                                                  \
    F(t, AS_REAL, to, "largest x")                                                                                     \
    F(t, AS_REAL, tail_slope, "slope of log y against log x over the upper half of the range")                         \
    F(t, AS_REAL, tail_low, "its 95 % interval from resampling processes")                                             \
    F(t, AS_REAL, tail_high, "upper end")                                                                              \
    F(t, AS_TEXT, declared, "how the kernel says its cost grows in T; empty where that says nothing of this axis")     \
    F(t, AS_REAL, expected_slope, "what the declared growth comes to over the same points as the tail slope")          \
    F(t, AS_WORD(as_fit_verdict), verdict,                                                                             \
      "confirmed, refuted or not enough range: the interval beside expected_slope +- 0.15")                            \
    F(t, AS_TEXT, growth, "the class of growth that every other one is clearly worse than (AICc), or ambiguous")       \
    F(t, AS_TEXT, candidates,                                                                                          \
      "where ambiguous: a power that is no class, where one fits as well, and the classes that the points leave, "     \
      "best first")                                                                                                    \
    F(t, AS_REAL, growth_a, "coefficient of the first term of the best class; ns, edges or FLOPs; log is of base 2")   \
    F(t, AS_REAL, growth_b, "coefficient of its second term; empty where there is one term")                           \
    F(t, AS_REAL, step_at, "the best class has a step beyond this x, as where a cache is left; empty: none")           \
    F(t, AS_REAL, step, "the factor by which that step lengthens every time beyond it")                                \
    F(t, AS_REAL, residual, "root mean square of the relative errors of the best class")                               \
    F(t, AS_TEXT, local_slopes, "slopes from each x to the next")                                                      \
    F(t, AS_REAL, l2_at, "x at which operands and workspace outgrow the L2 cache; empty: not within the range")        \
    F(t, AS_REAL, l3_at, "the same for the L3 cache")

#define AS_CROSSOVER_COLUMNS(F, t)                                                                                     \
    F(t, AS_WORD(as_axis), axis, "what varies: length, context, width or heads")                                       \
    F(t, AS_TEXT, curve, "what is held fixed along both curves")                                                       \
    F(t, AS_TEXT, kernel_a, "the one; dense where it is the fastest dense attention at each x")                        \
    F(t, AS_TEXT, pattern_a, "its pattern")                                                                            \
    F(t, AS_TEXT, isa_a, "its instruction set; empty for dense")                                                       \
    F(t, AS_TEXT, kernel_b, "the other")                                                                               \
    F(t, AS_TEXT, pattern_b, "its pattern")                                                                            \
    F(t, AS_TEXT, isa_b, "its instruction set")                                                                        \
    F(t, AS_COUNT, points, "x that both were measured at")                                                             \
    F(t, AS_REAL, from, "smallest of them")                                                                            \
    F(t, AS_REAL, to, "largest of them")                                                                               \
    F(t, AS_WORD(as_crossover_verdict), verdict,                                                                       \
      "crosses; always: b is faster from end to end; none in range: b is nowhere faster; unclear: within the noise")   \
    F(t, AS_WORD(as_curve_of_pair), beyond, "which one is faster beyond the crossing: a or b")                         \
    F(t, AS_REAL, at, "x of the crossing, on the lines between the medians in logarithms")                             \
    F(t, AS_REAL, at_low, "its 95 % interval from resampling processes; empty where that end lies outside the range")  \
    F(t, AS_REAL, at_high, "upper end")                                                                                \
    F(t, AS_REAL, ratio_from, "time of a over time of b at the smallest x")                                            \
    F(t, AS_REAL, ratio_to, "the same at the largest x")

/* What apply answers and choose reads again. */
#define AS_APPLY_COLUMNS(F, t)                                                                                         \
    F(t, AS_TEXT, kernel, "mechanism/algorithm, and its parameters where they are not the usual ones")                 \
    F(t, AS_TEXT, isa, "instruction set of the build that ran")                                                        \
    F(t, AS_TEXT, pattern, "canonical text")                                                                           \
    F(t, AS_TEXT, dense, "what dense means here: causal or full")                                                      \
    F(t, AS_TEXT, dtype, "what the kernel worked on; sums are float32 or wider")                                       \
    F(t, AS_COUNT, batch, "B")                                                                                         \
    F(t, AS_COUNT, heads, "H")                                                                                         \
    F(t, AS_COUNT, kv_heads, "Hkv")                                                                                    \
    F(t, AS_COUNT, length, "T, queries")                                                                               \
    F(t, AS_COUNT, context, "S, keys")                                                                                 \
    F(t, AS_COUNT, head_dim, "d")                                                                                      \
    F(t, AS_COUNT, threads, "threads that the kernel may use")                                                         \
    F(t, AS_REAL, scale, "what multiplies q.k")                                                                        \
    F(t, AS_COUNT, edges, "visible (query, key) pairs per head")                                                       \
    F(t, AS_COUNT, calls, "timed calls, after one to warm up")                                                         \
    F(t, AS_REAL, seconds, "median of the timed calls")                                                                \
    F(t, AS_REAL, seconds_min, "fastest call")                                                                         \
    F(t, AS_REAL, prepare_seconds, "what is paid once for many calls; missing where there is nothing of the kind")     \
    F(t, AS_COUNT, rows, "rows of the output: B x H x T")                                                              \
    F(t, AS_COUNT, rows_checked, "rows that the figures below are about, drawn by seed")                               \
    F(t, AS_REAL, error_max, "largest distance from the float64 oracle; inf where only one of the two is a number")    \
    F(t, AS_REAL, error_allowed, "the kernel's promise, for arrays of this size of numbers")                           \
    F(t, AS_REAL, dense_error_max, "largest distance from dense attention")                                            \
    F(t, AS_REAL, mass_kept_mean, "share of the dense softmax weight that the pattern shows, mean over rows")          \
    F(t, AS_REAL, mass_kept_min, "the same, worst row")                                                                \
    F(t, AS_TEXT, mass_worst_row, "that row, as batch/head/query, from 0")                                             \
    F(t, AS_TEXT, verdict, "ok, or bad: error_max is above error_allowed")

AS_RECORD(as_case, AS_CASE_COLUMNS);
AS_RECORD(as_sample, AS_SAMPLE_COLUMNS);
AS_RECORD(as_counter, AS_COUNTER_COLUMNS);
AS_RECORD(as_phase_time, AS_PHASE_COLUMNS);
AS_RECORD(as_result, AS_RESULT_COLUMNS);
AS_RECORD(as_share, AS_SHARE_COLUMNS);
AS_RECORD(as_summary, AS_SUMMARY_COLUMNS);
AS_RECORD(as_fit, AS_FIT_COLUMNS);
AS_RECORD(as_crossover, AS_CROSSOVER_COLUMNS);
AS_RECORD(as_applied, AS_APPLY_COLUMNS);

extern const as_schema as_case_schema, as_sample_schema, as_counter_schema, as_phase_schema, as_summary_schema,
    as_share_schema, as_fit_schema, as_crossover_schema, as_result_schema, as_applied_schema;
/* AS_LEARNT_COLUMNS as fields of as_result, and as those of as_case: the same columns in one order. */
extern const as_schema as_learnt_schema, as_learnt_case_schema;

#endif
