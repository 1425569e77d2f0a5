/* words.h: lists of gates, what an interval says, and what an exit code says of verdicts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERDICT_WORDS_H
#define AS_VERDICT_WORDS_H

#include "../base/err.h"
#include "../model/verdicts.h"

#define AS_GATE_BIT(gate) (1u << (gate))
#define AS_GATES_MEASURED (AS_GATE_BIT(AS_GATE_TIME) | AS_GATE_BIT(AS_GATE_INSTRUCTIONS))
#define AS_GATES_ALL (2 * AS_GATE_BIT(AS_GATE_ORDER) - AS_GATE_BIT(AS_GATE_TIME))

/* Parses a comma-separated list of gates into a bit mask. On failure copies the first name that is not in `allowed` to
 * `wrong`. */
bool as_gates_parse(const char *list, unsigned allowed, unsigned *out, char wrong[40]);

typedef struct {
    double floor;  /* a smaller change is not called one: 0.01 */
    double margin; /* an interval within it is called same: 0.015 */
} as_bounds;

/* The kind that an estimate and its interval (natural logarithms) make: one of the first four. */
as_verdict_kind as_judge_kind(double estimate, double low, double high, as_bounds bounds);

/* The smallest change, as a share, that an interval so wide could have told from none. */
double as_judge_visible(double estimate, double low, double high, as_bounds bounds);

/* 1 when a case regressed or failed (`strict`: also when it is missing or new); 5 when one is inconclusive or missing;
 * else 0. */
as_exit as_verdict_exit(const as_verdict *rows, size_t count, bool strict);

#endif
