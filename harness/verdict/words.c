/* words.c: lists of gates, and the rules that turn an interval into a verdict and verdicts into an
 * exit code. SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool as_gates_parse(const char *list, unsigned allowed, unsigned *out, char wrong[40])
{
    for (*out = 0;;) {
        const size_t length = strcspn(list, ",");
        const int gate = as_word_find(&as_gate_words, list, length);
        const unsigned bit = gate == AS_NO_WORD ? 0 : AS_GATE_BIT(gate) & allowed;
        if (!bit) {
            snprintf(wrong, 40, "%.*s", (int)(length < 39 ? length : 39), list);
            return false;
        }
        *out |= bit;
        if (!list[length])
            return true;
        list += length + 1;
    }
}

as_verdict_kind as_judge_kind(double estimate, double low, double high, as_bounds b)
{
    const double floor = log1p(b.floor), margin = log1p(b.margin);
    if (!isfinite(estimate) || !isfinite(low) || !isfinite(high))
        return AS_INCONCLUSIVE;
    if (low > 0 && estimate > floor)
        return AS_REGRESSED;
    if (high < 0 && estimate < -floor)
        return AS_IMPROVED;
    return low >= -margin && high <= margin ? AS_SAME : AS_INCONCLUSIVE;
}

double as_judge_visible(double estimate, double low, double high, as_bounds b)
{
    if (!isfinite(estimate) || !isfinite(low) || !isfinite(high))
        return (double)NAN;
    return fmax(b.floor, expm1(fmax(estimate - low, high - estimate)));
}

as_exit as_verdict_exit(const as_verdict *rows, size_t count, bool strict)
{
    as_exit code = AS_EXIT_OK;
    for (size_t i = 0; i < count; i++) {
        const as_verdict_kind v = rows[i].verdict;
        if (v == AS_REGRESSED || v == AS_FAILED || (strict && (v == AS_MISSING || v == AS_NEW)))
            return AS_EXIT_BAD;
        if (v == AS_INCONCLUSIVE || v == AS_MISSING)
            code = AS_EXIT_INCONCLUSIVE;
    }
    return code;
}
