/* all.c: walks shapes, patterns, kernels and values of their parameters, and counts what fails.
 * SPDX-License-Identifier: Apache-2.0 */
#include "all.h"

#include <stdio.h>
#include <string.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/pattern/pattern.h"
#include "shapes.h"
#include "verify.h"

static void add_row(as_verify_tally *t, const as_entry *e, const as_problem *p, const as_verification *v)
{
    t->checked++;
    t->failed += !v->ok;
    if (!t->keep_all && v->ok)
        return;
    t->cases = as_arena_grow(t->arena, t->cases, &t->cap, t->count, sizeof *t->cases);
    as_case *c = &t->cases[t->count++];
    as_record_clear(&as_case_schema, c);
    char text[AS_KERNEL_TEXT_MAX];
    c->kernel = as_arena_intern(t->arena, as_kernel_text(e->kernel, p->param, text));
    c->params = *as_kernel_params_text(e->kernel, p->param, text) ? as_arena_intern(t->arena, text) : NULL;
    size_t length;
    const char *mechanism = as_kernel_mechanism(e->kernel, &length);
    c->mechanism = as_arena_intern_n(t->arena, mechanism, length);
    c->pattern = as_arena_intern(t->arena, as_pattern_text(p->pattern));
    c->isa = as_isa_name(e->isa);
    c->dtype = as_dtype_name(p->dtype);
    c->batch = p->batch, c->heads = p->heads, c->kv_heads = p->kv_heads;
    c->length = p->length, c->context = p->context;
    c->width = as_problem_width(p), c->head_dim = p->head_dim, c->threads = (uint64_t)p->threads;
    c->edges = p->edges / p->heads;
    c->flops_useful = v->work.flops_useful, c->flops_executed = v->work.flops_executed;
    c->flops_dense = v->work.flops_dense, c->exps = v->work.exps, c->bytes_min = v->work.bytes_min;
    c->workspace_bytes = v->workspace_bytes;
    c->error_max = v->error_max, c->error_allowed = v->error_allowed;
    c->declared = e->kernel->order;
    c->status = v->ok ? AS_STATUS_OK : AS_STATUS_FAILED;
    c->reason = v->ok ? NULL : as_arena_intern(t->arena, v->why);
    c->case_ = as_arena_printf(t->arena, "%s|%s|B=%zu,H=%zu,Hkv=%zu,T=%zu,S=%zu,d=%zu|%s|%s|t%d", c->kernel, c->pattern,
                               p->batch, p->heads, p->kv_heads, p->length, p->context, p->head_dim, c->dtype, c->isa,
                               p->threads);
}

/* Values that a parameter is tried at where the user names none: all usual; all at their least, and one and two above
 * it, so that small shapes, which refuse usual sizes, are covered; and each alone at its least and at an odd value. */
enum { TOGETHER = 4 };

static uint64_t near_least(const as_kernel_param *p, uint64_t above)
{
    return p->max - p->min < above ? p->max : p->min + above;
}

/* The `index`-th choice of values; false after the last. */
static bool choose_params(const as_kernel *kernel, size_t index, uint64_t param[AS_KERNEL_PARAMS_MAX])
{
    const size_t count = as_kernel_param_count(kernel);
    as_kernel_params_usual(kernel, param);
    if (index == 0)
        return true;
    if (index < TOGETHER) {
        for (size_t i = 0; i < count; i++)
            param[i] = near_least(&kernel->params[i], index - 1);
        return count > 0;
    }
    const size_t which = (index - TOGETHER) / 2;
    if (which >= count)
        return false;
    param[which] = near_least(&kernel->params[which], index % 2 ? 2 : 0);
    return true;
}

