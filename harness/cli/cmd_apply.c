/* cmd_apply.c: `attnscope apply`: one kernel and one pattern on the user's own arrays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../apply/apply.h"
#include "../machine/machine.h"
#include "cli.h"
#include "../plan/target.h"

typedef struct {
    as_selection selection;
    const char *scale, *threads, *calls, *rows, *format;
    as_apply_request request;
} options;

/* Where `name` is given, a whole number from `least` to `most` into *out. */
static bool read_number(const char *name, const char *text, uint64_t least, uint64_t most, size_t *out, as_err *err)
{
    uint64_t value;
    if (!text)
        return true;
    if (!as_parse_count(text, &value) || value < least || value > most)
        return as_fail(err, AS_EXIT_USAGE, "%s is a whole number from %llu to %llu, not '%.40s'", name,
                       (unsigned long long)least, (unsigned long long)most, text);
    *out = (size_t)value;
    return true;
}

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

static bool read_options(int argc, char **argv, options *o, as_err *err)
{
    as_apply_request *r = &o->request;
    const as_opt opts[] = {
        {"--kernel", AS_OPT_TEXT, &r->kernel, NULL},
        {"--pattern", AS_OPT_TEXT, &r->pattern, NULL},
        {"--q", AS_OPT_TEXT, &r->q, NULL},
        {"--k", AS_OPT_TEXT, &r->k, NULL},
        {"--v", AS_OPT_TEXT, &r->v, NULL},
        {"--out", AS_OPT_TEXT, &r->out, NULL},
        {"--save-mask", AS_OPT_TEXT, &r->mask, NULL},
        {"--scale", AS_OPT_TEXT, &o->scale, NULL},
        {"--threads", AS_OPT_TEXT, &o->threads, NULL},
        {"--calls", AS_OPT_TEXT, &o->calls, NULL},
        {"--rows", AS_OPT_TEXT, &o->rows, NULL},
        {"--turns", AS_OPT_FLAG, &r->turns, NULL},
        {"--isa", AS_OPT_TEXT, &o->selection.isa, NULL},
        {"--plugin", AS_OPT_MANY, o->selection.plugins, NULL},
        {"--format", AS_OPT_TEXT, &o->format, "table|csv|json"},
        {0},
    };
    int rest;
    size_t threads = 1;
    r->scale = NAN;
    o->format = "table";
    if (!as_options(argc, argv, opts, 0, 0, &rest, err) || !check_given(r, err) ||
        !read_number("--threads", o->threads, 1, 4096, &threads, err) ||
        !read_number("--calls", o->calls, 1, 1000000, &r->calls, err) ||
        !read_number("--rows", o->rows, 1, (uint64_t)1 << 40, &r->rows, err))
        return false;
    r->threads = (int)threads;
    if (o->scale && (!as_parse_double(o->scale, &r->scale) || !isfinite(r->scale)))
        return as_fail(err, AS_EXIT_USAGE, "--scale is a number such as 0.125, not '%.40s'", o->scale);
    return as_plugins_load(&o->selection, err) && as_isas_allowed(o->selection.isa, &r->isas, err);
}

/* Free memory and cache sizes; the rest of a machine does not matter here. */
static void ask_machine(as_apply_request *r, as_arena *arena)
{
    as_machine machine;
    as_machine_describe(&machine, arena);
    r->memory_bytes = machine.memory_available;
    memcpy(r->cache_bytes, machine.cache_bytes, sizeof r->cache_bytes);
}

static void warn(const char *text) { fprintf(stderr, "attnscope: warning: %s\n", text); }

/* ---- output */

