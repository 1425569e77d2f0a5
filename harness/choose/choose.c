/* choose.c: see choose.h: candidates, constraints, ranks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "choose.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/pattern/pattern.h"
#include "../../kernels/api/registry.h"
#include "../model/problem.h"
#include "../theory/reach.h"
#include "estimate.h"

AS_WORDS_LIST(as_basis, AS_BASIS_WORDS);
AS_SCHEMA(as_choice_schema, as_choice, AS_CHOICE_COLUMNS, "choice.csv", "a candidate");

struct as_covered {
    UT_hash_handle hh;
    as_choose_cover cover;
    char pattern[];
};

/* --- one candidate ----------------------------------------------------------------------------------------------- */

static as_choose_cover find_cover(const as_choose_ask *ask, const char *pattern)
{
    as_choose_cover out = {AS_NO_COUNT, AS_NO_COUNT};
    as_pattern_error at;
    as_layers *s = as_layers_parse(pattern, &at);
    const as_reach_ask question = {.schedule = s, .length = ask->length, .layers = ask->layers, .heads = ask->heads};
    as_reach reach;
    if (s && as_reach_find(&question, &reach, NULL)) {
        if (reach.cover == AS_COVERS)
            out.layers_to_cover = reach.layers_to_cover;
        out.reach = reach.layers ? reach.sees[reach.layers - 1] : AS_NO_COUNT;
        as_reach_free(&reach);
    }
    as_layers_free(s);
    return out;
}

as_choose_cover as_choosing_cover(as_choosing *c, const char *pattern)
{
    as_covered *hit;
    HASH_FIND_STR(c->covers, pattern, hit);
    if (!hit) {
        hit = as_arena_alloc(c->arena, sizeof *hit + strlen(pattern) + 1);
        strcpy(hit->pattern, pattern);
        hit->cover = find_cover(c->ask, pattern);
        HASH_ADD_STR(c->covers, pattern, hit);
    }
    return hit->cover;
}

/* The kernel's own word on the shape: whether it takes it, its workspace and its work. */
static bool ask_kernel(const as_summary *like, as_problem *p, uint64_t *workspace, double *flops, char *why, size_t cap)
{
    as_isa isa;
    const as_entry *e =
        like->isa && as_isa_parse(like->isa, &isa) ? as_registry_find(like->kernel, AS_ISA_BIT(isa)) : NULL;
    if (!e) /* of a plug-in that is not loaded: what is known is what was measured */
        return true;
    if (!as_kernel_params_read(e->kernel, like->kernel, p->param, why, cap) ||
        as_kernel_refuses(e->kernel, p, why, cap))
        return false;
    const size_t bytes = e->kernel->workspace(p);
    *workspace = bytes == SIZE_MAX ? AS_NO_COUNT : bytes;
    if (strncmp(like->kernel, "attention/", 10) !=
        0) /* theirs is 4 d E; counting what tiles execute takes seconds at 1M */
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
                    .dtype = AS_F32,
                    .threads = (int)like->threads};
    if (like->dtype) /* stays float32 where it is none that a case may have */
        as_dtype_parse(like->dtype, &p.dtype);
    return as_problem_complete(p, pattern, NULL);
}

/* Operands of one call and its workspace; in decode the keys and values of all layers, which stay. */
static double memory_of(const as_choose_ask *ask, const as_problem *p, uint64_t workspace)
{
    const double element = (double)as_dtype_bytes(p->dtype), d = (double)p->head_dim;
    const double kv = 2 * (double)p->kv_heads * (double)p->context * d * element;
    const double q = 2 * (double)p->heads * (double)p->length * d * element;
    return q + kv * (ask->decode ? (double)ask->layers : 1) + (workspace == AS_NO_COUNT ? 0 : (double)workspace);
}

/* How far the pattern under this kernel is from dense attention on the arrays that `apply` was given; how far the
 * kernel was from its oracle where there were none, or the pattern is dense. NaN: not known. */
static double error_of(const as_choose_ask *ask, const as_family *f, const as_problem *p, const char *text)
{
    const char *kernel = ask->rows[f->rows[0]].kernel;
    double worst = NAN, others = NAN;
    const bool chooses = !strncmp(kernel, "content/", 8);
    if (!ask->errors || (!chooses && as_pattern_traits(p->pattern) & AS_PATTERN_DENSE)) {
        for (size_t i = 0; i < f->count; i++)
            worst = fmax(worst, ask->cases[f->rows[i]].error_max); /* fmax passes NaN over */
        return worst;
    }
    for (size_t i = 0; i < ask->error_count; i++) {
        const as_choose_error *e = &ask->errors[i];
        if (!strcmp(e->pattern, text))
            *(!strcmp(e->kernel, kernel) ? &worst : &others) =
                fmax(!strcmp(e->kernel, kernel) ? worst : others, e->error);
    }
    /* What a static pattern leaves out does not depend on the kernel; what a content kernel chooses does. */
    return isnan(worst) && !chooses ? others : worst;
}

/* But for reach, which a stack may reach together. NULL: it stands. */
static const char *ruled_out(as_choosing *c, const as_choice *row, const as_problem *p, double error)
{
    const as_choose_ask *ask = c->ask;
    char need[32], cap[32];
    const double memory = memory_of(ask, p, row->workspace_bytes);
    if (ask->memory && memory > (double)ask->memory)
        return as_arena_printf(c->arena, "ruled out by --memory: needs %s of %s", as_format_bytes(need, memory),
                               as_format_bytes(cap, (double)ask->memory));
    if (!isnan(ask->error) && isnan(error))
        return ask->errors ? "ruled out by --error: none of --errors-from is of this pattern"
                           : "ruled out by --error: none was measured";
    if (!isnan(ask->error) && !(error <= ask->error))
        return as_arena_printf(c->arena, "ruled out by --error: %.3g was measured", error);
    return NULL;
}

