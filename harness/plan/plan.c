/* plan.c: the product of a config's lists, selected by --only and --shard, each case judged.
 * SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../base/suggest.h"
#include "../model/problem.h"
#include "predict.h"

#define KERNELS_MAX 4096u /* alternatives of one text */

/* A kernel with its parameters, as the config asks for it. */
typedef struct {
    const char *text; /* canonical */
    uint64_t param[AS_KERNEL_PARAMS_MAX];
} wish;

typedef struct {
    const as_config *config;
    const as_target *target;
    as_arena *arena;
    as_plan *plan;
    wish *kernels;
    size_t kernel_count, kernel_cap;
    uint64_t *edges; /* by pattern, heads, length, context; AS_NO_COUNT until asked for */
    size_t case_cap, matched;
} planning;

static const char *text_place(const as_config *c, const as_texts *list, size_t i)
{
    return list->places ? list->places[i] : c->path ? c->path : "config";
}

/* ---- kernels */

/* The highest build that may run here and takes the problem; else the highest that may run here, to be refused with its
 * reason; else the plainest there is, to be listed as skipped. Only where there are several is a kernel asked, and only
 * of what the pattern has room for. */
static const as_entry *build_of(const char *name, uint32_t isas, const as_problem *p)
{
    char why[300];
    const as_entry *found = as_registry_find(name, isas), *taker;
    const bool choice = found && as_registry_find(name, isas & ~AS_ISA_BIT(found->isa));
    if (choice && as_pattern_fits(p->pattern, p->length, p->context, NULL, 0)) {
        taker = as_registry_best(name, isas, p, why, sizeof why);
        found = taker ? taker : found;
    }
    for (int isa = 0; !found && isa < AS_ISA_COUNT; isa++)
        found = as_registry_find(name, AS_ISA_BIT(isa));
    return found;
}

static void add_wish(planning *g, const as_kernel *kernel, const uint64_t *param)
{
    char text[AS_KERNEL_TEXT_MAX];
    as_kernel_text(kernel, param, text);
    for (size_t i = 0; i < g->kernel_count; i++)
        if (!strcmp(g->kernels[i].text, text))
            return;
    g->kernels = as_arena_grow(g->arena, g->kernels, &g->kernel_cap, g->kernel_count, sizeof *g->kernels);
    wish *w = &g->kernels[g->kernel_count++];
    w->text = as_arena_intern(g->arena, text);
    memcpy(w->param, param, sizeof w->param);
}

static bool kernel_error(const planning *g, size_t i, const char *why, as_err *err)
{
    return as_fail(err, AS_EXIT_USAGE, "%s: kernel '%.100s': %s", text_place(g->config, &g->config->kernels, i),
                   g->config->kernels.values[i], why);
}

/* One kernel that the i-th text of the config means, with every combination of the parameters in that text. */
static bool add_kernel(planning *g, size_t i, const as_kernel *kernel, as_err *err)
{
    char why[300], text[AS_KERNEL_TEXT_MAX];
    uint64_t param[AS_KERNEL_PARAMS_MAX];
    as_kernel_choice choice;
    if (!as_kernel_choice_begin(&choice, g->config->kernels.values[i], KERNELS_MAX, why, sizeof why))
        return kernel_error(g, i, why, err);
    while (as_kernel_choice_next(&choice, kernel->name, text, sizeof text)) {
        if (!as_kernel_params_read(kernel, text, param, why, sizeof why))
            return kernel_error(g, i, why, err);
        add_wish(g, kernel, param);
    }
    return true;
}

static bool unknown_kernel(const planning *g, size_t i, const as_nearest *nearest, as_err *err)
{
    return as_fail(
        err, AS_EXIT_USAGE, "%s: no kernel is called '%.80s': the nearest is %s; 'attnscope list' shows them all",
        text_place(g->config, &g->config->kernels, i), nearest->word, nearest->best ? nearest->best : "none");
}

/* The kernels that a text means: those whose names match and, where it is a glob, who have every parameter that it
 * names: kernelised/(any):m=64 passes over those without an m. */
