/* choose.c: see choose.h: families, their candidates, constraints, ranks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "choose.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../../kernels/cpu.h"
#include "../../kernels/kernel_text.h"
#include "../../kernels/pattern/pattern.h"
#include "../../kernels/registry.h"
#include "estimate.h"

AS_SCHEMA(as_choice_schema, as_choice, AS_CHOICE_COLUMNS, "choice.csv", "a candidate");

enum { VALUES_MIN = 3 }; /* of a number, for others between them to be candidates */

typedef struct {
    UT_hash_handle hh;
    size_t *rows;
    size_t count, cap;
    const char *skeleton; /* the pattern, * for every number */
    char key[];
} family;

typedef struct {
    UT_hash_handle hh;
    as_choose_cover cover;
    char pattern[];
} covered;

typedef struct {
    const as_choose_ask *ask;
    as_arena *arena;
    as_chosen *out;
    size_t cap;
    covered *covers;
} choosing;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void add_skeleton(as_text *out, const char *pattern)
{
    for (const char *c = pattern; *c; c++)
        if (!is_digit(*c))
            as_text_append(out, c, 1);
        else if (c == pattern || !is_digit(c[-1]))
            as_text_append(out, "*", 1);
}

static bool speaks(const as_choose_ask *ask, const as_summary *r)
{
    if (!r->status || strcmp(r->status, "ok") || !(r->median_ns > 0) || !r->kernel || !r->pattern || r->batch != 1)
        return false;
    if (ask->decode ? r->length != 1 : r->length != r->context)
        return false;
    if (ask->only)
        return as_glob(ask->only, r->kernel);
    return !r->mechanism || !strcmp(r->mechanism, "attention") || !strcmp(r->mechanism, "content");
}