static const char *ruled_out_by_reach(as_choosing *c, const as_choice *row)
{
    const as_choose_ask *ask = c->ask;
    if (ask->full && row->layers_to_cover == AS_NO_COUNT)
        return "ruled out by --reach: no number of layers is known to reach all tokens";
    if (ask->full && row->layers_to_cover > ask->layers)
        return as_arena_printf(c->arena, "ruled out by --reach: %" PRIu64 " layers to reach all, there are %" PRIu64,
                               row->layers_to_cover, ask->layers);
    if (ask->reach && (row->reach == AS_NO_COUNT || row->reach < ask->reach))
        return as_arena_printf(c->arena, "ruled out by --reach: the last token sees %" PRIu64 " after all layers",
                               row->reach == AS_NO_COUNT ? 0 : row->reach);
    return NULL;
}

as_choice *as_choosing_add(as_choosing *c, const as_choice *like)
{
    as_chosen *out = c->out;
    out->rows = as_arena_grow(c->arena, out->rows, &c->cap, out->count, sizeof *out->rows);
    out->rows[out->count] = *like;
    return &out->rows[out->count++];
}

/* Any spelling of a pattern will do. */
static void read_named(as_choosing *c)
{
    size_t cap = 0;
    for (const char *const *p = c->ask->patterns; p && *p; p++) {
        as_pattern *pattern = as_pattern_parse(*p, NULL);
        c->named = as_arena_grow(c->arena, c->named, &cap, c->named_count, sizeof *c->named);
        c->named[c->named_count++] =
            (as_named_pattern){as_arena_intern(c->arena, pattern ? as_pattern_text(pattern) : *p), pattern != NULL};
        as_pattern_free(pattern);
    }
}

static bool is_wanted(const as_choosing *c, const char *pattern)
{
    bool wanted = !c->named_count;
    for (size_t i = 0; i < c->named_count && !wanted; i++)
        wanted = as_glob(c->named[i].text, pattern);
    return wanted;
}

static void consider(as_choosing *c, const as_family *f, const char *text)
{
    const as_summary *like = &c->ask->rows[f->rows[0]];
    as_pattern_error at;
    char why[300] = "";
    as_choice clear;
    as_pattern *pattern = is_wanted(c, text) ? as_pattern_parse(text, &at) : NULL;
    if (!pattern)
        return;
    as_record_clear(&as_choice_schema, &clear);
    as_choice *row = as_choosing_add(c, &clear);
    row->pattern = as_arena_intern(c->arena, as_pattern_text(pattern));
    row->kernel = like->kernel;
    row->isa = like->isa;
    row->dtype = like->dtype;
    row->threads = like->threads;
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
    const as_estimand e = {c->ask, f, row->pattern, flops, (double)p.edges / (double)p.heads};
    const as_estimate time = as_estimate_find(&e);
    const double layers = (double)c->ask->layers / 1e6;
    row->ms = time.ns * layers;
    row->ms_low = time.low * layers;
    row->ms_high = time.high * layers;
    row->basis = time.basis;
    const as_choose_cover cover = as_choosing_cover(c, row->pattern);
    row->layers_to_cover = cover.layers_to_cover;
    row->reach = cover.reach;
    row->note = ruled_out(c, row, &p, error_of(c->ask, f, &p, row->pattern));
    if (!row->note && time.basis == AS_BASIS_UNKNOWN)
        row->note = "ruled out: too few cases of its family were measured to tell its time";
    as_pattern_free(pattern);
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
            seen = !strcmp(out->rows[k].pattern, out->rows[i].pattern) &&
                   !strcmp(out->rows[k].kernel, out->rows[i].kernel);
        if (!seen)
            out->rows[kept++] = out->rows[i];
    }
    out->count = kept;
}

static uint64_t depth(const as_choice *row) { return row->layers_to_cover; /* AS_NO_COUNT is the deepest */ }

static void rank(as_choosing *c)
{
    as_chosen *out = c->out;
    for (size_t i = 0; i < out->count; i++)
        if (!out->rows[i].note)
            out->rows[i].note = ruled_out_by_reach(c, &out->rows[i]);
    qsort(out->rows, out->count, sizeof *out->rows, by_time);
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
    as_choosing c = {.ask = ask, .arena = arena, .out = out};
    *out = (as_chosen){0};
    read_named(&c);
    as_family *families = as_families_find(&c);
    const bool any = families != NULL;
    for (const as_family *f = families; f; f = f->hh.next)
        as_family_each(&c, f, consider);
    HASH_CLEAR(hh, families);
    if (out->count) {
        qsort(out->rows, out->count, sizeof *out->rows, by_time);
        keep_fastest(out);
        as_schedules_add(&c);
        rank(&c);
    }
    HASH_CLEAR(hh, c.covers);
    if (out->count)
        return true;
    if (any)
        return as_fail(err, AS_EXIT_USAGE,
                       "--pattern: nothing that was measured there matches: give another, or a config with it");
    return as_fail(
        err, AS_EXIT_USAGE, "nothing %s was measured there that could be chosen from: run a config with %s%s",
        ask->decode ? "of decoding" : "with S = T", ask->decode ? "length: [1] and context: [...]" : "lengths",
        ask->only ? ", or give another --only" : "");
}
