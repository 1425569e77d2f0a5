/* cmd_apply.c: `attnscope apply`: one kernel and one pattern on the user's own arrays.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../apply/apply.h"
#include "../apply/print.h"
#include "../machine/machine.h"
#include "selection.h"

typedef struct {
    as_selection selection;
    const char *scale, *threads, *calls, *rows, *format;
    as_apply_request request;
} apply_options;

static const as_opt options[] = {
    AS_VALUE("--kernel", apply_options, request.kernel, "K",
             "such as attention/flash or content/topk:k=32; 'attnscope list' shows all"),
    AS_VALUE("--pattern", apply_options, request.pattern, "P", "such as causal or sink:s=4+window:w=256"),
    AS_VALUE("--q", apply_options, request.q, "Q.npy", "queries, (H,T,d) or (B,H,T,d)"),
    AS_VALUE("--k", apply_options, request.k, "K.npy", "keys, (Hkv,S,d) or (B,Hkv,S,d)"),
    AS_VALUE("--v", apply_options, request.v, "V.npy", "values, shaped like the keys"),
    AS_VALUE("--out", apply_options, request.out, "O.npy",
             "the output, written whole or not at all; written, too, when the verdict is bad"),
    AS_VALUE("--scale", apply_options, scale, "X", "multiplies q.k (default: 1/sqrt(d))"),
    AS_VALUE(
        "--save-mask", apply_options, request.mask, "M.npy",
        "the pattern as a boolean (T,S) array, (H,T,S) where heads differ; it does not show that longnet may name a "
        "key more than once"),
    AS_VALUE("--calls", apply_options, calls, "N",
             "timed calls, after one to warm up (default: as many as 0.25 s holds, 3 to 99)"),
    AS_VALUE("--rows", apply_options, rows, "N", "rows to check (default: as many as about a second holds)"),
    AS_VALUE("--threads", apply_options, threads, "N", "threads that the kernel may use (1)"),
    AS_FLAG(
        "--turns", apply_options, request.turns,
        "for a comparison side by side: when the output is written print 'ready', then answer each number N on a line "
        "of standard input with N calls and 'N SECONDS', until the input ends; then report"),
    AS_ISA_OPTION(apply_options, selection),
    AS_PLUGIN_OPTION(apply_options, selection),
    AS_CHOICE("--format", apply_options, format, "table|csv|json", "what is printed (default: table)"),
    {0},
};

static bool check_given(const as_apply_request *r, as_err *err)
{
    const struct {
        const char *name, *value, *hint;
    } needed[] = {
        {"--kernel", r->kernel, "a kernel such as attention/flash"},
        {"--pattern", r->pattern, "a pattern such as causal"},
        {"--q", r->q, "a .npy file"},
        {"--k", r->k, "a .npy file"},
        {"--v", r->v, "a .npy file"},
        {"--out", r->out, "the .npy file to write"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].value)
            return as_fail(err, AS_EXIT_USAGE, "%s is missing: give it %s; add --help to see all", needed[i].name,
                           needed[i].hint);
    return true;
}

static bool read_numbers(apply_options *o, as_err *err)
{
    as_apply_request *r = &o->request;
    uint64_t threads = 1, calls = r->calls, rows = r->rows;
    r->scale = NAN;
    if (!as_option_number(o->threads, "--threads", 1, 4096, &threads, err) ||
        !as_option_number(o->calls, "--calls", 1, 1000000, &calls, err) ||
        !as_option_number(o->rows, "--rows", 1, (uint64_t)1 << 40, &rows, err))
        return false;
    r->threads = (int)threads;
    r->calls = (size_t)calls;
    r->rows = (size_t)rows;
    if (o->scale && (!as_parse_double(o->scale, &r->scale) || !isfinite(r->scale)))
        return as_fail(err, AS_EXIT_USAGE, "--scale is a number such as 0.125, not '%.40s'", o->scale);
    return true;
}

/* Fills in free memory and cache sizes. */
static void describe_machine(as_apply_request *r, as_arena *arena)
{
    as_machine machine;
    as_machine_describe(&machine, arena);
    r->memory_bytes = machine.memory_available;
    memcpy(r->cache_bytes, machine.cache_bytes, sizeof r->cache_bytes);
}

static void print_warning(const char *text) { fprintf(stderr, "attnscope: warning: %s\n", text); }

static bool print_result(const as_applied *a, const apply_options *o, as_arena *arena, as_err *err)
{
    if (!strcmp(o->format, "csv"))
        return as_print_records("csv", &as_applied_schema, a, 1, err);
    as_text out = {0};
    bool ok = true;
    if (!strcmp(o->format, "json"))
        ok = as_applied_json(a, &out) || as_fail_memory(err);
    else
        as_applied_table(a, o->request.out, arena, &out);
    return as_print_last(ok, &out, err);
}

static as_exit run_apply(const as_command *self, as_arguments arguments, as_err *err)
{
    apply_options o = {.request.warn = print_warning, .format = "table"};
    as_applied applied;
    if (!as_parse(self, &arguments, &o, err) || !check_given(&o.request, err) || !read_numbers(&o, err) ||
        !as_plugins_load(&o.selection, err) || !as_isas_allowed(o.selection.isa, &o.request.isas, err))
        return err->code;
    as_arena *arena = as_arena_create();
    describe_machine(&o.request, arena);
    as_exit code = AS_EXIT_OK;
    if (!as_apply(&o.request, arena, &applied, err) || !print_result(&applied, &o, arena, err))
        code = err->code;
    else if (strcmp(applied.verdict, "ok"))
        code = AS_EXIT_BAD;
    as_arena_free(arena);
    return code;
}

const as_command as_command_apply = {
    .name = "apply",
    .arguments = "--kernel K --pattern P --q Q.npy --k K.npy --v V.npy --out O.npy",
    .about = "one kernel on your own arrays: its time, its error, and what the pattern loses",
    .description =
        "Hkv divides H and S is at least T: the last query stands at the last key. Arrays are float32, float16, or "
        "uint16, taken for bfloat16 bits; C or Fortran order; little-endian. The output has q's shape and is float32. "
        "A query that sees no key gives zeros.",
    .options = options,
    .notes =
        "error_max is the distance from the same attention in float64; above error_allowed (the kernel's promise, "
        "scaled "
        "where your numbers are larger than normal ones) the exit code is 1. dense_error_max is the distance from "
        "dense attention: causal, or full if the pattern lets any query see a later key. mass_kept is the share of a "
        "row's dense softmax weight that lies on keys which the pattern shows. Figures are about the rows checked.",
    .examples = "  attnscope apply --kernel attention/gather --pattern sink:s=4+window:w=252 \\\n"
                "                  --q q.npy --k k.npy --v v.npy --out o.npy\n",
    .order = 65,
    .run = run_apply,
};