static family *find_families(choosing *c)
{
    family *families = NULL, *hit;
    as_text key = {0};
    for (size_t i = 0; i < c->ask->count; i++) {
        const as_summary *r = &c->ask->rows[i];
        if (!speaks(c->ask, r))
            continue;
        key.length = 0;
        as_text_add(&key, "%s\x1f%s\x1f%s\x1f%s\x1f%" PRIu64 "\x1f", r->kernel, r->isa ? r->isa : "?",
                    r->dtype ? r->dtype : "?", r->cache ? r->cache : "?", r->threads);
        const size_t at = key.length;
        add_skeleton(&key, r->pattern);
        HASH_FIND(hh, families, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(c->arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            hit->skeleton = hit->key + at;
            HASH_ADD_KEYPTR(hh, families, hit->key, key.length, hit);
        }
        hit->rows = as_arena_grow(c->arena, hit->rows, &hit->cap, hit->count, sizeof *hit->rows);
        hit->rows[hit->count++] = i;
    }
    as_text_free(&key);
    return families;
}

/* --- one candidate ----------------------------------------------------------------------------------------------- */

static as_choose_cover cover_of(choosing *c, const char *pattern)
{
    covered *hit;
    HASH_FIND_STR(c->covers, pattern, hit);
    if (!hit) {
        hit = as_arena_alloc(c->arena, sizeof *hit + strlen(pattern) + 1);
        strcpy(hit->pattern, pattern);
        hit->cover = c->ask->cover(c->ask->state, pattern);
        HASH_ADD_STR(c->covers, pattern, hit);
    }
    return hit->cover;
}

/* The kernel's own word on the shape: whether it takes it, its workspace and its work. */
static bool ask_kernel(const as_summary *like, as_problem *p, uint64_t *workspace, double *flops, char *why, size_t cap)
{
    as_isa isa;
    const as_entry *e = like->isa && as_isa_parse(like->isa, &isa) ? as_registry_find(like->kernel, AS_ISA_BIT(isa)) : NULL;
    if (!e) /* of a plug-in that is not loaded: what is known is what was measured */
        return true;
    if (!as_kernel_params_read(e->kernel, like->kernel, p->param, why, cap) ||
        (e->kernel->refuse && e->kernel->refuse(p, why, cap)))
        return false;
    const size_t bytes = e->kernel->workspace(p);
    *workspace = bytes == SIZE_MAX ? AS_NO_COUNT : bytes;
    *flops = (double)e->kernel->work(p).flops_useful;
    return true;
}

static as_problem problem_of(const as_choose_ask *ask, const as_summary *like, const as_pattern *pattern)
{
    as_problem p = {.batch = 1,
                    .heads = ask->heads,
                    .kv_heads = ask->kv_heads,
                    .length = ask->decode ? 1 : ask->length,
                    .context = ask->length,
                    .head_dim = ask->width / ask->heads,
                    .dtype = like->dtype && !strcmp(like->dtype, "bf16") ? AS_BF16 : AS_F32,
                    .threads = (int)like->threads,
                    .scale = 1 / sqrtf((float)(ask->width / ask->heads)),
                    .pattern = pattern};
    p.edges = as_pattern_edges_all(pattern, p.heads, p.length, p.context);
    return p;
}

/* Operands of one call and its workspace; in decode the keys and values of all layers, which stay. */
static double memory_of(const as_choose_ask *ask, const as_problem *p, uint64_t workspace)
{
    const double element = p->dtype == AS_BF16 ? 2 : 4, d = (double)p->head_dim;
    const double kv = 2 * (double)p->kv_heads * (double)p->context * d * element;
    const double q = 2 * (double)p->heads * (double)p->length * d * element;
    return q + kv * (ask->decode ? (double)ask->layers : 1) + (workspace == AS_NO_COUNT ? 0 : (double)workspace);
}

/* NULL: it stands. */
static const char *ruled_out(choosing *c, const as_choice *row, const as_problem *p, double error)
{
    const as_choose_ask *ask = c->ask;
    char need[32], cap[32];
    const double memory = memory_of(ask, p, row->workspace_bytes);
    if (ask->full && row->layers_to_cover == AS_NO_COUNT)
        return "ruled out by --reach: no number of layers is known to reach all tokens";
    if (ask->full && row->layers_to_cover > ask->layers)
        return as_arena_printf(c->arena, "ruled out by --reach: %" PRIu64 " layers to reach all, there are %" PRIu64,
                               row->layers_to_cover, ask->layers);
    if (ask->reach && (row->reach == AS_NO_COUNT || row->reach < ask->reach))
        return as_arena_printf(c->arena, "ruled out by --reach: the last token sees %" PRIu64 " after all layers",
                               row->reach == AS_NO_COUNT ? 0 : row->reach);
    if (ask->memory && memory > (double)ask->memory)
        return as_arena_printf(c->arena, "ruled out by --memory: needs %s of %s", as_format_bytes(need, memory),
                               as_format_bytes(cap, (double)ask->memory));
    if (!isnan(ask->error) && !(error <= ask->error))
        return as_arena_printf(c->arena, "ruled out by --error: %.3g was measured", error);
    return NULL;
}

static as_choice *add_row(choosing *c, const as_summary *like, const char *pattern)
{
    as_chosen *out = c->out;
    out->rows = as_arena_grow(c->arena, out->rows, &c->cap, out->count, sizeof *out->rows);
    as_choice *row = &out->rows[out->count++];
    as_record_clear(&as_choice_schema, row);
    row->pattern = pattern;
    row->kernel = like->kernel;
    row->isa = like->isa;
    row->dtype = like->dtype;
    row->threads = like->threads;
    return row;
}

static double worst_error(const as_choose_ask *ask, const family *f)
{
    double worst = NAN;
    for (size_t i = 0; i < f->count; i++)
        worst = fmax(worst, ask->cases[f->rows[i]].error_max); /* fmax passes NaN over */
    return worst;
}

static void consider(choosing *c, const family *f, const char *text)
{
    static const char *const bases[] = {"measured", "interpolated", "extrapolated", "not known"};
    const as_summary *like = &c->ask->rows[f->rows[0]];
    as_pattern_error at;
    as_pattern *pattern = as_pattern_parse(text, &at);
    char why[300] = "";
    if (!pattern)
        return;
    as_choice *row = add_row(c, like, as_arena_intern(c->arena, as_pattern_text(pattern)));
    if (!as_pattern_fits(pattern, c->ask->decode ? 1 : c->ask->length, c->ask->length, why, sizeof why)) {
        row->note = as_arena_printf(c->arena, "ruled out: pattern: %s", why);
        as_pattern_free(pattern);
        return;
    }
    as_problem p = problem_of(c->ask, like, pattern);
    double flops = 4 * (double)p.head_dim * (double)p.edges;
    if (!ask_kernel(like, &p, &row->workspace_bytes, &flops, why, sizeof why)) {
        row->note = as_arena_printf(c->arena, "ruled out: kernel: %s", *why ? why : "refuses this shape");
        as_pattern_free(pattern);
        return;
    }
    const as_estimand e = {c->ask, f->rows, f->count, row->pattern, flops, (double)p.edges / (double)p.heads};
    const as_estimate time = as_estimate_find(&e);
    const double layers = (double)c->ask->layers / 1e6;
    row->ms = time.ns * layers;
    row->ms_low = time.low * layers;
    row->ms_high = time.high * layers;
    row->basis = bases[time.basis];
    const as_choose_cover cover = cover_of(c, row->pattern);
    row->layers_to_cover = cover.layers_to_cover;
    row->reach = cover.reach;
    row->note = ruled_out(c, row, &p, worst_error(c->ask, f));
    if (!row->note && time.basis == AS_UNKNOWN)
        row->note = "ruled out: too few cases of its family were measured to tell its time";
    as_pattern_free(pattern);
}

/* --- the candidates of a family ---------------------------------------------------------------------------------- */

/* The `which`-th number in a pattern. */
static const char *number_at(const char *pattern, size_t which)
{
    for (const char *c = pattern; *c; c++)
        if (is_digit(*c) && (c == pattern || !is_digit(c[-1])) && which-- == 0)
            return c;
    return NULL;
}

static const char *pattern_of(const choosing *c, const family *f, size_t i) { return c->ask->rows[f->rows[i]].pattern; }

/* The one number that differs between the patterns; false: none or several. */
static bool varying_number(const choosing *c, const family *f, size_t *which)
{
    size_t found = 0;
    for (size_t n = 0; number_at(pattern_of(c, f, 0), n); n++)
        for (size_t i = 1; i < f->count; i++)
            if (strtoull(number_at(pattern_of(c, f, i), n), NULL, 10) !=
                strtoull(number_at(pattern_of(c, f, 0), n), NULL, 10)) {
                *which = n;
                found++;
                break;
            }
    return found == 1;
}

static bool is_candidate(const choosing *c, size_t from, const char *text)
{
    for (size_t i = from; i < c->out->count; i++)
        if (!strcmp(c->out->rows[i].pattern, text))
            return true;
    return false;
}

static void consider_between(choosing *c, const family *f, size_t from)
{
    size_t which = 0, values = 0;
    uint64_t low = UINT64_MAX, high = 0;
    if (!varying_number(c, f, &which))
        return;
    for (size_t i = 0; i < f->count; i++) {
        const uint64_t v = strtoull(number_at(pattern_of(c, f, i), which), NULL, 10);
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strtoull(number_at(pattern_of(c, f, k), which), NULL, 10) == v;
        values += !seen;
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    const char *like = pattern_of(c, f, 0), *at = number_at(like, which);
    for (uint64_t v = 1, odd = 0; values >= VALUES_MIN && v <= high / 2 + 1; odd = !odd, v = odd ? v : 2 * v) {
        const uint64_t value = odd ? 3 * v : 2 * v; /* 2, 3, 4, 6, 8, 12, ... */
        if (value <= low || value >= high)
            continue;
        const char *text = as_arena_printf(c->arena, "%.*s%" PRIu64 "%s", (int)(at - like), like, value,
                                           at + strspn(at, "0123456789"));
        if (!is_candidate(c, from, text))
            consider(c, f, text);
    }
}

static void consider_family(choosing *c, const family *f)
{
    const size_t from = c->out->count;
    for (size_t i = 0; i < f->count; i++)
        if (!is_candidate(c, from, pattern_of(c, f, i)))
            consider(c, f, pattern_of(c, f, i));
    consider_between(c, f, from);
}

/* --- ranks ------------------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const as_choice *p = a, *q = b;
    if (!p->note != !q->note)
        return p->note ? 1 : -1;
    if (!p->note && p->ms != q->ms)
        return p->ms < q->ms ? -1 : 1;
    const int pattern = strcmp(p->pattern, q->pattern);
    return pattern ? pattern : strcmp(p->kernel, q->kernel);
}

/* Of builds of one kernel for one pattern the fastest stays. */
static void keep_fastest(as_chosen *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < kept && !seen; k++)
            seen = !strcmp(out->rows[k].pattern, out->rows[i].pattern) && !strcmp(out->rows[k].kernel, out->rows[i].kernel);
        if (!seen)
            out->rows[kept++] = out->rows[i];
    }
    out->count = kept;
}