static bool expand_kernel(planning *g, size_t i, as_err *err)
{
    const char *text = g->config->kernels.values[i];
    const char *glob = as_arena_intern_n(g->arena, text, as_kernel_base(text));
    const as_kernel *without = NULL;
    char missing[40], why[120];
    as_nearest nearest = {.word = glob};
    bool any = false, exact = false;
    for (size_t k = 0; k < as_registry_count(); k++)
        exact |= !strcmp(as_registry_at(k)->kernel->name, glob);
    for (size_t k = 0; k < as_registry_count(); k++) {
        const as_kernel *kernel = as_registry_at(k)->kernel;
        as_nearest_try(&nearest, kernel->name);
        if (!as_glob(glob, kernel->name))
            continue;
        if (!exact && !as_kernel_has_params(kernel, text, missing)) {
            without = kernel;
            continue;
        }
        any = true;
        if (!add_kernel(g, i, kernel, err))
            return false;
    }
    if (any)
        return true;
    if (!without)
        return unknown_kernel(g, i, &nearest, err);
    snprintf(why, sizeof why, "no kernel of these has a parameter '%s': 'attnscope list' shows what each takes",
             missing);
    return kernel_error(g, i, why, err);
}

static bool expand_kernels(planning *g, as_err *err)
{
    for (size_t i = 0; i < g->config->kernels.count; i++)
        if (!expand_kernel(g, i, err))
            return false;
    return true;
}

/* ---- the product */

/* The lists that multiply, outermost first; the innermost turns fastest. */
enum { KERNEL, PATTERN, WIDTH, HEADS, KV_HEADS, BATCH, DTYPE, THREADS, CONTEXT, LENGTH, AXES };

static void axis_counts(const planning *g, size_t counts[AXES])
{
    const as_shapes *s = &g->config->shapes;
    const size_t all[AXES] = {
        [KERNEL] = g->kernel_count, [PATTERN] = g->config->patterns.count, [WIDTH] = s->width.count,
        [HEADS] = s->heads.count,   [KV_HEADS] = s->kv_heads.count,        [BATCH] = s->batch.count,
        [DTYPE] = s->dtype.count,   [THREADS] = s->threads.count,          [CONTEXT] = s->context.count,
        [LENGTH] = s->length.count,
    };
    memcpy(counts, all, sizeof all);
}

static bool next_combination(const size_t counts[AXES], size_t at[AXES])
{
    for (int axis = AXES; axis-- > 0;) {
        if (++at[axis] < counts[axis])
            return true;
        at[axis] = 0;
    }
    return false;
}

/* The edges, which take long to count, are left out: edges_of. */
static bool fill_problem(const planning *g, const size_t at[AXES], as_problem *p, as_err *err)
{
    const as_shapes *s = &g->config->shapes;
    size_t width = s->width.values[at[WIDTH]];
    p->heads = s->heads.values[at[HEADS]];
    p->kv_heads = s->kv_heads.values[at[KV_HEADS]];
    p->kv_heads = p->kv_heads ? p->kv_heads : p->heads;
    p->batch = s->batch.values[at[BATCH]];
    p->length = s->length.values[at[LENGTH]];
    p->context = s->context.values[at[CONTEXT]];
    p->context = p->context ? p->context : p->length;
    p->threads = (int)s->threads.values[at[THREADS]];
    if (!p->heads || width % p->heads || p->heads % p->kv_heads)
        return as_fail(err, AS_EXIT_USAGE, "width %zu, heads %zu, kv_heads %zu do not divide: choose others", width,
                       p->heads, p->kv_heads);
    p->head_dim = width / p->heads;
    *p = as_problem_complete(*p, NULL, g->target->cache_bytes);
    p->pattern = g->config->patterns.values[at[PATTERN]];
    return as_dtype_parse(s->dtype.values[at[DTYPE]], &p->dtype) ||
           as_fail(err, AS_EXIT_USAGE, "unknown dtype '%.40s'", s->dtype.values[at[DTYPE]]);
}

