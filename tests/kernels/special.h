/* special.h: NaN, infinities and denormals in the operands of an attention kernel, against the float64 oracle and by
 * law. SPDX-License-Identifier: Apache-2.0
 *
 * The law: one special element of q reaches its own row, one of k or v the rows that see the key; such rows agree with
 * the oracle (NaN where it has NaN, the same infinity where it has one), all others are what they are without it, bit
 * by bit. One exemption: a value that a row does not see may reach it as 0 x NaN or 0 x infinity, because tiles and
 * BLAS multiply hidden values by weights of 0; rows that do not see the key are therefore not looked at after a change
 * of v. */
#ifndef TEST_SPECIAL_H
#define TEST_SPECIAL_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/bench/bench.h"
#include "../../harness/model/problem.h"
#include "../../kernels/api/registry.h"

enum { SP_H = 2, SP_T = 75, SP_D = 24, SP_N = SP_H * SP_T * SP_D, SP_AT = 20, SP_COLUMN = 3, SP_DENORMAL = 1 << 7 };

typedef struct {
    const as_entry *entry;
    as_problem p;
    float x[3][SP_N]; /* q, k, v */
    float clean[SP_N], o[SP_N];
    char *why;
    size_t cap;
} special;

static bool special_run(special *s, float *o)
{
    as_bench b;
    as_bench_describe(&b, s->entry->kernel, &s->p);
    const bool ok = as_bench_allocate(&b, AS_BUFFER_AT_END | AS_BUFFER_NO_HUGE, NULL);
    if (ok) {
        as_bench_fill(&b, 0);
        for (size_t i = 0; i < 3; i++)
            memcpy(b.data[i], s->x[i], sizeof s->x[i]);
        as_bench_run_all(&b);
        memcpy(o, b.data[b.out], SP_N * sizeof *o);
    }
    as_bench_close(&b);
    return ok;
}

static bool special_sees(const special *s, size_t head, size_t row, size_t key)
{
    as_run *runs = malloc(as_pattern_runs_max(s->p.pattern, SP_T) * sizeof *runs);
    const size_t n = runs ? as_pattern_row(s->p.pattern, (as_at){head, row, SP_T}, runs) : 0;
    bool sees = false;
    for (size_t i = 0; i < n; i++)
        sees = sees || (key >= runs[i].first && (key - runs[i].first) % runs[i].step == 0 &&
                        (key - runs[i].first) / runs[i].step < runs[i].count);
    free(runs);
    return sees;
}

/* NaN for NaN, infinity for infinity; else within `allowed`. */
static bool special_row_agrees(special *s, const char *what, size_t head, size_t row, double allowed)
{
    double truth[SP_D];
    void *operand[] = {s->x[0], s->x[1], s->x[2], s->o};
    const float *o = s->o + (head * SP_T + row) * SP_D;
    if (!as_oracle_find(s->entry->kernel->name)->row(&s->p, operand, (as_oracle_row){0, head, row}, truth))
        return false;
    for (size_t c = 0; c < SP_D; c++) {
        if ((isnan(o[c]) && isnan(truth[c])) || (double)o[c] == truth[c] || fabs((double)o[c] - truth[c]) <= allowed)
            continue;
        snprintf(s->why, s->cap, "%s, %s: head %zu, row %zu, column %zu is %g, should be %g",
                 as_pattern_text(s->p.pattern), what, head, row, c, (double)o[c], truth[c]);
        return false;
    }
    return true;
}

static bool special_same(special *s, const char *what, size_t head, size_t row)
{
    const size_t at = (head * SP_T + row) * SP_D;
    if (!memcmp(s->o + at, s->clean + at, SP_D * sizeof *s->o))
        return true;
    snprintf(s->why, s->cap, "%s, %s: reaches head %zu, row %zu, which has nothing to do with it",
             as_pattern_text(s->p.pattern), what, head, row);
    return false;
}