static uint64_t depth(const as_choice *row) { return row->layers_to_cover; /* AS_NO_COUNT is the deepest */ }

static void rank(choosing *c)
{
    as_chosen *out = c->out;
    qsort(out->rows, out->count, sizeof *out->rows, by_time);
    keep_fastest(out);
    while (out->ranked < out->count && !out->rows[out->ranked].note)
        out->ranked++;
    for (size_t i = 0; i < out->ranked; i++)
        out->rows[i].rank = i + 1;
    for (size_t i = 0; i < out->ranked; i++)
        out->tied += out->rows[i].ms_low <= out->rows[0].ms_high;
    for (size_t i = 0; i < out->ranked; i++) {
        as_choice *row = &out->rows[i];
        bool beaten = depth(row) == AS_NO_COUNT;
        for (size_t k = 0; k < i && !beaten; k++)
            beaten = depth(&out->rows[k]) <= depth(row);
        row->pareto = !beaten;
        if (out->tied > 1 && row->ms_low <= out->rows[0].ms_high)
            row->note = i ? "no clear winner: its interval meets that of rank 1" : "no clear winner";
    }
}

bool as_choose(const as_choose_ask *ask, as_arena *arena, as_chosen *out, as_err *err)
{
    choosing c = {.ask = ask, .arena = arena, .out = out};
    *out = (as_chosen){0};
    family *families = find_families(&c);
    for (const family *f = families; f; f = f->hh.next)
        consider_family(&c, f);
    HASH_CLEAR(hh, families);
    HASH_CLEAR(hh, c.covers);
    if (!out->count)
        return as_fail(err, AS_EXIT_USAGE, "nothing %s was measured there that could be chosen from: run a config with %s%s",
                       ask->decode ? "of decoding" : "with S = T",
                       ask->decode ? "length: [1] and context: [...]" : "lengths", ask->only ? ", or give another --only" : "");
    rank(&c);
    return true;
}
