/* records.c: the words and the schemas of records.h, one line each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

AS_WORDS_LIST(as_status, AS_STATUS_WORDS);
AS_WORDS_LIST(as_axis, AS_AXIS_WORDS);
AS_WORDS_LIST(as_fit_verdict, AS_FIT_VERDICT_WORDS);
AS_WORDS_LIST(as_crossover_verdict, AS_CROSSOVER_VERDICT_WORDS);
AS_WORDS_LIST(as_curve_of_pair, AS_CURVE_OF_PAIR_WORDS);

AS_SCHEMA(as_case_schema, as_case, AS_CASE_COLUMNS, "cases.csv", "a case");
AS_SCHEMA(as_sample_schema, as_sample, AS_SAMPLE_COLUMNS, "samples.csv", "a timed batch of calls in one process");
AS_SCHEMA(as_counter_schema, as_counter, AS_COUNTER_COLUMNS, "counters.csv", "an event over one batch");
AS_SCHEMA(as_phase_schema, as_phase_time, AS_PHASE_COLUMNS, "phases.csv",
          "a phase of a kernel in one batch of instrumented calls");
AS_SCHEMA(as_summary_schema, as_summary, AS_SUMMARY_COLUMNS, "summary.csv", "a case with its statistics");
AS_SCHEMA(as_share_schema, as_share, AS_SHARE_COLUMNS, "shares.csv", "a phase of a case with its statistics");
AS_SCHEMA(as_fit_schema, as_fit, AS_FIT_COLUMNS, "fits.csv", "a fitted curve");
AS_SCHEMA(as_crossover_schema, as_crossover, AS_CROSSOVER_COLUMNS, "crossovers.csv", "a pair of curves of one shape");
AS_SCHEMA(as_applied_schema, as_applied, AS_APPLY_COLUMNS, "apply.csv", "one kernel applied to the user's arrays");
AS_SCHEMA(as_result_schema, as_result, AS_RESULT_COLUMNS, NULL, "a worker's result");
AS_SCHEMA(as_learnt_schema, as_result, AS_LEARNT_COLUMNS, NULL, "what a worker learns of a case");
AS_SCHEMA(as_learnt_case_schema, as_case, AS_LEARNT_COLUMNS, NULL, "the same, kept in its row");
