/* verdicts.c: the words and the schemas of verdicts.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdicts.h"

AS_WORDS_LIST(as_verdict_kind, AS_VERDICT_WORDS);
AS_WORDS_LIST(as_gate, AS_GATE_WORDS);

AS_SCHEMA(as_turn_schema, as_turn, AS_TURN_COLUMNS, "turns.csv", "a pair of turns of a duel");
AS_SCHEMA(as_verdict_schema, as_verdict, AS_VERDICT_COLUMNS, "verdicts.csv", "a case's verdict");
AS_SCHEMA(as_exact_schema, as_exact, AS_EXACT_COLUMNS, "exact.csv",
          "what a build does in a case of a duel, counted and not timed");
AS_SCHEMA(as_trial_schema, as_trial, AS_TRIAL_COLUMNS, "trials.csv",
          "a duel of the program with itself, with a known share of work injected");
AS_SCHEMA(as_power_schema, as_power, AS_POWER_COLUMNS, "power.csv",
          "what duels made of one injection: `self-test --power`");
AS_SCHEMA(as_history_schema, as_history, AS_HISTORY_COLUMNS, "history.csv", "a case in one of many results");
