/* words.c: the names of verdicts and gates, and the rules that turn an interval into a verdict and verdicts into an
 * exit code. SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const gate_names[AS_GATE_COUNT] = {"time",      "instructions", "flops",
                                                      "workspace", "accuracy",     "order"};

const char *as_verdict_name(as_verdict_kind kind)
{
    static const char *const names[] = {"regressed", "improved", "same", "inconclusive", "missing", "new", "failed"};
    return names[kind];
}

const char *as_gate_name(as_gate gate) { return gate_names[gate]; }

static unsigned gate_bit(const char *name, size_t length)
{
    for (int gate = 0; gate < AS_GATE_COUNT; gate++)
        if (strlen(gate_names[gate]) == length && !strncmp(gate_names[gate], name, length))
            return AS_GATE_BIT(gate);
    return 0;
}

bool as_gates_parse(const char *list, unsigned allowed, unsigned *out, char wrong[40])
{
    for (*out = 0;;) {
        const size_t length = strcspn(list, ",");
        const unsigned bit = gate_bit(list, length) & allowed;
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
        const char *v = rows[i].verdict;
        if (!strcmp(v, "regressed") || !strcmp(v, "failed") || (strict && (!strcmp(v, "missing") || !strcmp(v, "new"))))
            return AS_EXIT_BAD;
        if (!strcmp(v, "inconclusive") || !strcmp(v, "missing"))
            code = AS_EXIT_INCONCLUSIVE;
    }
    return code;
}
