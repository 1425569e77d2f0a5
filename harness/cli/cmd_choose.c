/* cmd_choose.c: `attnscope choose`: which pattern and kernel for a given shape on this machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../machine/machine.h"
#include "../theory/reach.h"
#include "../choose/errors.h"
#include "../choose/measure.h"
#include "cli.h"

enum { ROWS_SHOWN = 15, RULED_OUT_SHOWN = 10, ROUNDS_MAX = 4 };

typedef struct {
    const char *from, *length, *width, *heads, *kv_heads, *layers, *reach, *memory, *error, *format;
    const char *patterns[AS_OPT_MANY_MAX + 1], *errors[AS_OPT_MANY_MAX + 1]; /* each ends with NULL */
    bool decode, across, measure;
    as_selection selection;
} options;

static bool read_count(const char *name, const char *text, uint64_t otherwise, uint64_t *out, as_err *err)
{
    *out = otherwise;
    if (!text && !otherwise)
        return as_fail(err, AS_EXIT_USAGE, "%s is missing: choose needs --from, --length, --width and --heads", name);
    if (!text || (as_parse_count(text, out) && *out > 0))
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s must be a whole number above 0 such as 512 or 8k, not '%.40s'", name, text);
}

static bool read_ask(const options *o, as_choose_ask *ask, as_err *err)
{
    double percent;
    if (!o->from)
        return as_fail(err, AS_EXIT_USAGE, "--from is missing: the result folder of a run on this machine");
    if (!read_count("--length", o->length, 0, &ask->length, err) ||
        !read_count("--width", o->width, 0, &ask->width, err) ||
        !read_count("--heads", o->heads, 0, &ask->heads, err) ||
        !read_count("--kv-heads", o->kv_heads, ask->heads, &ask->kv_heads, err) ||
        !read_count("--layers", o->layers, 1, &ask->layers, err))
        return false;
    if (ask->length > AS_THEORY_LENGTH_MAX || ask->layers > 65536 || ask->heads > 65536)
        return as_fail(err, AS_EXIT_USAGE, "--length goes up to 256M, --layers and --heads up to 64k: ask for less");
    if (ask->width % ask->heads || ask->heads % ask->kv_heads)
        return as_fail(err, AS_EXIT_USAGE, "--width must be a multiple of --heads, and --heads of --kv-heads");
    ask->full = o->reach && !strcmp(o->reach, "full");
    if (o->reach && !ask->full && !read_count("--reach", o->reach, 1, &ask->reach, err))
        return false;
    percent = 0;
    if (o->memory && (!as_parse_size(o->memory, &ask->memory, &percent) || percent > 0 || !ask->memory))
        return as_fail(err, AS_EXIT_USAGE, "--memory: '%.40s' is not a size: 512MiB and 2GiB are", o->memory);
    ask->error = NAN;
    if (o->error && (!as_parse_double(o->error, &ask->error) || !(ask->error > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--error: '%.40s' is not a number above 0", o->error);
    ask->decode = o->decode;
    if (o->errors[0] && !o->error)
        return as_fail(err, AS_EXIT_USAGE, "--errors-from says what was lost, --error X how much may be: give both");
    ask->only = o->selection.only;
    ask->patterns = o->patterns;
    return true;
}

static bool same_machine(const options *o, const as_findings *f, as_arena *arena, as_err *err)
{
    as_machine here;
    as_machine_describe(&here, arena);
    if (o->across || (f->machine.fingerprint && !strcmp(f->machine.fingerprint, here.fingerprint)))
        return true;
    return as_fail(
        err, AS_EXIT_USAGE,
        "%s: was measured on another machine (%.20s, this is %.20s): measure here, or add --across to choose for "
        "that one",
        o->from, f->machine.fingerprint ? f->machine.fingerprint : "unknown", here.fingerprint);
}

/* --- for people -------------------------------------------------------------------------------------------------- */

static const char *number(as_arena *a, double value) { return isnan(value) ? "-" : as_arena_printf(a, "%.4g", value); }

static const char *whole(as_arena *a, uint64_t value, const char *missing)
{
    return value == AS_NO_COUNT ? missing : as_arena_printf(a, "%" PRIu64, value);
}

/* schedule(P;P;P;Q) as schedule(3 x P;Q), and K;K;K;L likewise: for the eye alone. */
static const char *shorten(as_arena *a, const char *text)
{
    const bool schedule = !strncmp(text, "schedule(", 9);
    const char *c = schedule ? text + 9 : text;
    as_text out = {0};
    as_text_add(&out, "%s", schedule ? "schedule(" : "");
    while (*c) {
        const size_t n = strcspn(c, schedule ? ";)" : ";");
        size_t times = 1;
        const char *next = c + n;
        for (; *next == ';' && !strncmp(next + 1, c, n) && (next[n + 1] == ';' || next[n + 1] == ')' || !next[n + 1]);
             next += n + 1)
            times++;
        if (times > 1)
            as_text_add(&out, "%zu x ", times);
        as_text_append(&out, c, n);
        as_text_append(&out, next, *next != 0);
        c = next + (*next != 0);
    }
    const char *short_text = as_arena_intern(a, out.data);
    as_text_free(&out);
    return short_text;
}

static void print_rows(const as_choice *const *rows, size_t count, as_arena *a, as_text *out)
{
    static const char *const heads[] = {"rank", "pattern",  "kernel",          "isa",       "threads",
                                        "ms",   "interval", "layers to cover", "workspace", "basis"};
    enum { COLS = sizeof heads / sizeof *heads };
    const char **cells = as_arena_alloc(a, (count + 1) * COLS * sizeof *cells);
    memcpy(cells, heads, sizeof heads);
    for (size_t i = 0; i < count; i++) {
        const as_choice *r = rows[i];
        char bytes[32] = "-";
        if (r->workspace_bytes != AS_NO_COUNT)
            as_format_bytes(bytes, (double)r->workspace_bytes);
        const char *row[COLS] = {whole(a, r->rank, "-"),
                                 shorten(a, r->pattern),
                                 shorten(a, r->kernel),
                                 r->isa ? shorten(a, r->isa) : "-",
                                 whole(a, r->threads, "-"),
                                 number(a, r->ms),
                                 as_arena_printf(a, "%.4g .. %.4g", r->ms_low, r->ms_high),
                                 whole(a, r->layers_to_cover, "never"),
                                 as_arena_intern(a, bytes),
                                 as_basis_text(r->basis)};
        memcpy(&cells[(i + 1) * COLS], row, sizeof row);
    }
    as_print_rows(out, cells, count + 1, COLS);
}

static void print_verdict(const as_chosen *c, as_arena *a, as_text *out)
{
    const as_choice *first = &c->rows[0];
    if (!c->ranked)
        as_text_add(out, "nothing is left: every candidate is ruled out\n");
    else if (c->tied > 1)
        as_text_add(out, "\nno clear winner: the intervals of the first and %zu other%s meet\n", c->tied - 1,
                    c->tied == 2 ? "" : "s");
    else
        as_text_add(out, "\nuse %s on %s: %.4g ms for all layers (%.4g .. %.4g, %s)\n", shorten(a, first->kernel),
                    shorten(a, first->pattern), first->ms, first->ms_low, first->ms_high, as_basis_text(first->basis));
}

/* A line for each pattern and reason, with the kernels that it is about: rows of one pattern stand together. */
static void print_ruled_out(const as_chosen *c, as_arena *a, as_text *out)
{
    size_t lines = 0, i = c->ranked;
    if (i < c->count)
        as_text_add(out, "\nruled out:\n");
    while (i < c->count && lines < RULED_OUT_SHOWN) {
        const as_choice *first = &c->rows[i];
        as_text kernels = {0};
        for (; i < c->count && !strcmp(c->rows[i].pattern, first->pattern) && !strcmp(c->rows[i].note, first->note);
             i++)
            as_text_add(&kernels, "%s%s", kernels.length ? ", " : "", c->rows[i].kernel);
        as_text_add(out, "  %s (%s): %s\n", shorten(a, first->pattern), kernels.data, first->note);
        as_text_free(&kernels);
        lines++;
    }
    if (i < c->count)
        as_text_add(out, "  %zu more: --format csv\n", c->count - i);
}

static void print_table(const as_chosen *c, const as_choose_ask *ask, as_arena *a, as_text *out)
{
    const as_choice **rows = as_arena_alloc(a, (c->count + 1) * sizeof *rows);
    size_t n = 0;
    for (size_t i = 0; i < c->ranked && i < ROWS_SHOWN; i++)
        rows[n++] = &c->rows[i];
    if (n)
        print_rows(rows, n, a, out);
    if (c->ranked > n)
        as_text_add(out, "%zu more: --format csv\n", c->ranked - n);
    print_verdict(c, a, out);
    for (size_t i = n = 0; i < c->ranked; i++)
        if (c->rows[i].pareto == 1)
            rows[n++] = &c->rows[i];
    if (n)
        as_text_add(out, "\ncost per layer against layers to cover, the best of both:\n");
    for (size_t i = 0; i < n; i++)
        as_text_add(out, "  %.4g ms a layer, %" PRIu64 " to cover: %s  %s\n", rows[i]->ms / (double)ask->layers,
                    rows[i]->layers_to_cover, shorten(a, rows[i]->kernel), shorten(a, rows[i]->pattern));
    print_ruled_out(c, a, out);
}

static bool print(const options *o, const as_chosen *c, const as_choose_ask *ask, as_arena *a, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (!strcmp(o->format, "table")) {
        print_table(c, ask, a, &out);
    } else if (!strcmp(o->format, "json")) {
        ok = as_table_json(&as_choice_schema, c->rows, c->count, &out) || as_fail_memory(err);
    } else {
        as_table_header(&as_choice_schema, &out);
        for (size_t i = 0; i < c->count; i++)
            as_table_row(&as_choice_schema, &c->rows[i], &out);
    }
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    return ok;
}

/* Reads what there is and ranks. */
static bool ask_folder(const options *o, as_choose_ask *ask, as_arena *arena, as_chosen *chosen, as_err *err)
{
    as_findings f;
    if (!as_choose_read(o->from, arena, &f, err) || !same_machine(o, &f, arena, err))
        return false;
    ask->cases = f.cases;
    ask->rows = f.summary;
    ask->count = f.case_count;
    ask->fits = f.fits;
    ask->fit_count = f.fit_count;
    return as_choose(ask, arena, chosen, err);
}

static as_exit stages(const options *o, as_arena *arena, as_err *err)
{
    as_choose_ask ask = {0};
    as_chosen chosen;
    size_t missing = o->measure;
    if (o->measure && o->across)
        return as_fail(err, AS_EXIT_USAGE, "--measure and --across: measuring is done here, not on the machine of %s",
                       o->from),
               err->code;
    if (!read_ask(o, &ask, err) || !as_choose_errors_read(o->errors, arena, &ask, err) ||
        !as_plugins_load(&o->selection, err) || !ask_folder(o, &ask, arena, &chosen, err))
        return err->code;
    for (int round = 0; round < ROUNDS_MAX && missing; round++)
        if (!as_choose_measure(o->from, &ask, &chosen, &o->selection, arena, &missing, err) ||
            (missing && !ask_folder(o, &ask, arena, &chosen, err)))
            return err->code;
    if (!print(o, &chosen, &ask, arena, err))
        return err->code;
    return chosen.ranked ? AS_EXIT_OK : AS_EXIT_BAD;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    options o = {.format = "table"};
    int rest;
    const as_opt opts[] = {{"--from", AS_OPT_TEXT, &o.from, NULL},
                           {"--length", AS_OPT_TEXT, &o.length, NULL},
                           {"--width", AS_OPT_TEXT, &o.width, NULL},
                           {"--heads", AS_OPT_TEXT, &o.heads, NULL},
                           {"--kv-heads", AS_OPT_TEXT, &o.kv_heads, NULL},
                           {"--layers", AS_OPT_TEXT, &o.layers, NULL},
                           {"--reach", AS_OPT_TEXT, &o.reach, NULL},
                           {"--memory", AS_OPT_TEXT, &o.memory, NULL},
                           {"--error", AS_OPT_TEXT, &o.error, NULL},
                           {"--errors-from", AS_OPT_MANY, o.errors, NULL},
                           {"--pattern", AS_OPT_MANY, o.patterns, NULL},
                           {"--decode", AS_OPT_FLAG, &o.decode, NULL},
                           {"--across", AS_OPT_FLAG, &o.across, NULL},
                           {"--measure", AS_OPT_FLAG, &o.measure, NULL},
                           {"--only", AS_OPT_TEXT, &o.selection.only, NULL},
                           {"--plugin", AS_OPT_MANY, o.selection.plugins, NULL},
                           {"--format", AS_OPT_TEXT, &o.format, "table|csv|json"},
                           {0}};
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return err->code;
    as_arena *arena = as_arena_create();
    const as_exit code = stages(&o, arena, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_choose = {
    .name = "choose",
    .usage =
        "choose --from DIR --length T --width D --heads H [--kv-heads N] [--layers L] [--reach full|N] [--memory "
        "SIZE]\n"
        "       [--error X [--errors-from FILE]...] [--pattern PATTERN|GLOB]... [--only GLOB] [--decode] [--across]\n"
        "       [--measure] [--plugin FILE]... [--format table|csv|json]",
    .about = "which pattern and kernel for a target shape, from what was measured here",
    .help =
        "  --from DIR      result folder of a run on this machine\n"
        "  --length T      tokens; with --decode the keys that one query sees\n"
        "  --layers L      of the model (1); times are of all of them\n"
        "  --reach full|N  the last token must see all, or N, after the L layers\n"
        "  --memory SIZE   operands and workspace of a call at most; with --decode keys and values of all layers\n"
        "  --error X       largest absolute error against the float64 oracle that a kernel may have shown\n"
        "  --errors-from F what `attnscope apply --format csv` (or json) printed about patterns on your arrays "
        "(repeatable):\n"
        "                  --error X is then the largest distance from dense attention, and a pattern that no file "
        "names is\n"
        "                  ruled out; of a stack every layer's has to stand\n"
        "  --pattern P     these patterns only (repeatable): a glob such as 'window*', or a pattern, which need not "
        "have been\n"
        "                  measured if others that differ from it in numbers were\n"
        "  --decode        one query against T keys\n"
        "  --across        choose for the machine of DIR, although this is another one\n"
        "  --measure       measure those that may be the fastest and were not measured at this shape (at most 8, with "
        "what\n"
        "                  their kernels and patterns multiply to), rank again, and so on, 4 times at most; kept in\n"
        "                  DIR/measured-N and read from there by every later choose\n"
        "  --only GLOB     kernels; without it softmax attention alone (attention/*, content/*)\n"
        "  --plugin FILE   a shared object whose kernels were measured, too (repeatable); its code runs\n"
        "  --format F      table (default), csv or json; rows without a rank are ruled out, and say by what\n"
        "\n"
        "basis: measured is that very case; interpolated lies between measured ones; extrapolated beyond them: by the\n"
        "claimed class of growth, the tail slope, or the family's cost per FLOP. Where a number of a pattern was "
        "measured\n"
        "at three values or more, values between them are candidates, too, with each value of up to two other "
        "numbers.\n"
        "\n"
        "With two layers or more, stacks are candidates, too: two patterns in turn (1, 2, 3, 5, 7 or 11 of one, then "
        "one\n"
        "of the other), and a window with growing dilations. Their time is the sum over the layers, their reach that "
        "of\n"
        "the schedule (attnscope explain 'schedule(P1;P2)'). Only those are shown that cover in fewer layers than "
        "anything\n"
        "as fast, or reach what is asked for in less time. Exit code 1: nothing is left.\n"
        "\n"
        "  attnscope choose --from results/... --length 16k --width 512 --heads 8 --layers 12 --reach full\n",
    .run = run,
    .order = 70,
};