/* Like choose_params, where --only names parameters: those and no others. */
static bool next_params(const as_verify_tally *t, const as_kernel *kernel, size_t index,
                        uint64_t param[AS_KERNEL_PARAMS_MAX])
{
    char why[300], text[AS_KERNEL_TEXT_MAX];
    if (!t->only || !t->only[as_kernel_base(t->only)] || !as_kernel_has_params(kernel, t->only, NULL))
        return choose_params(kernel, index, param);
    as_kernel_choice choice;
    if (!as_kernel_choice_begin(&choice, t->only, 1000, why, sizeof why))
        return false;
    choice.index = index;
    return as_kernel_choice_next(&choice, kernel->name, text, sizeof text) &&
           as_kernel_params_read(kernel, text, param, why, sizeof why);
}

/* A glob over names, or a kernel text with parameters: kernelised/performer:m=7. */
static bool is_meant(const as_verify_tally *t, const as_kernel *kernel, const as_pattern *pattern)
{
    char base[120];
    if (!t->only || as_glob(t->only, as_pattern_text(pattern)))
        return true;
    snprintf(base, sizeof base, "%.*s", (int)as_kernel_base(t->only), t->only);
    return as_glob(base, kernel->name) && as_kernel_has_params(kernel, t->only, NULL);
}

/* A call that takes more is left to smaller shapes: a whole layer of width 1024 would take minutes. */
#define FLOPS_MAX 2e8

/* Parameters are varied under dense patterns; what a kernel does with a pattern is seen at the usual ones. */
static bool is_short(const as_entry *e, const as_problem *p, size_t choice)
{
    char why[300];
    if (choice > 0 && !(as_pattern_traits(p->pattern) & AS_PATTERN_DENSE))
        return false;
    return as_kernel_refuses(e->kernel, p, why, sizeof why) || (double)e->kernel->work(p).flops_executed <= FLOPS_MAX;
}

static void check_kernel(as_verify_tally *t, const as_entry *e, as_problem *p)
{
    uint64_t before[64][AS_KERNEL_PARAMS_MAX];
    for (size_t i = 0, seen = 0; next_params(t, e->kernel, i, p->param); i++) {
        bool twice = false;
        for (size_t k = 0; k < seen; k++)
            twice |= !memcmp(before[k], p->param, sizeof before[k]);
        if (twice || !is_short(e, p, i))
            continue;
        if (seen < 64)
            memcpy(before[seen++], p->param, sizeof before[0]);
        const as_verification v = as_verify(e, p, t->seed, 2e6, t->truths);
        if (!v.refused)
            add_row(t, e, p, &v);
    }
}

static void check_problem(const as_problem *problem, void *more)
{
    as_verify_tally *t = more;
    as_problem p = *problem;
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if ((t->isas & AS_ISA_BIT(e->isa)) && is_meant(t, e->kernel, p.pattern))
            check_kernel(t, e, &p);
    }
}

/* Reads the parameters in --only once, so that a mistake in them is an error and does not just match nothing. */
static bool check_only(const char *only, as_err *err)
{
    char why[300], text[AS_KERNEL_TEXT_MAX];
    uint64_t param[AS_KERNEL_PARAMS_MAX];
    as_kernel_choice choice;
    const as_entry *e = only ? as_registry_find(only, AS_ISA_ALL) : NULL;
    if (!e)
        return true;
    bool ok = as_kernel_choice_begin(&choice, only, 1000, why, sizeof why);
    while (ok && as_kernel_choice_next(&choice, e->kernel->name, text, sizeof text))
        ok = as_kernel_params_read(e->kernel, text, param, why, sizeof why);
    return ok || as_fail(err, AS_EXIT_USAGE, "--only '%.100s': %s", only, why);
}

bool as_verify_all(as_verify_tally *tally, as_err *err)
{
    if (!check_only(tally->only, err))
        return false;
    tally->truths = as_truths_create();
    as_verify_each(check_problem, tally);
    as_truths_free(tally->truths);
    return tally->checked ||
           as_fail(err, AS_EXIT_USAGE, "--only '%s' matches no kernel and no pattern: see attnscope list", tally->only);
}
