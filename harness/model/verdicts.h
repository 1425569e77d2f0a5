/* verdicts.h: what two builds, or two folders, are found to be: one row a case, and the turns that a duel's rows rest
 * on. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_VERDICTS_H
#define AS_MODEL_VERDICTS_H

#include "../base/table.h"

#define AS_VERDICT_WORDS(W)                                                                                            \
    W(AS_REGRESSED, "regressed")                                                                                       \
    W(AS_IMPROVED, "improved")                                                                                         \
    W(AS_SAME, "same")                                                                                                 \
    W(AS_INCONCLUSIVE, "inconclusive")                                                                                 \
    W(AS_MISSING, "missing") /* the new build lacks the case */                                                        \
    W(AS_NEW, "new")         /* the base lacks it */                                                                   \
    W(AS_FAILED, "failed")
AS_WORDS(as_verdict_kind, AS_VERDICT_WORDS);

/* What a verdict rests on. */
#define AS_GATE_WORDS(W)                                                                                               \
    W(AS_GATE_TIME, "time")                                                                                            \
    W(AS_GATE_INSTRUCTIONS, "instructions")                                                                            \
    W(AS_GATE_FLOPS, "flops")                                                                                          \
    W(AS_GATE_WORKSPACE, "workspace")                                                                                  \
    W(AS_GATE_ACCURACY, "accuracy")                                                                                    \
    W(AS_GATE_ORDER, "order")
AS_WORDS(as_gate, AS_GATE_WORDS);

#define AS_TURN_COLUMNS(F, t)                                                                                          \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_TEXT, phase, "first, or confirm: fresh processes in reversed order")                                       \
    F(t, AS_COUNT, process, "pair of worker processes, from 0, within the phase")                                      \
    F(t, AS_COUNT, turn, "pair of turns within the pair of processes, from 0")                                         \
    F(t, AS_TEXT, other, "whose turn is held against the base's: new, or copy, a copy of the base: the control")       \
    F(t, AS_TEXT, led, "who went first: base or other")                                                                \
    F(t, AS_COUNT, calls, "calls in each of the two turns")                                                            \
    F(t, AS_COUNT, base_ns, "wall time of the base's turn, less what it waited for a CPU")                             \
    F(t, AS_COUNT, other_ns, "the same of the other's turn")                                                           \
    F(t, AS_TEXT, status, "ok; failed, ended or interrupted where a pair of processes gave no turns")                  \
    F(t, AS_TEXT, reason, "why it gave none")

#define AS_EXACT_COLUMNS(F, t)                                                                                         \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_TEXT, side, "base or new")                                                                                 \
    F(t, AS_TEXT, status, "ok; failed: wrong, crashed or hung in its check; lacking: this build has no such kernel")   \
    F(t, AS_COUNT, edges,                                                                                              \
      "pairs that a query sees, over all heads of a batch entry; of keys chosen by content those chosen")              \
    F(t, AS_COUNT, flops_executed, "of a call, as this build's kernel states it")                                      \
    F(t, AS_COUNT, workspace_peak_bytes, "workspace pages that a call really touched")                                 \
    F(t, AS_REAL, error_max, "largest absolute difference from the float64 oracle")                                    \
    F(t, AS_REAL, error_allowed, "what this build's kernel promises")                                                  \
    F(t, AS_COUNT, instructions, "of a call, as callgrind counts them; empty where not asked for or not counted")      \
    F(t, AS_TEXT, counted_isa,                                                                                         \
      "instruction set of the build that was counted: the best of the kernel's that valgrind runs")                    \
    F(t, AS_TEXT, uncounted, "why instructions are empty")                                                             \
    F(t, AS_TEXT, reason, "why the status is not ok")

#define AS_VERDICT_COLUMNS(F, t)                                                                                       \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_WORD(as_verdict_kind), verdict, "regressed, improved, same, inconclusive, missing, new or failed")         \
    F(t, AS_REAL, ratio, "new over base: of time, Hodges-Lehmann; of what the gate counts")                            \
    F(t, AS_REAL, ratio_low, "its interval, lower end; of a count the count itself")                                   \
    F(t, AS_REAL, ratio_high, "upper end")                                                                             \
    F(t, AS_REAL, visible,                                                                                             \
      "smallest change that could have been seen, as a share: 0.02 is 2 %; the other gates are exact")                 \
    F(t, AS_WORD(as_gate), gate,                                                                                       \
      "what the verdict rests on: time, instructions, flops, workspace, accuracy or order; empty: missing or new")     \
    F(t, AS_REAL, p, "exact two-sided probability of such turns when both are alike, before any correction")           \
    F(t, AS_COUNT, turns, "pairs of turns (compare: processes of base)")                                               \
    F(t, AS_COUNT, processes, "pairs of processes (compare: processes of new)")                                        \
    F(t, AS_REAL, control_ratio, "a copy of base over base, in the same turns; 1 when all is well")                    \
    F(t, AS_REAL, control_low, "its interval, lower end")                                                              \
    F(t, AS_REAL, control_high, "upper end")                                                                           \
    F(t, AS_TEXT, reason, "why the verdict is not another one")