/* An object, not a list of one. */
static bool print_json(const as_applied *a, as_text *out)
{
    as_text list = {0};
    char *text = NULL;
    json_t *rows = as_table_json(&as_applied_schema, a, 1, &list) ? json_loads(list.data, 0, NULL) : NULL;
    if (rows)
        text = json_dumps(json_array_get(rows, 0), JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    if (text)
        as_text_add(out, "%s\n", text);
    bool ok = text != NULL;
    free(text);
    json_decref(rows);
    as_text_free(&list);
    return ok;
}

static const char *number(as_arena *arena, double value)
{
    return isnan(value) ? "not a number" : as_arena_printf(arena, "%.4g", value);
}

static const char *percent(as_arena *arena, double share)
{
    return isnan(share) ? "not a number" : as_arena_printf(arena, "%.4f %%", 100 * share);
}

static void print_table(const as_applied *a, const char *path, as_arena *arena, as_text *out)
{
    char time[32], least[32];
    const char *rows = a->rows_checked == a->rows
                           ? as_arena_printf(arena, "all %llu rows", (unsigned long long)a->rows)
                           : as_arena_printf(arena, "%llu of %llu rows", (unsigned long long)a->rows_checked,
                                             (unsigned long long)a->rows);
    const char *cells[][3] = {
        {"seconds", as_format_seconds(time, a->seconds),
         as_arena_printf(arena, "median of %llu call%s, fastest %s", (unsigned long long)a->calls,
                         a->calls == 1 ? "" : "s", as_format_seconds(least, a->seconds_min))},
        {"error_max", number(arena, a->error_max),
         as_arena_printf(arena, "from the float64 oracle over %s; %s: %s allowed", rows, a->verdict,
                         number(arena, a->error_allowed))},
        {"dense_error_max", number(arena, a->dense_error_max),
         as_arena_printf(arena, "from dense attention (%s) over the same rows", a->dense)},
        {"mass_kept_mean", percent(arena, a->mass_kept_mean),
         "of the dense attention weight is on keys that the pattern shows"},
        {"mass_kept_min", percent(arena, a->mass_kept_min),
         as_arena_printf(arena, "in the worst row, batch/head/query %s", a->mass_worst_row)},
    };
    as_text_add(out, "%s (%s) on %s, %s, B %llu, H %llu, Hkv %llu, T %llu, S %llu, d %llu, %llu thread%s, scale %.6g\n",
                a->kernel, a->isa, a->pattern, a->dtype, (unsigned long long)a->batch, (unsigned long long)a->heads,
                (unsigned long long)a->kv_heads, (unsigned long long)a->length, (unsigned long long)a->context,
                (unsigned long long)a->head_dim, (unsigned long long)a->threads, a->threads == 1 ? "" : "s", a->scale);
    as_print_rows(out, &cells[0][0], sizeof cells / sizeof *cells, 3);
    as_text_add(out, "written: %s\n", path);
}

static bool print(const as_applied *a, const options *o, as_arena *arena, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (!strcmp(o->format, "json")) {
        ok = print_json(a, &out) || as_fail_memory(err);
    } else if (!strcmp(o->format, "csv")) {
        as_table_header(&as_applied_schema, &out);
        as_table_row(&as_applied_schema, a, &out);
    } else {
        print_table(a, o->request.out, arena, &out);
    }
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    return ok;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    options o = {.request.warn = warn};
    as_applied applied;
    if (!read_options(argc, argv, &o, err))
        return err->code;
    as_arena *arena = as_arena_create();
    ask_machine(&o.request, arena);
    as_exit code = AS_EXIT_OK;
    if (!as_apply(&o.request, arena, &applied, err) || !print(&applied, &o, arena, err))
        code = err->code;
    else if (strcmp(applied.verdict, "ok"))
        code = AS_EXIT_BAD;
    as_arena_free(arena);
    return code;
}

const as_command as_command_apply = {
    .name = "apply",
    .usage = "apply --kernel K --pattern P --q Q.npy --k K.npy --v V.npy --out O.npy [--scale X] [--save-mask M] ...",
    .about = "one kernel on your own arrays: its time, its error, and what the pattern loses",
    .help =
        "q is (H,T,d) or (B,H,T,d); k and v are (Hkv,S,d) or (B,Hkv,S,d), where Hkv divides H and S is at least T: "
        "the\n"
        "last query stands at the last key. float32, float16, or uint16, taken for bfloat16 bits; C or Fortran order;\n"
        "little-endian. The output has q's shape and is float32. A query that sees no key gives zeros.\n"
        "\n"
        "  --kernel K      such as attention/flash or content/topk:k=32; 'attnscope list' shows all\n"
        "  --pattern P     such as causal or sink:s=4+window:w=256\n"
        "  --q, --k, --v   the inputs, .npy\n"
        "  --out O.npy     the output, written whole or not at all; written, too, when the verdict is bad\n"
        "  --scale X       multiplies q.k; 1/sqrt(d) if left out\n"
        "  --save-mask M   the pattern as a boolean (T,S) .npy, (H,T,S) where heads differ; that longnet may name a\n"
        "                  key more than once is not in it\n"
        "  --calls N       timed calls, after one to warm up; otherwise as many as 0.25 s holds, 3 to 99\n"
        "  --rows N        rows to check; otherwise as many as about a second holds\n"
        "  --threads N     threads that the kernel may use (1)\n"
        "  --turns         for a comparison side by side: when the output is written say 'ready', then answer each "
        "number N\n"
        "                  on a line of standard input with N calls and 'N SECONDS', until the input ends; then "
        "report\n"
        "  --isa NAME      nothing above this instruction set: scalar, avx2, avx512, amx, neon\n"
        "  --plugin FILE   a shared object with more kernels (repeatable); its code runs, so load only what you trust\n"
        "  --format F      table (default), csv or json\n"
        "\n"
        "error_max is the distance from the same attention in float64; above error_allowed (the kernel's promise,\n"
        "scaled where your numbers are larger than normal ones) the exit code is 1. dense_error_max is the distance "
        "from\n"
        "dense attention: causal, or full if the pattern lets any query see a later key. mass_kept is the share of a\n"
        "row's dense softmax weight that lies on keys which the pattern shows. Figures are about the rows checked.\n"
        "\n"
        "  attnscope apply --kernel attention/gather --pattern sink:s=4+window:w=252 \\\n"
        "                  --q q.npy --k k.npy --v v.npy --out o.npy\n",
    .run = run,
    .order = 65,
};