/* One element of operand `which` (head 1, token SP_AT) becomes `value`. */
static bool special_poke(special *s, int which, float value)
{
    float *x = &s->x[which][(SP_T + SP_AT) * SP_D + SP_COLUMN];
    const float before = *x;
    char what[60];
    snprintf(what, sizeof what, "%g in %c", (double)value, "qkv"[which]);
    *x = value;
    bool ok = special_run(s, s->o);
    for (size_t head = 0; ok && head < SP_H; head++)
        for (size_t row = 0; ok && row < SP_T; row++) {
            const bool touched = head == 1 && (which == 0 ? row == SP_AT : special_sees(s, head, row, SP_AT));
            if (touched)
                ok = special_row_agrees(s, what, head, row, s->entry->kernel->tolerance(&s->p));
            else if (which < 2 || head != 1)
                ok = special_same(s, what, head, row);
        }
    *x = before;
    return ok;
}

/* Operand `which` all or half denormal: as good as 0 in q and k; denormal averages in v are kept, not flushed. */
static bool special_denormals(special *s, int which, size_t every)
{
    float kept[SP_N];
    bool ok;
    memcpy(kept, s->x[which], sizeof kept);
    for (size_t i = 0; i < SP_N; i += every)
        s->x[which][i] *= 0x1p-130f;
    const double allowed = which == 2 && every == 1 ? SP_DENORMAL * 0x1p-149 : s->entry->kernel->tolerance(&s->p);
    ok = special_run(s, s->o);
    for (size_t i = 0; ok && i < SP_H * SP_T; i++)
        ok = special_row_agrees(s, "denormals", i / SP_T, i % SP_T, allowed);
    memcpy(s->x[which], kept, sizeof kept);
    return ok;
}

static bool special_pattern(special *s)
{
    static const float values[] = {NAN, INFINITY, -INFINITY, 0x1p-140f};
    bool ok = special_run(s, s->clean);
    for (int which = 0; which < 3; which++) {
        for (size_t i = 0; ok && i < sizeof values / sizeof *values; i++)
            ok = special_poke(s, which, values[i]);
        ok = ok && special_denormals(s, which, 1) && special_denormals(s, which, 2);
    }
    return ok;
}

/* The kernel on a few patterns; with queries of both signs, and all above 0, so that an infinity in a key hides it or
 * takes all. Patterns that it refuses are left out; *taken counts the others. */
static bool special_check(const as_entry *entry, size_t *taken, char *why, size_t cap)
{
    static const char *const patterns[] = {"causal",     "full",        "window:w=9",
                                           "window:w=1", "dilated:r=4", "sink:s=2+window:w=5"};
    special *s = calloc(1, sizeof *s);
    bool ok = s != NULL;
    for (size_t i = 0; ok && i < 2 * sizeof patterns / sizeof *patterns; i++) {
        as_pattern *pattern = as_pattern_parse(patterns[i / 2], NULL);
        *s = (special){.entry = entry, .why = why, .cap = cap};
        const as_problem sizes = {.batch = 1,
                                  .heads = SP_H,
                                  .kv_heads = SP_H,
                                  .length = SP_T,
                                  .context = SP_T,
                                  .head_dim = SP_D,
                                  .threads = 1};
        s->p = as_problem_complete(sizes, pattern, NULL);
        s->p.scale = 0.2f;
        if (!(entry->kernel->refuse && entry->kernel->refuse(&s->p, why, cap))) {
            const as_operand operand = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, SP_N);
            for (uint64_t x = 0; x < 3; x++)
                as_operand_fill(&operand, x + 1, s->x[x]);
            for (size_t x = 0; i % 2 && x < SP_N; x++)
                s->x[0][x] = fabsf(s->x[0][x]);
            ok = special_pattern(s);
            ++*taken;
        }
        as_pattern_free(pattern);
    }
    free(s);
    return ok;
}

#endif
