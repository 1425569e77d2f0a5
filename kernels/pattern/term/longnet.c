/* longnet.c: mixed dilated attention (Ding et al., LongNet, arXiv 2307.02486). Branch (w,r) cuts the tokens into
 * segments of w and keeps every r-th token of each, from `offset` on; kept tokens see the kept ones of their segment up
 * to themselves. A token that a branch does not keep gets nothing from it, and nothing at all if no branch keeps it.
 *
 * Branches mix by their softmax denominators, which is one softmax over all their keys as a multiset: a key of m
 * branches counts m times. So each branch yields one run, runs may overlap, and longnet is in no union.
 *
 * offsets=paper: head j starts at j mod r. offsets=groups, as the published code does: at floor(j / ceil(H/r)), for H
 * heads in contiguous groups; H must then be given (heads beyond H start over). Where r does not divide w, or w the
 * length, a segment's last gap is short: each segment counts from its own first token. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../internal.h"

extern const as_term as_term_longnet;

enum { W, R, OFFSETS, HEADS };
enum { PAPER, GROUPS };
#define BRANCHES_MAX 16 /* with it, E fits 64 bits for all contexts that a pattern takes */

static bool longnet_check(const as_args *args, char *why, size_t cap)
{
    const as_value *w = &args->value[W], *r = &args->value[R];
    const bool groups = args->value[OFFSETS].count == GROUPS;
    if (w->list_count != r->list_count)
        snprintf(why, cap, "%zu values of w but %zu of r: a branch has one of each", w->list_count, r->list_count);
    else if (w->list_count > BRANCHES_MAX)
        snprintf(why, cap, "more than %d branches", BRANCHES_MAX);
    else if (groups && !args->value[HEADS].count)
        snprintf(why, cap, "offsets=groups needs heads: write offsets=groups,heads=12");
    else if (!groups && args->value[HEADS].count)
        snprintf(why, cap, "heads is for offsets=groups: with offsets=paper leave it out");
    else {
        for (size_t i = 0; i < w->list_count; i++)
            if (r->list[i] > w->list[i]) {
                snprintf(why, cap, "r=%llu is above its w=%llu: some heads would see nothing",
                         (unsigned long long)r->list[i], (unsigned long long)w->list[i]);
                return false;
            }
        return true;
    }
    return false;
}

static as_branch branch(const as_args *args, size_t i, size_t head)
{
    const size_t r = args->value[R].list[i], heads = args->value[HEADS].count;
    if (args->value[OFFSETS].count == PAPER)
        return (as_branch){args->value[W].list[i], r, head % r};
    return (as_branch){args->value[W].list[i], r, head % heads / (heads / r + (heads % r != 0))};
}

bool as_pattern_branch(const as_pattern *p, size_t i, size_t head, as_branch *out)
{
    if (p->uses[0].term != &as_term_longnet || i >= p->uses[0].args.value[W].list_count)
        return false;
    *out = branch(&p->uses[0].args, i, head);
    return true;
}

static size_t longnet_runs_max(const as_args *args, size_t context)
{
    (void)context;
    return args->value[W].list_count;
}

static size_t longnet_row(const as_args *args, as_at at, as_run *runs)
{
    size_t n = 0;
    for (size_t i = 0; i < args->value[W].list_count; i++) {
        const as_branch b = branch(args, i, at.head);
        const size_t within = at.position % b.w, start = at.position - within;
        if (within % b.r != b.offset)
            continue;
        const size_t count = within / b.r + 1;
        size_t place = n++;
        for (; place && runs[place - 1].first > start + b.offset; place--)
            runs[place] = runs[place - 1];
        runs[place] = (as_run){start + b.offset, count > 1 ? b.r : 1, count};
    }
    return n;
}

/* A segment of n tokens keeps m = ceil((n - offset)/r) and has m(m+1)/2 pairs. */
static uint64_t segment(as_branch b, size_t n) { return n > b.offset ? as_triangle((n - b.offset - 1) / b.r + 1) : 0; }

static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < args->value[W].list_count; i++) {
        const as_branch b = branch(args, i, head);
        const size_t whole = n / b.w;
        sum += (whole ? whole * segment(b, b.w) : 0) + segment(b, n % b.w);
    }
    return sum;
}

static bool before(const as_args *args, size_t i, size_t j)
{
    const uint64_t *w = args->value[W].list, *r = args->value[R].list;
    return w[i] < w[j] || (w[i] == w[j] && r[i] < r[j]);
}

/* A multiset has no order: canonical text has the branches by w, then r. */
static bool longnet_expand(const as_args *args, char *out, size_t cap)
{
    const size_t count = args->value[W].list_count;
    size_t order[BRANCHES_MAX], n = 0;
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        for (; place && before(args, i, order[place - 1]); place--)
            order[place] = order[place - 1];
        order[place] = i;
        sorted = sorted && place == i;
    }
    if (sorted)
        return true;
    for (int param = W; param <= R && n < cap; param++) {
        n += (size_t)snprintf(out + n, cap - n, param == W ? "longnet:w=" : ",r=");
        for (size_t i = 0; i < count && n < cap; i++)
            n += (size_t)snprintf(out + n, cap - n, "%s%llu", i ? "/" : "",
                                  (unsigned long long)args->value[param].list[order[i]]);
    }
    if (args->value[OFFSETS].count == GROUPS && n < cap)
        n += (size_t)snprintf(out + n, cap - n, ",offsets=groups,heads=%llu",
                              (unsigned long long)args->value[HEADS].count);
    return n < cap;
}

const as_term as_term_longnet = {
    .name = "longnet",
    .example = "longnet:w=2048/4096/8192,r=1/2/4",
    .help = "mixed dilated attention: segments of w, every r-th token; a multiset (offsets=paper|groups,heads=H)",
    .params = {{.key = "w", .kind = AS_PARAM_LIST, .min = 1},
               {.key = "r", .kind = AS_PARAM_LIST, .min = 1},
               {.key = "offsets", .kind = AS_PARAM_WORD, .optional = true, .words = "paper|groups"},
               {.key = "heads", .kind = AS_PARAM_COUNT, .optional = true}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_PER_HEAD | AS_PATTERN_MULTISET,
    .check = longnet_check,
    .runs_max = longnet_runs_max,
    .row = longnet_row,
    .edges_first = edges_first,
    .expand = longnet_expand,
};