/* What was done to the new build of a trial duel, and what else the machine did. */
#define AS_INJECTED_COLUMNS(F, t)                                                                                      \
    F(t, AS_TEXT, injected,                                                                                            \
      "none; work, arithmetic, memory or alignment: what each call of the new side does besides; instructions: the "   \
      "same, "                                                                                                         \
      "counted by callgrind and not timed")                                                                            \
    F(t, AS_REAL, share, "how much, as a share of a call's time; below 0 it is the base that does it")                 \
    F(t, AS_TEXT, load, "none; bursts: another process loads another CPU, on and off")

#define AS_TRIAL_COLUMNS(F, t)                                                                                         \
    AS_INJECTED_COLUMNS(F, t)                                                                                          \
    F(t, AS_COUNT, trial, "from 0; also the seed")                                                                     \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_WORD(as_verdict_kind), verdict, "as in verdicts.csv")                                                      \
    F(t, AS_REAL, ratio, "time of new over time of base")                                                              \
    F(t, AS_REAL, ratio_low, "its interval, lower end")                                                                \
    F(t, AS_REAL, ratio_high, "upper end")                                                                             \
    F(t, AS_REAL, control_low, "a copy of base over base: the interval's lower end")                                   \
    F(t, AS_REAL, control_high, "upper end")                                                                           \
    F(t, AS_COUNT, processes, "pairs of processes")                                                                    \
    F(t, AS_REAL, seconds, "that the duel took, its confirmation included")                                            \
    F(t, AS_TEXT, build, "commit of the program")                                                                      \
    F(t, AS_TEXT, reason, "why the verdict is not another one")

#define AS_POWER_COLUMNS(F, t)                                                                                         \
    AS_INJECTED_COLUMNS(F, t)                                                                                          \
    F(t, AS_COUNT, duels, "trials")                                                                                    \
    F(t, AS_COUNT, flagged, "in the direction of what was injected; where nothing was, in either")                     \
    F(t, AS_REAL, flagged_low, "share that is flagged: lower end of its 95 % interval (Clopper-Pearson)")              \
    F(t, AS_REAL, flagged_high, "upper end")                                                                           \
    F(t, AS_COUNT, opposite, "flagged in the other direction")                                                         \
    F(t, AS_COUNT, inconclusive, "neither flagged nor passed")                                                         \
    F(t, AS_COUNT, passed, "called same")                                                                              \
    F(t, AS_COUNT, failed, "not measured")                                                                             \
    F(t, AS_REAL, ratio, "median of the trials' ratios")                                                               \
    F(t, AS_REAL, seconds, "mean of a duel")                                                                           \
    F(t, AS_REAL, seconds_max, "of the longest")

#define AS_HISTORY_COLUMNS(F, t)                                                                                       \
    F(t, AS_TEXT, case_, "the case")                                                                                   \
    F(t, AS_TEXT, result, "the result folder")                                                                         \
    F(t, AS_TEXT, date, "when it was made, UTC")                                                                       \
    F(t, AS_TEXT, commit, "the build that was measured there")                                                         \
    F(t, AS_REAL, ratio, "its time over that of the pinned build; empty where the case has none there")                \
    F(t, AS_REAL, ratio_low, "its interval, lower end")                                                                \
    F(t, AS_REAL, ratio_high, "upper end")                                                                             \
    F(t, AS_REAL, level, "median ratio of the results between the change before and the one after")                    \
    F(t, AS_REAL, change, "in the first result after a change: the new level over the old one, Hodges-Lehmann")        \
    F(t, AS_REAL, change_low, "its 95 % interval, lower end")                                                          \
    F(t, AS_REAL, change_high, "upper end")                                                                            \
    F(t, AS_TEXT, reason, "why there is no ratio")

AS_RECORD(as_turn, AS_TURN_COLUMNS);
AS_RECORD(as_verdict, AS_VERDICT_COLUMNS);
AS_RECORD(as_exact, AS_EXACT_COLUMNS);
AS_RECORD(as_history, AS_HISTORY_COLUMNS);
AS_RECORD(as_trial, AS_TRIAL_COLUMNS);
AS_RECORD(as_power, AS_POWER_COLUMNS);

extern const as_schema as_turn_schema, as_verdict_schema, as_exact_schema, as_history_schema, as_trial_schema,
    as_power_schema;

#endif