/* Counting edges may walk every row, and most cases share them with others. */
static uint64_t edges_of(planning *g, const as_problem *p, const size_t at[AXES])
{
    const as_shapes *s = &g->config->shapes;
    size_t i =
        ((at[PATTERN] * s->heads.count + at[HEADS]) * s->length.count + at[LENGTH]) * s->context.count + at[CONTEXT];
    if (g->edges[i] == AS_NO_COUNT)
        g->edges[i] = as_pattern_fits(p->pattern, p->length, p->context, NULL, 0)
                          ? as_pattern_edges_all(p->pattern, p->heads, p->length, p->context)
                          : 0;
    return g->edges[i];
}

static bool wanted(planning *g, const as_case *row)
{
    const as_target *t = g->target;
    if (t->only && !as_glob(t->only, row->case_) && !as_glob(t->only, row->kernel) && !as_glob(t->only, row->pattern))
        return false;
    size_t place = g->matched++;
    return !t->shards || place % t->shards == t->shard - 1;
}

static bool add_case(planning *g, const size_t at[AXES], as_err *err)
{
    as_plan *plan = g->plan;
    const wish *kernel = &g->kernels[at[KERNEL]];
    as_planned c = {0};
    memcpy(c.problem.param, kernel->param, sizeof c.problem.param);
    if (!fill_problem(g, at, &c.problem, err))
        return false;
    c.entry = build_of(kernel->text, g->target->isas, &c.problem);
    as_case_fill(&c, as_pattern_text(c.problem.pattern), g->config->measure.cold, g->arena);
    if (!wanted(g, &c.row))
        return true;
    c.problem.edges = edges_of(g, &c.problem, at);
    as_case_judge(&c, &g->config->measure, g->target, g->arena);
    if (c.row.status == AS_STATUS_PLANNED) {
        plan->runnable++;
        plan->predicted_s +=
            g->config->measure.processes * as_predict_visit(&g->config->measure, c.row.predicted_s, c.entry->kernel);
    }
    plan->cases = as_arena_grow(g->arena, plan->cases, &g->case_cap, plan->count, sizeof *plan->cases);
    plan->cases[plan->count++] = c;
    return true;
}

static bool multiply(planning *g, as_err *err)
{
    const as_shapes *s = &g->config->shapes;
    size_t counts[AXES], at[AXES] = {0};
    axis_counts(g, counts);
    for (int axis = 0; axis < AXES; axis++)
        if (!counts[axis])
            return as_fail(err, AS_EXIT_USAGE, "%s: an empty list: the config has no case",
                           g->config->path ? g->config->path : "config");
    size_t cells = counts[PATTERN] * s->heads.count * s->length.count * s->context.count;
    g->edges = as_arena_alloc(g->arena, cells * sizeof *g->edges);
    for (size_t i = 0; i < cells; i++)
        g->edges[i] = AS_NO_COUNT;
    do
        if (!add_case(g, at, err))
            return false;
    while (next_combination(counts, at));
    return true;
}

static bool left_something(const planning *g, as_err *err)
{
    const as_target *t = g->target;
    if (g->plan->count)
        return true;
    if (!g->matched)
        return as_fail(err, AS_EXIT_USAGE,
                       "--only '%.100s' matches no case, kernel or pattern of this config: 'attnscope plan' lists them",
                       t->only ? t->only : "");
    return as_fail(err, AS_EXIT_USAGE, "--shard %u/%u is empty, there are only %zu cases: use fewer shards", t->shard,
                   t->shards, g->matched);
}

bool as_plan_build(const as_config *config, const as_target *target, as_arena *arena, as_plan *plan, as_err *err)
{
    planning g = {.config = config, .target = target, .arena = arena, .plan = plan};
    *plan = (as_plan){.config = *config};
    if (expand_kernels(&g, err) && multiply(&g, err) && left_something(&g, err))
        return true;
    plan->cases = NULL;
    plan->count = plan->runnable = 0;
    return false;
}
