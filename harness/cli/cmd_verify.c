/* cmd_verify.c: every kernel against its oracle, on odd shapes, every pattern, every isa of this machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/pattern/pattern.h"
#include "../base/arena.h"
#include "../model/records.h"
#include "../verify/shapes.h"
#include "../verify/verify.h"
#include "cli.h"

typedef struct {
    const char *only;
    uint64_t seed;
    uint32_t isas;
    bool rows; /* keep every row for csv and json */
    as_truths *truths;
    as_arena *arena;
    as_case *cases;
    size_t count, cap, checked, failed;
} tally;

static void note(tally *t, const as_entry *e, const as_problem *p, const as_verification *v)
{
    t->checked++;
    t->failed += !v->ok;
    if (!t->rows && v->ok)
        return;
    t->cases = as_arena_grow(t->arena, t->cases, &t->cap, t->count, sizeof *t->cases);
    as_case *c = &t->cases[t->count++];
    as_record_clear(&as_case_schema, c);
    char text[AS_KERNEL_TEXT_MAX];
    c->kernel = as_arena_intern(t->arena, as_kernel_text(e->kernel, p->param, text));
    c->params = *as_kernel_params_text(e->kernel, p->param, text) ? as_arena_intern(t->arena, text) : NULL;
    c->mechanism = as_arena_intern_n(t->arena, e->kernel->name, strcspn(e->kernel->name, "/"));
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
    return p->most - p->least < above ? p->most : p->least + above;
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
static bool next_params(const tally *t, const as_kernel *kernel, size_t index, uint64_t param[AS_KERNEL_PARAMS_MAX])
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
static bool is_meant(const tally *t, const as_kernel *kernel, const as_pattern *pattern)
{
    char base[120];
    if (!t->only || as_glob(t->only, as_pattern_text(pattern)))
        return true;
    snprintf(base, sizeof base, "%.*s", (int)as_kernel_base(t->only), t->only);
    return as_glob(base, kernel->name) && as_kernel_has_params(kernel, t->only, NULL);
}

#define FLOPS_MAX                                                                                                      \
    2e8 /* a call that takes more is left to smaller shapes: a whole layer of width 1024 would take minutes */

/* Parameters are varied under dense patterns; what a kernel does with a pattern is seen at the usual ones. */
static bool is_short(const as_entry *e, const as_problem *p, size_t choice)
{
    char why[300];
    if (choice > 0 && !(as_pattern_traits(p->pattern) & AS_PATTERN_DENSE))
        return false;
    return (e->kernel->refuse && e->kernel->refuse(p, why, sizeof why)) ||
           (double)e->kernel->work(p).flops_executed <= FLOPS_MAX;
}

static void check_kernel(tally *t, const as_entry *e, as_problem *p)
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
            note(t, e, p, &v);
    }
}

static void check_problem(const as_problem *problem, void *more)
{
    tally *t = more;
    as_problem p = *problem;
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if ((t->isas & AS_ISA_BIT(e->isa)) && is_meant(t, e->kernel, p.pattern))
            check_kernel(t, e, &p);
    }
}

/* The parameters in --only are read once, so that a mistake in them is told and not passed over. */
static bool only_can_be(const char *only, as_err *err)
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

/* The worst of each kernel and isa, and every failure. */
static void print_failures(const tally *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->cases[i].status == AS_STATUS_FAILED)
            printf("failed  %s: %s\n", t->cases[i].case_, t->cases[i].reason);
    printf("%zu checks, %zu failed\n", t->checked, t->failed);
}

static void print_rows(const tally *t, bool json)
{
    as_text out = {0};
    if (json)
        as_table_json(&as_case_schema, t->cases, t->count, &out);
    else
        as_table_header(&as_case_schema, &out);
    for (size_t i = 0; !json && i < t->count; i++)
        as_table_row(&as_case_schema, &t->cases[i], &out);
    fwrite(out.data, 1, out.length, stdout);
    as_text_free(&out);
}

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *only = NULL, *seed = "1", *isa_name = NULL, *format = "table", *plugins[AS_OPT_MANY_MAX + 1] = {NULL};
    const as_opt opts[] = {
        {"--only", AS_OPT_TEXT, &only, NULL},
        {"--seed", AS_OPT_TEXT, &seed, NULL},
        {"--isa", AS_OPT_TEXT, &isa_name, NULL},
        {"--plugin", AS_OPT_MANY, plugins, NULL},
        {"--format", AS_OPT_TEXT, &format, "table|csv|json"},
        {NULL, AS_OPT_FLAG, NULL, NULL},
    };
    char why[400];
    int rest;
    as_isa isa;
    tally t = {.isas = as_cpu_isas(), .rows = false};
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return err->code;
    if (!as_parse_count(seed, &t.seed))
        return as_fail(err, AS_EXIT_USAGE, "--seed: a whole number, not '%s'", seed), err->code;
    if (isa_name && (!as_isa_parse(isa_name, &isa) || !(t.isas & AS_ISA_BIT(isa))))
        return as_fail(err, AS_EXIT_USAGE, "--isa: this machine does not run '%s': see attnscope list", isa_name),
               err->code;
    if (isa_name)
        t.isas &= as_isa_up_to(isa);
    for (int i = 0; plugins[i]; i++)
        if (!as_registry_load(plugins[i], why, sizeof why))
            return as_fail(err, AS_EXIT_USAGE, "%s", why), err->code;
    if (!only_can_be(only, err))
        return err->code;
    t.only = only;
    t.rows = strcmp(format, "table") != 0;
    t.arena = as_arena_create();
    t.truths = as_truths_create();
    as_verify_each(check_problem, &t);
    if (!t.checked)
        as_fail(err, AS_EXIT_USAGE, "--only '%s' matches no kernel and no pattern: see attnscope list", only);
    else if (t.rows)
        print_rows(&t, !strcmp(format, "json"));
    else
        print_failures(&t);
    as_truths_free(t.truths);
    as_arena_free(t.arena);
    return !t.checked ? err->code : t.failed ? AS_EXIT_BAD : AS_EXIT_OK;
}

const as_command as_command_verify = {
    .name = "verify",
    .usage = "verify [--only GLOB] [--isa NAME] [--seed N] [--plugin FILE.so]... [--format table|csv|json]",
    .about = "every kernel against its float64 oracle, on odd shapes, every pattern and isa",
    .help = "  --only GLOB     kernels or patterns that match, e.g. 'attention/flash' or 'dilated*'; a kernel's "
            "parameters may\n"
            "                  follow, 'kernelised/performer:m=7'; without, several values of each are tried\n"
            "  --isa NAME      nothing above this instruction set\n"
            "  --seed N        fills the inputs and draws the rows that are checked (1)\n"
            "  --plugin FILE   also the kernels of this plug-in\n"
            "\n"
            "Examples:\n"
            "  attnscope verify\n"
            "  attnscope verify --only 'attention/flash' --isa avx2\n",
    .run = run,
    .order = 40,
};
